"""From the box to our own ward, which is a real process with a real disk."""

import random
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from appliance.core.errors import (
    ConflictAtWard,
    DestinationUnreachable,
    DeviceRefused,
    TooLargeForWard,
)
from appliance.core.wire.manifest import Heartbeat
from appliance.destinations.line import LARGEST_CHUNK
from appliance.keys.canonical import canonical_json
from appliance.keys.signing import receipt_verifies
from appliance.pretend.bad_network import SWALLOWED_ANSWER, BadNetwork, Trouble
from web.ward.boxes.devices import devices, revoke_device
from web.ward.database import open_database, writing

from .strict_ward import BASE
from .ward_process import WardProcess, wait_until

HEADERS_OF_ALL_REQUESTS = 20_000  # bytes; one has about 400


@pytest.fixture
def our_ward(tmp_path) -> Iterator[WardProcess]:
    ward = WardProcess(tmp_path / "ward")
    yield ward
    ward.kill()


@pytest.fixture
def box(our_ward, service):
    """A box of this ward, behind whatever stands at *port*."""

    def box(port: int | None = None, **other):
        url = f"http://127.0.0.1:{port or our_ward.port}{BASE}"
        made = our_ward.made
        return service(url=url, token=made.token, verify_key=made.verify_key, **other)

    return box


def receipts_at(ward: WardProcess) -> int:
    with sqlite3.connect(f"file:{ward.home}/ward.sqlite?mode=ro", uri=True) as connection:
        return connection.execute("SELECT count(*) FROM revision").fetchone()[0]


def assert_arrived(ward: WardProcess, sealed) -> None:
    for digest, path in sealed.files.items():
        assert ward.kept(digest) == path.read_bytes()


def test_a_dossier_arrives_whole_and_once(our_ward, box, seal):
    sealed = seal(900_000, 5_000, 1)
    first = box().send(sealed.manifest, sealed.body, sealed.files)
    again = box().send(sealed.manifest, sealed.body, sealed.files)
    assert first == again
    assert receipt_verifies(first, our_ward.made.verify_key)
    assert_arrived(our_ward, sealed)
    assert receipts_at(our_ward) == 1


def test_a_ward_killed_in_mid_patch_ends_up_with_the_same_bytes(our_ward, box, seal, notebook):
    sealed = seal(20_000_000)
    with BadNetwork(our_ward.port, lambda number: Trouble(delay_s=0.001)) as network:

        def kill_in_mid_patch() -> None:
            wait_until(lambda: network.traffic.up > 9_000_000)
            our_ward.kill()

        killer = threading.Thread(target=kill_in_mid_patch)
        killer.start()
        sender = box(network.port)
        with pytest.raises(DestinationUnreachable):
            sender.send(sealed.manifest, sealed.body, sealed.files)
        killer.join(30)
        begun = dict(notebook.urls)
        assert 0 < sum(path.stat().st_size for path in our_ward.half_received()) < 20_000_000

        our_ward.start()
        network.lead_to(our_ward.port)
        sender.send(sealed.manifest, sealed.body, sealed.files)
        again = network.traffic.up - 20_000_000
    assert_arrived(our_ward, sealed)
    assert notebook.urls == begun
    assert again <= LARGEST_CHUNK + HEADERS_OF_ALL_REQUESTS


@pytest.mark.parametrize("cut_at", [700_000, 3_900_000], ids=["early", "late"])
def test_a_cut_line_to_our_ward_costs_at_most_one_chunk(our_ward, box, seal, cut_at):
    sealed = seal(20_000_000)
    cut = iter([Trouble(cut_up_after=cut_at)])

    def trouble(_number: int) -> Trouble:
        # the first connection that carries a chunk bigger than what comes through
        return next(cut, Trouble()) if sender._tus.line.chunk > cut_at else Trouble()

    with BadNetwork(our_ward.port, trouble) as network:
        sender = box(network.port)
        sender.send(sealed.manifest, sealed.body, sealed.files)
        assert network.traffic.cuts == 1
        assert network.traffic.up - 20_000_000 <= LARGEST_CHUNK + HEADERS_OF_ALL_REQUESTS
    assert_arrived(our_ward, sealed)


def test_many_dossiers_over_a_line_cut_half_of_the_time_give_one_receipt_each(our_ward, box, seal):
    draw = random.Random(42)

    def trouble(_number: int) -> Trouble:
        at, kind = draw.randrange(400_000), draw.random()
        if kind < 0.25:
            return Trouble(cut_up_after=at, reset=draw.random() < 0.5)
        if kind < 0.5:
            return Trouble(cut_down_after=at // 200)
        return Trouble()

    dossiers = [seal(200_000, 60_000) for _ in range(15)]
    with BadNetwork(our_ward.port, trouble) as network:
        sender = box(network.port)
        for sealed in dossiers:
            for _ in range(60):
                try:
                    sender.send(sealed.manifest, sealed.body, sealed.files)
                    break
                except DestinationUnreachable:
                    sender.close()
            sender.close()
        assert network.traffic.cuts >= 10
    for sealed in dossiers:
        assert_arrived(our_ward, sealed)
    assert receipts_at(our_ward) == len(dossiers)


def test_a_ward_killed_before_the_commit_still_has_what_it_had_received(
    our_ward, box, seal, notebook
):
    sealed = seal(3_000_000)

    def kill_when_all_is_there(sent: int, total: int) -> None:
        if sent == total:
            our_ward.kill()

    with BadNetwork(our_ward.port) as network:
        with pytest.raises(DestinationUnreachable):
            box(network.port, progress=kill_when_all_is_there).send(
                sealed.manifest, sealed.body, sealed.files
            )
        our_ward.start()
        network.lead_to(our_ward.port)
        before = network.traffic.up
        box(network.port).send(sealed.manifest, sealed.body, sealed.files)
        assert network.traffic.up - before < 5_000
    assert_arrived(our_ward, sealed)
    assert receipts_at(our_ward) == 1


def test_a_receipt_swallowed_by_the_line_is_fetched_without_the_papers(our_ward, box, seal):
    sealed = seal(3_000_000)
    with BadNetwork(our_ward.port) as network:
        sender = box(network.port)

        def swallow(sent: int, total: int) -> None:
            if sent == total:
                sender.close()
                network.trouble = lambda number: SWALLOWED_ANSWER

        sender._progress = swallow
        with pytest.raises(DestinationUnreachable):
            sender.send(sealed.manifest, sealed.body, sealed.files)
        assert receipts_at(our_ward) == 1
        network.trouble = lambda number: Trouble()
        before = network.traffic.up
        receipt = sender.send(sealed.manifest, sealed.body, sealed.files)
        assert network.traffic.up - before < 5_000
    assert receipt_verifies(receipt, our_ward.made.verify_key)


def test_bytes_that_rot_at_the_ward_are_sent_again_in_the_same_call(our_ward, box, seal):
    sealed = seal(300_000)
    spoiled = []

    def spoil(sent: int, total: int) -> None:
        if sent == total and not spoiled:
            [path] = our_ward.half_received()
            spoiled.append(path)
            path.write_bytes(b"x" + path.read_bytes()[1:])

    box(progress=spoil).send(sealed.manifest, sealed.body, sealed.files)
    assert spoiled
    assert_arrived(our_ward, sealed)


def test_other_content_under_the_same_id_is_an_officers_matter(our_ward, box, seal):
    one, other = seal(5_000), seal(6_000)
    changed = other.manifest.model_copy(update={"dossier_id": one.manifest.dossier_id})
    box().send(one.manifest, one.body, one.files)
    with pytest.raises(ConflictAtWard):
        box().send(changed, canonical_json(changed), other.files)


def test_a_file_beyond_the_wards_limit_is_refused_before_a_byte_is_sent(our_ward, box, seal):
    sealed = seal(65 * 1024 * 1024)
    with BadNetwork(our_ward.port) as network:
        with pytest.raises(TooLargeForWard):
            box(network.port).send(sealed.manifest, sealed.body, sealed.files)
        assert network.traffic.up < HEADERS_OF_ALL_REQUESTS


def test_a_revoked_box_is_told_so(our_ward, box, seal):
    sealed = seal(5_000)
    with writing(open_database(f"sqlite:///{our_ward.home}/ward.sqlite")) as connection:
        [device] = devices(connection)
        assert revoke_device(connection, device.name, datetime.now(UTC))
    with pytest.raises(DeviceRefused):
        box().send(sealed.manifest, sealed.body, sealed.files)


def test_the_ward_hears_how_the_box_is_and_tells_the_time(our_ward, box):
    health = Heartbeat(version="0.1.0", queue=0, oldest_waiting_s=0, disk_free_mb=900)
    assert box().heartbeat(health).server_time is not None


def test_the_feed_of_a_new_box_can_be_read_to_its_end(our_ward, box, seal):
    sealed = seal(5_000)
    sender = box()
    sender.send(sealed.manifest, sealed.body, sealed.files)
    page = sender.events(None)
    assert sender.events(page.next).items == ()
