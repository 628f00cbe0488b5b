"""Counts as bars, drawn by the box itself. The only file that knows leather.

An SVG of plain shapes: no style element, no script, so the pages' policy lets it through; colours
and letters are set here, with the contrast that small text needs. Every chart stands beside a
table of the same numbers; to a screen reader it is one picture with a name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from types import ModuleType

INK, LINE, BAR = "#1d2a2e", "#cfc8b8", "#0b5563"
LETTERS = "system-ui, sans-serif"
WIDTH, HEIGHT = 720, 320
NARROW, LYING_BAR, LYING_HEAD = 460, 34, 44  # beside words: drawn small, so letters stay large
LAST_DIGITS = 16  # room for half of the number under the last tick
MOST_LETTERS = 24  # of words beside a lying bar; the table has all of them


def bars(
    values: Sequence[tuple[str, float]],
    name: str,
    *,
    height: int = HEIGHT,
) -> str:
    """Upright bars from left to right, each under its own words.

    *name* is what a screen reader says. Empty when there is nothing to compare. Words that stand
    twice would fall onto one bar: make them differ.
    """
    if len(values) < 2 or not any(value for _, value in values):
        return ""
    leather = _leather()
    chart = leather.Chart()
    chart.add_y_scale(0, _round_up(max(value for _, value in values)))
    chart.add_columns([(words, value) for words, value in values], fill_color=BAR)
    return _named(chart.to_svg(width=WIDTH, height=height), name, height)


def lying_bars(values: Sequence[tuple[str, int]], name: str) -> str:
    """Bars below each other with their words on the left, the first on top; else as ``bars``."""
    if len(values) < 2 or not any(count for _, count in values):
        return ""
    chart = _leather().Chart()
    ticks = _whole_ticks(max(count for _, count in values))
    chart.add_x_scale(0, ticks[-1])
    chart.add_x_axis(ticks=ticks)
    chart.add_bars(_apart(values), fill_color=BAR)
    height = LYING_HEAD + LYING_BAR * len(values)
    drawn = chart.to_svg(width=NARROW - LAST_DIGITS, height=height)
    return _named(drawn, name, height, NARROW)


def _whole_ticks(highest: int) -> list[int]:
    """Nobody comes by halves: nought and at most five round numbers."""
    step = next(
        n * 10**zeros for zeros in range(12) for n in (1, 2, 5) if n * 10**zeros * 5 >= highest
    )
    return [step * number for number in range(-(-highest // step) + 1)]


def _apart(values: Sequence[tuple[str, int]]) -> list[tuple[int, str]]:
    """Words that stand twice, once they are short, would fall onto one bar."""
    seen: dict[str, int] = {}
    found = []
    for words, count in values:
        short = _short(words)
        seen[short] = seen.get(short, 0) + 1
        found.append((count, short if seen[short] == 1 else f"{short} {seen[short]}"))
    return found


def _short(words: str) -> str:
    return words if len(words) <= MOST_LETTERS else words[: MOST_LETTERS - 1].rstrip() + "…"


def _round_up(highest: float) -> int:
    """A scale that ends at a number people read at once: 1, 2 or 5 and zeros."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if factor * step >= highest:
                return factor * step
        step *= 10


@cache
def _leather() -> ModuleType:
    import leather  # noqa: PLC0415 - 25 ms, for the few who look at figures

    theme = leather.theme
    theme.background_color, theme.margin = "#fffefb", 0.01
    theme.label_color, theme.tick_color, theme.zero_color = INK, LINE, INK
    theme.tick_font_family = theme.legend_font_family = LETTERS
    theme.tick_font_size = 15
    return leather  # type: ignore[no-any-return]


def _named(svg: str, name: str, height: int, width: int = WIDTH) -> str:
    """As wide as its place on the page, and with a name."""
    opening = (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(name)}" xmlns="http://www.w3.org/2000/svg">'
    )
    start = re.search(r"<svg[^>]*>", svg)
    assert start is not None  # noqa: S101 - leather's own beginning
    return opening + svg[start.end() :]
