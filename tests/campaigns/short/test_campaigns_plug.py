"""Short forms of the campaigns that pull the plug on the real services; see docs/reliability.md."""

from __future__ import annotations

import random

import pytest

from tests.campaigns import crash_images
from tests.campaigns.parts import card
from tests.campaigns.parts.block_recorder import FLUSH, SECTOR, Step, images
from tests.campaigns.parts.short_form import outcome_of


@pytest.mark.timeout(600)
def test_the_real_services_keep_every_promise_when_the_plug_is_pulled() -> None:
    if not card.can_run():
        pytest.skip("needs root, loop devices and e2fsprogs")
    outcome = outcome_of("power_cut_services", "--cuts", "2", "--seed", "7")
    assert outcome["damage"] == {}
    assert outcome["cuts"] == 2
    assert int(str(outcome["promises standing at the end"])) > 0


@pytest.mark.timeout(600)
def test_no_card_that_a_cut_may_leave_breaks_a_promise() -> None:
    if not crash_images.can_run():
        pytest.skip("needs root, loop devices, FUSE and e2fsprogs")
    outcome = outcome_of("crash_images", "--images", "12", "--seconds", "5", "--seed", "7")
    assert outcome["damage"] == {}
    assert int(str(outcome["promises looked for"])) > 0


BASE = bytes(4 * SECTOR)
ONE, TWO, THREE = (bytes([number]) * SECTOR for number in (1, 2, 3))
LOG: list[Step] = [(0, ONE), FLUSH, (SECTOR, TWO), (2 * SECTOR, THREE)]


def test_what_was_flushed_is_on_every_card_and_the_rest_on_some() -> None:
    cards = [
        image for seed in range(40) for _, image in images(BASE, LOG, [4], random.Random(seed))
    ]
    assert {image[:SECTOR] for image in cards} == {ONE}
    seconds = {image[SECTOR : 2 * SECTOR] for image in cards}
    assert seconds == {TWO, bytes(SECTOR)}
    third = slice(2 * SECTOR, 3 * SECTOR)
    reordered = [i for i in cards if i[SECTOR : 2 * SECTOR] != TWO and i[third] == THREE]
    assert reordered


def test_nothing_written_after_the_cut_is_on_a_card() -> None:
    for seed in range(20):
        [(_, image)] = images(BASE, LOG, [3], random.Random(seed))
        assert image[2 * SECTOR :] == bytes(2 * SECTOR)
