"""The short forms of the clean campaigns: that they run and see, not what they settle.

Each looks at a few scans, of other seeds than the long form and than what was tuned on.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.campaigns import clean_blank, clean_glass, clean_sheets, clean_still, clean_turn
from tests.campaigns.parts.clean_drawn import Tally

FIRST = 9000
CAMPAIGNS = {
    "sheets": lambda: clean_sheets.campaign(FIRST, pages=8, processes=1, resolutions=(200,)),
    "still": lambda: clean_still.campaign(FIRST, pages=1, processes=1),
    "glass": lambda: clean_glass.campaign(FIRST, pages=1, processes=1),
    "blank": lambda: clean_blank.campaign(
        FIRST, pages=1, backs=1, processes=1, kinds=("bleed", "fold", "signature", "pencil")
    ),
    "turn": lambda: clean_turn.campaign(
        FIRST, pages=1, processes=1, papers=("letter", "sparse"), turns=(180,)
    ),
}


@pytest.mark.timeout(900)  # seconds of work, minutes on a machine with other work
@pytest.mark.parametrize("name", CAMPAIGNS)
def test_a_few_scans_of_the_campaign_keep_its_promises(name: str) -> None:
    campaign: Callable[[], Tally] = CAMPAIGNS[name]
    tally = campaign()
    assert tally.rows
    assert tally.held, tally.told()


def test_a_missed_promise_is_told_and_not_held() -> None:
    tally = Tally()
    tally.most("worst", 0.2, 0.15)
    tally.none("lost", ["signature 5003"], 150)
    assert not tally.held
    assert "| lost (none) | 1 of 150: signature 5003 | NO |" in tally.told()
