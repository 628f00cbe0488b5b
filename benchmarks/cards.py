"""How many drawn identity cards are read, and how long a look at one takes, by resolution.

    .venv/bin/python -m benchmarks.cards [--cards 20]

Seeds from 7000 on: nothing was tuned on them. Prints one table; every value is of this run.
"""

from __future__ import annotations

import time
from statistics import median

from appliance.core.cards.citizen_card import read_citizen_card
from appliance.core.cards.sheet import Side
from appliance.core.paper.findings import Quad
from appliance.imaging.cards.mrz import mrz_reader_is_here, read_mrz
from appliance.imaging.cards.sides import card_picture, look_at_card
from benchmarks.machine import counts
from tests import pages
from tests.pages.cards import LAYOUTS
from tests.pages.truth import TrueItem

_FIRST_SEED = 7000
_HAS_CODE = {("front", "2021"), ("back", "2024")}


def main() -> None:
    """Print the table."""
    cards = counts(__doc__, cards=20).cards
    print("| side, layout | dpi | side right | upright | code right | wrong letters | MRZ | ms |")
    print("|---|---|---|---|---|---|---|---|")
    for layout in LAYOUTS:
        for side in ("front", "back"):
            for dpi in (150, 200, 300, 600):
                print(_row(side, layout, dpi, cards), flush=True)


def _row(side: str, layout: str, dpi: int, cards: int) -> str:
    right = upright = decoded = wrong = lines = 0
    spent = []
    for seed in range(_FIRST_SEED, _FIRST_SEED + cards):
        page = pages.card(side, seed, dpi, layout=layout)
        began = time.process_time()
        look = look_at_card(page.image, page.only.quad, dpi, read_lines=False)
        spent.append((time.process_time() - began) * 1000)
        right += look.side is Side(side)
        upright += look.upright_known and _near(look.quad, _upright(page.only), dpi)
        (payload,) = page.only.payloads or ("",)
        decoded += look.card is not None and look.card == read_citizen_card(payload)
        wrong += any(code.payload != payload for code in look.codes)
        if side == "back" and look.upright_known and mrz_reader_is_here():
            mrz = read_mrz(card_picture(page.image, look, dpi))
            lines += mrz is not None and mrz.number.number == pages.holder(seed).number
            wrong += mrz is not None and mrz.number.number != pages.holder(seed).number
    code = f"{decoded}/{cards}" if (side, layout) in _HAS_CODE else "–"
    mrz_column = f"{lines}/{cards}" if side == "back" and mrz_reader_is_here() else "–"
    return (
        f"| {side}, {layout} | {dpi} | {right}/{cards} | {upright}/{cards} | {code} | {wrong} "
        f"| {mrz_column} | {median(spent):.0f} |"
    )


def _upright(item: TrueItem) -> Quad:
    """Its corners from the one that is upper left to a reader."""
    a, b, c, d = (item.quad[(place - item.turn // 90) % 4] for place in range(4))
    return a, b, c, d


def _near(found: Quad, true: Quad, dpi: int) -> bool:
    reach = dpi / 25.4  # a millimetre
    return all(
        abs(a[0] - b[0]) < reach and abs(a[1] - b[1]) < reach
        for a, b in zip(found, true, strict=True)
    )


if __name__ == "__main__":
    main()
