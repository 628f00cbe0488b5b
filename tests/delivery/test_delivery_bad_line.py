"""Dossiers over a line that is cut half of the time."""

import random

import pytest

from appliance.core.errors import DestinationUnreachable
from appliance.destinations.line import LARGEST_CHUNK
from appliance.keys.signing import receipt_verifies
from appliance.pretend.bad_network import BadNetwork, Trouble


def half_of_them_cut(seed: int):
    """Every second connection, drawn at random, is cut within its first 8 MB either way."""
    draw = random.Random(seed)

    def trouble(_number: int) -> Trouble:
        if draw.random() < 0.5:
            return Trouble()
        at, reset = draw.randrange(8_000_000), draw.random() < 0.5
        if draw.random() < 0.5:
            return Trouble(cut_up_after=at, reset=reset)
        return Trouble(cut_down_after=at // 10_000, reset=reset)

    return trouble


def keep_sending(box, sealed, calls: int = 60):
    """As the uploader does, without the rests in between."""
    for _ in range(calls):
        try:
            return box.send(sealed.manifest, sealed.body, sealed.files)
        except DestinationUnreachable:
            box.close()
    return pytest.fail(f"no receipt after {calls} calls")


@pytest.mark.parametrize("seed", range(6))
def test_over_a_line_cut_half_of_the_time_a_dossier_arrives_once(ward, service, seal, seed):
    sealed = seal(4_000_000, 900_000, 2_000)
    with BadNetwork(ward.port, half_of_them_cut(seed)) as network:
        receipt = keep_sending(service(network.port), sealed)
    assert receipt_verifies(receipt, ward.verify_key)
    assert all(ward.holds(digest) for digest in sealed.digests)
    assert len(ward.receipts) == 1
    assert ward.faults == []


@pytest.mark.parametrize("keeps_partial", [True, False])
def test_twenty_megabytes_over_twenty_cuts_cost_at_most_a_chunk_for_each(
    ward, service, seal, keeps_partial
):
    sealed = seal(20_000_000)
    ward.keeps_partial_patches = keeps_partial
    draw = random.Random(2026)

    def trouble(number: int) -> Trouble:
        return Trouble(cut_up_after=draw.randrange(1_000_000, 4_000_000) if number <= 20 else None)

    with BadNetwork(ward.port, trouble) as network:
        keep_sending(service(network.port), sealed)
        cuts, again = network.traffic.cuts, network.traffic.up - 20_000_000
    assert ward.holds(sealed.digests[0])
    assert cuts >= 5
    assert again <= cuts * LARGEST_CHUNK


def test_a_line_that_delays_everything_only_takes_longer(ward, service, seal):
    sealed = seal(300_000)
    with BadNetwork(ward.port, lambda number: Trouble(delay_s=0.02)) as network:
        keep_sending(service(network.port), sealed, calls=1)
    assert ward.holds(sealed.digests[0])


def test_a_proxy_that_was_closed_leaves_no_connection_open(ward, service, seal):
    network = BadNetwork(ward.port)
    box = service(network.port)
    box.events(None)
    network.close()
    with pytest.raises(DestinationUnreachable):
        box.events(None)
