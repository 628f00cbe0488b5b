"""Which of a printer's own papers a sheet is printed on."""

from __future__ import annotations

import math
import re

from appliance.core.errors.printer import PrinterRefused
from appliance.core.printing import Media

_SIZE = re.compile(r"_([0-9.]+)x([0-9.]+)(mm|in)$")
_BOX = re.compile(rb"/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)\s*\]")
_ROLL_WIDTH_MM = 80.0
_NEARLY_MM = 2.0  # makers round: 79.5 and 82.5 are the same roll
_A4 = "iso_a4_210x297mm"


def paper_for(pdf: bytes, media: Media, offered: tuple[str, ...]) -> str:
    """The printer's own name for the paper.

    Raises:
        PrinterRefused: it has none that the document fits on.
    """
    if media is Media.A4:
        if offered and _A4 not in offered:
            raise PrinterRefused(f"no A4 among {', '.join(offered[:8])}")
        return _A4
    length_mm = _length_mm(pdf)
    sizes = {name: size for name in offered if (size := _size_mm(name))}
    rolls = {n: s for n, s in sizes.items() if abs(s[0] - _ROLL_WIDTH_MM) <= _NEARLY_MM}
    ready = [
        (size[1], name)
        for name, size in rolls.items()
        if size[1] >= length_mm and not _is_bound(name)
    ]
    longest = max((s[1] for n, s in rolls.items() if "_max_" in n), default=0.0)
    if longest >= length_mm:  # cut to measure wastes no paper
        return f"custom_slip_{_ROLL_WIDTH_MM:g}x{math.ceil(length_mm)}mm"
    if ready:
        return min(ready)[1]
    raise PrinterRefused(f"no roll of 80 mm and {length_mm:.0f} mm length")


def _is_bound(name: str) -> bool:
    return "_min_" in name or "_max_" in name


def _size_mm(name: str) -> tuple[float, float] | None:
    """Width and length as a paper's name says them (PWG 5101.1)."""
    found = _SIZE.search(name)
    if found is None:
        return None
    scale = 25.4 if found[3] == "in" else 1.0
    return float(found[1]) * scale, float(found[2]) * scale


def _length_mm(pdf: bytes) -> float:
    """Of the longest page, as Typst writes its boxes."""
    heights = [float(height) for _, height in _BOX.findall(pdf)]
    return max(heights, default=0.0) / 72 * 25.4
