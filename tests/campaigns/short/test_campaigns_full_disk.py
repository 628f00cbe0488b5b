"""Each step of a visit on a card without room, or read only: told, nothing lost."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.core.errors import CardReadOnly, DiskFull
from appliance.wording import notice_for
from tests.campaigns.parts import card
from tests.campaigns.parts.short_form import outcome_of

pytestmark = pytest.mark.timeout(600)  # a dozen seconds alone; all its tests share one run


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    if not card.can_run():
        pytest.skip("needs root, loop devices and e2fsprogs")
    return outcome_of("full_disk_steps")


def test_no_step_on_a_bad_card_costs_anything_and_each_goes_on_afterwards(
    seen: dict[str, Any],
) -> None:
    assert seen["damage"] == {}


@pytest.mark.parametrize("room", ["full", "nearly full"])
def test_a_full_card_is_told_where_something_must_be_kept(seen: dict[str, Any], room: str) -> None:
    assert {"scan", "photograph", "seal"} <= set(seen["refused"][room])
    assert set(seen["refused"][room].values()) == {DiskFull.code}
    assert "nguyên" in notice_for(DiskFull.code).safe


def test_a_card_that_became_read_only_is_told_at_each_step(seen: dict[str, Any]) -> None:
    refused = seen["refused"]["read only"]
    assert set(refused) >= {"open", "answers", "scan", "clean", "photograph", "turn", "seal"}
    assert set(refused.values()) == {CardReadOnly.code}


@pytest.mark.campaign
def test_a_card_that_refuses_writes_beneath_all_services_is_told_and_costs_nothing() -> None:
    if not card.can_run():
        pytest.skip("needs root, loop devices and e2fsprogs")
    outcome = outcome_of("full_disk", "--read-only", "--times", "1", "--seed", "5")
    assert outcome["damage"] == {}
    assert outcome["seen while it lasted"]["lamp told: needs-person"] > 0
