"""Are bad scans and photographs named rightly, and good ones left in peace?

``python -m tests.campaigns.warnings [--seed 7000] [--count 56] [--only scan/folded photo/clean]``
draws *count* of every fault with the seeds from *seed* on (of good pages as many as its row says),
lets the product look at them as it looks at a master, and prints a table. A place is right when
the middle of what is hidden lies in the ninth that was named, or no further from it than a
twentieth of the sheet (about 10 to 15 mm); *exactly* counts the ninth alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from appliance.core.paper.findings import Findings, Kind, Point, Quad, Warn
from appliance.imaging.doubts.photographed import photo_troubles
from appliance.imaging.doubts.trouble import find_troubles
from appliance.imaging.photos.photo import open_photo, sheet_in
from appliance.imaging.pipeline import analyse, in_pixels
from appliance.imaging.sight import Sight, sight_of
from tests import pages
from tests.pages import Page, phone, phone_spoilt, spoilt
from tests.pages.papers import PAPERS
from tests.pages.shapes import centre

_NEAR = 0.05
_PHOTO_PX = (1800, 2400)
_NAMES = ("form", "letter", "table", "certificate", "by-hand")
_SIDES = ("left", "right", "top", "bottom")


@dataclass(frozen=True)
class Case:
    """One row of the table."""

    draw: Callable[[int], Page]
    wanted: str | None = None  # the warning; None: there must be none
    times: float = 1.0  # of *count*
    by_camera: bool = False


@dataclass
class Score:
    """What the product said of one row's pages."""

    drawn: int = 0
    found: int = 0
    placed: int = 0  # found ones whose place is known
    right: int = 0
    exactly: int = 0
    others: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def main() -> None:
    """One campaign; ends with 1 when a good page was warned of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7000)
    parser.add_argument("--count", type=int, default=56)
    parser.add_argument("--only", nargs="*", default=list(CASES), choices=list(CASES))
    asked = parser.parse_args()
    began = time.process_time()
    alarms = 0
    _say(
        "| drawn | of | found | right place | exactly | other warnings |\n|---|---|---|---|---|---|"
    )
    for name in asked.only:
        case = CASES[name]
        score = scored(case, asked.seed, round(asked.count * case.times))
        _say(_row(name, score), *(f"    {line}" for line in score.wrong))
        alarms += sum(score.others.values()) if case.wanted is None else 0
    _say(f"{alarms} false alarms, {time.process_time() - began:.0f} s CPU")
    sys.exit(alarms > 0)


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)  # noqa: T201 - the figures that a campaign is for


def scored(case: Case, seed: int, count: int) -> Score:
    """*count* pages of one row, drawn with the seeds from *seed* on."""
    score = Score()
    for number in range(seed, seed + count):
        page = case.draw(number)
        score.drawn += 1
        for quad, warnings in _seen(page, case):
            said = {warn.code: warn.place for warn in warnings}
            score.others.update(code for code in said if code != case.wanted)
            if case.wanted not in said:
                if case.wanted or said:
                    score.wrong.append(f"{number} {page.items[0].name} {page.lid}: {said}")
                continue
            score.found += 1
            _judge_place(score, page, quad, said[case.wanted], number)
    return score


def _judge_place(score: Score, page: Page, quad: Quad, place: str | None, number: int) -> None:
    trouble = page.troubles[-1]
    if not trouble.region:
        return
    score.placed += 1
    at = _on_sheet(quad, centre(trouble.region))
    near = {_ninth((at[0] + dx, at[1] + dy)) for dx in _STEPS for dy in _STEPS}
    score.right += place in near
    score.exactly += place == _ninth(at)
    if place not in near:
        score.wrong.append(f"{number}: named {place}, lies at {at[0]:.2f} {at[1]:.2f}")


_STEPS = (-_NEAR, 0.0, _NEAR)


def _seen(page: Page, case: Case) -> Iterator[tuple[Quad, Sequence[Warn]]]:
    """The corners in pixels of the page, and the warnings, of everything that lies there."""
    if case.by_camera:
        sheet = sheet_in(open_photo(phone.jpeg(page)), Kind.FORM)
        look = sight_of(sheet.image, sheet.resolution_dpi).look
        assert sheet.unlit is not None
        yield sheet.quad or page.only.quad, (*photo_troubles(sheet.unlit, look), *sheet.warnings)
        return
    sight = sight_of(page.jpeg(), page.dpi)
    for found in analyse(sight, sight.dpi):
        if not found.blank.is_blank or case.wanted is None:
            yield found.item.quad, _troubles(sight, found)


def _troubles(sight: Sight, found: Findings) -> tuple[Warn, ...]:
    """As ``cleaning`` asks for them; the places on the sheet as it lies, not turned upright."""
    look = in_pixels(found, sight.look.width / sight.image.width)
    return find_troubles(sight.look, sight.look_dpi, look.item.quad, 0, found.item.kind)


def _on_sheet(quad: Quad, at: Point) -> Point:
    """Shares of the sheet's width and height, in perspective too."""
    a, b, c, d, e, f, g, h = phone.perspective(quad, ((0, 0), (1, 0), (1, 1), (0, 1)))
    w = g * at[0] + h * at[1] + 1
    return (a * at[0] + b * at[1] + c) / w, (d * at[0] + e * at[1] + f) / w


def _ninth(at: Point) -> str:
    column, row = (int(np.clip(share * 3, 0, 2)) for share in at)
    names = ("top", "middle", "bottom")[row], ("left", "middle", "right")[column]
    return "middle" if names[0] == names[1] else "-".join(names)


def _row(name: str, score: Score) -> str:
    others = ", ".join(f"{code} {count}" for code, count in sorted(score.others.items()))
    place = f"{score.right} of {score.placed}" if score.placed else "–"
    exactly = str(score.exactly) if score.placed else "–"
    return f"| {name} | {score.drawn} | {score.found} | {place} | {exactly} | {others or 'none'} |"


def _dpi(seed: int) -> int:
    return (200, 300)[seed % 2]


def _spoilt(
    code: str, places: Sequence[str], names: Sequence[str] = _NAMES
) -> Callable[[int], Page]:
    def draw(seed: int) -> Page:
        place = places[seed // 2 % len(places)]
        name = names[seed % len(names)]
        return pages.spoiled(code, seed, _dpi(seed), place=place, name=name)

    return draw


def _feeder(seed: int) -> Page:
    return pages.paper(sorted(PAPERS)[seed % len(PAPERS)], seed, _dpi(seed // len(PAPERS)))


def _glass(seed: int) -> Page:
    name = sorted(PAPERS)[seed % len(PAPERS)]
    return pages.paper(name, seed, _dpi(seed // len(PAPERS)), margin_mm=6.0 + seed % 30)


def _blank(seed: int) -> Page:
    hows = pages.TRUE_BLANKS
    return pages.true_blank(hows[seed % len(hows)], seed, _dpi(seed // len(hows)))


def _portrait(seed: int) -> Page:
    return pages.on_glass([("photo-3x4", "photo")[seed % 2]], seed, _dpi(seed // 2))


def _soft_portrait(seed: int) -> Page:
    page = _portrait(seed)
    return spoilt.blurred(page, pages.chance("soft portrait", seed).uniform(0.45, 0.8))


def _photo(what: str) -> Callable[[int], Page]:
    def draw(seed: int) -> Page:
        rng = pages.chance("phone-spoilt", what, seed)
        sheet = PAPERS[sorted(PAPERS)[seed % len(PAPERS)]](rng, 200)
        page = phone.photograph(
            sheet, rng, _PHOTO_PX, 1.0, rng.choice((0.0, 0.3, 0.45, 0.6)),
            spoil=phone_spoilt.spoil_for(what, rng, seed, sheet.size_mm),
        )  # fmt: skip
        return phone_spoilt.afterwards(what, page, rng, seed)

    return draw


_CORNERS = spoilt.CORNERS
CASES: dict[str, Case] = {
    "scan/clean": Case(_feeder, times=2),
    "scan/glass": Case(_glass, times=2),
    "scan/blank": Case(_blank, times=4),
    "scan/truncated": Case(_spoilt("truncated", spoilt.LOST), "broken-off"),
    "scan/blurred": Case(_spoilt("blurred", ("all", *_CORNERS)), "unsharp"),
    "scan/dark": Case(_spoilt("dark", ("all",)), "too-dark"),
    "scan/shaded": Case(_spoilt("shaded", _CORNERS), "too-dark"),
    "scan/cut": Case(_spoilt("cut", _SIDES, ("letter", "form", "table")), "cut-off"),
    "scan/finger": Case(_spoilt("finger", _CORNERS), "covered"),
    "scan/folded": Case(_spoilt("folded", _CORNERS), "covered"),
    "scan/overlapping": Case(_spoilt("overlapping", ("",)), "overlapping"),
    "portrait/clean": Case(_portrait, times=1.5),
    "portrait/blurred": Case(_soft_portrait, "unsharp"),
    "photo/clean": Case(_photo("clean"), times=2, by_camera=True),
    "photo/creased": Case(_photo("creased"), by_camera=True),
    "photo/thumb": Case(_photo("thumb"), "covered", by_camera=True),
    "photo/corner folded": Case(_photo("corner"), "covered", by_camera=True),
    "photo/side folded": Case(_photo("side"), "covered", by_camera=True),
    "photo/shaken": Case(_photo("shaken"), "unsharp", by_camera=True),
    "photo/unfocused": Case(_photo("unfocused"), "unsharp", by_camera=True),
    "photo/dark": Case(_photo("dim"), "too-dark", by_camera=True),
    "photo/cut sheet": Case(_photo("beyond"), "photo-sheet-cut", by_camera=True),
}


if __name__ == "__main__":
    main()
