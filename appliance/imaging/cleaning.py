"""One input page becomes the things on it, each understood and ready to travel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from appliance.core.card_sheet import ID1_MM, CardLook
from appliance.core.findings import Findings, Kind, PageMode, Quad, Warn
from appliance.core.plates import PlatedPage
from appliance.imaging.cards import look_at_card
from appliance.imaging.codes import find_codes
from appliance.imaging.modes import BLANK_WAYS, LOOK_DPI, Way, ladder, plated, survey
from appliance.imaging.opening import Opened, open_page
from appliance.imaging.paper import Light, light_on
from appliance.imaging.photos import photo_of, sheet_in
from appliance.imaging.pipeline import analyse, apply
from appliance.imaging.sight import Sight, sight_of

_CODES_DPI = 150  # the codes of forms are large; those of cards are read by ``cards``

Open = Callable[[], Sight]
"""Gives the master anew each time: a page is not held in memory between two looks."""


@dataclass
class CleanItem:
    """One thing on the glass; its pixels as they travel now, and how to make them smaller."""

    found: Findings
    ways: tuple[Way, ...]
    plated: PlatedPage
    light: Light | None
    open_master: Open
    card: CardLook | None = None
    rung: int = 0

    def shrink(self) -> bool:
        """Take the next way down the ladder, from the master; False at the floor."""
        if self.rung + 1 >= len(self.ways):
            return False
        self.rung += 1
        self.plated = _plated(self.open_master(), self.found, self.light, self.ways[self.rung])
        return True


@dataclass
class CleanInput:
    """One input page and what was on it."""

    source: Path
    number: int  # of the page in its file, from 1
    items: list[CleanItem] = field(default_factory=list)
    quads: list[Quad] = field(default_factory=list)  # in pixels of the source
    warnings: tuple[Warn, ...] = ()
    seconds: float = 0.0


def clean_input(source: Path, number: int, kind: Kind = Kind.AUTO) -> CleanInput:
    """Look at one input page and code everything on it in the cheapest honest way.

    Raises:
        FileError: this page cannot be read; its file's other pages may.
    """
    began = time.monotonic()
    opened = open_page(source, number)
    warnings = () if opened.orientation_known else (Warn("orientation-unknown"),)
    sight, quad, more = _sight(opened, kind)
    done = CleanInput(source, number, warnings=(*warnings, *more))
    for found in analyse(sight, sight.dpi, kind):
        done.items.append(_item(sight, found, lambda: _sight(open_page(source, number), kind)[0]))
        done.quads.append(quad or found.item.quad)
    done.seconds = time.monotonic() - began
    return done


def _sight(opened: Opened, kind: Kind) -> tuple[Sight, Quad | None, Sequence[Warn]]:
    """A scan as it is; of a photograph the sheet, cut out and flat."""
    if not opened.from_camera:
        return sight_of(opened.image, opened.dpi), None, ()
    sheet = sheet_in(photo_of(opened.image), Kind.FORM if kind is Kind.AUTO else kind)
    return sight_of(sheet.image, sheet.resolution_dpi), sheet.quad, sheet.warnings


def _item(sight: Sight, found: Findings, open_master: Open) -> CleanItem:
    item, card, light = found.item, None, None
    if item.kind is Kind.ID_CARD:
        card = look_at_card(sight.image, item.quad, round(sight.dpi))
        upright = replace(item, quad=card.quad, width_mm=ID1_MM[0], height_mm=ID1_MM[1])
        turn = 0 if card.upright_known else None
        found = replace(found, item=upright, turn=turn, codes=card.codes)
        ways = ladder(item.kind, None)
    elif found.blank.is_blank:
        light = light_on(apply(sight, sight.dpi, found, LOOK_DPI))
        ways = BLANK_WAYS if light else ladder(item.kind, None)
    else:
        look = apply(sight, sight.dpi, found, LOOK_DPI)
        light = None if item.kind is Kind.PHOTO else light_on(look)
        seen = None if light is None else survey(light.evened(look))
        ways = ladder(item.kind, seen)
        larger = apply(sight, sight.dpi, found, _CODES_DPI)
        found = replace(found, codes=find_codes(larger.convert("L")))
    return CleanItem(found, ways, _plated(sight, found, light, ways[0]), light, open_master, card)


def _plated(sight: Sight, found: Findings, light: Light | None, way: Way) -> PlatedPage:
    dpi = min(way.resolution_dpi, round(sight.dpi))
    image = apply(sight, sight.dpi, found, dpi)
    if light is not None and way.mode is not PageMode.FULL:
        image = light.evened(image)
    size = (found.item.width_mm, found.item.height_mm)
    return plated(image, way, dpi, size if (found.turn or 0) % 180 == 0 else size[::-1])
