"""Which words tesseract still reads after a page was made small, beside its master.

    .venv/bin/python -m benchmarks.legibility [--pages 6] [--dpi 300] [--seed 5000] [--promised]

Printed words of drawn papers, seeds that nothing was tuned on. A line says how many
of a hundred are read: in the master as it was scanned, in the same straight and uncoded (the
harder measure: a crooked table is hardly read), in the page as ``tramhoso clean`` sends it and on
the last step of its ladder, and in every way forced upon it, deserved or not (``--promised``
leaves those out, and ends with 1 when any paper as sent is more than a point below its master).

All go to tesseract (vie, one thread) as grey pictures at their own resolution. A word counts as
read when either of two layouts of its finds it: its usual one takes a form's dotted lines for a
picture and throws away whole blocks of words that it reads well, its sparse one loses words of
dense print.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import NamedTuple

from PIL import Image

from appliance.core.paper.findings import PageMode
from appliance.core.paper.plates import PlatedPage
from appliance.imaging.cleaning import clean_input
from appliance.imaging.colors.modes import LOOK_DPI, Way, plated
from appliance.imaging.colors.paper import light_on
from appliance.imaging.formats.opening import open_page
from appliance.imaging.pipeline import analyse, apply
from appliance.imaging.sight import sight_of
from appliance.plates import shown
from benchmarks.machine import options
from tests import pages

FIRST_SEED = 5000
MOST_POINTS = 1.0
PAPERS = ("form", "letter", "table", "certificate")
LAYOUTS = ("3", "11")
MASTER, STRAIGHT, SENT, FLOOR = "master", "master, straight", "as sent", "at its floor"
FORCED = (
    Way(PageMode.FULL, 300, 75),
    Way(PageMode.CLEAN, 200, 60),
    Way(PageMode.CLEAN, 200, 45),
    Way(PageMode.CLEAN, 150, 50),
    Way(PageMode.PALETTE, 200),
    Way(PageMode.PALETTE, 150),
    Way(PageMode.LAYERS, 300),
    Way(PageMode.LAYERS, 200),
    Way(PageMode.GRAY, 200, 60),
    Way(PageMode.BILEVEL, 300),
    Way(PageMode.BILEVEL, 200),
)


class Reading(NamedTuple):
    """What was read of one picture of one page."""

    way: str
    read: int
    words: int
    size_bytes: int


def main() -> None:
    """Print one line for each paper and way as soon as it is known, then the table."""
    parser = options(__doc__, pages=6, dpi=300, seed=FIRST_SEED)
    parser.add_argument("--promised", action="store_true", help="no way is forced")
    asked = parser.parse_args()
    forced = () if asked.promised else FORCED
    print("| paper | way | words read, % | beside the master | beside it straight | KB a page |")
    print("|---|---|---|---|---|---|")
    of_all: dict[str, list[Reading]] = defaultdict(list)
    worst = 0.0
    for name in PAPERS:
        readings: dict[str, list[Reading]] = defaultdict(list)
        for seed in range(asked.seed, asked.seed + asked.pages):
            for reading in read_page(name, seed, asked.dpi, forced):
                readings[reading.way].append(reading)
                of_all[reading.way].append(reading)
        _tell(name, readings)
        below = _percent(readings[MASTER]) - _percent(readings[SENT])
        worst = max(worst, below)
    _tell("all", of_all)
    sys.exit(worst > MOST_POINTS)


def read_page(
    name: str, seed: int, dpi: int, forced: tuple[Way, ...] = FORCED
) -> Iterator[Reading]:
    """One paper in every way. Every picture of it is looked for the same words."""
    page = pages.paper(name, seed, dpi)
    words = Counter(_plain(word.text) for word in page.only.words if not word.by_hand)
    words.pop("", None)

    def reading(way: str, image: Image.Image, at_dpi: int, size: int) -> Reading:
        found = read_words(image, at_dpi)
        return Reading(way, (words & found).total(), words.total(), size)

    with tempfile.TemporaryDirectory(prefix="bench-legibility-") as folder:
        path = Path(folder, "page.jpg")
        path.write_bytes(page.jpeg())
        opened = open_page(path)
        yield reading(MASTER, opened.image, opened.dpi, path.stat().st_size)
        sight = sight_of(opened.image, opened.dpi)
        (found,) = analyse(sight, sight.dpi)
        yield reading(STRAIGHT, apply(sight, sight.dpi, found, dpi), dpi, path.stat().st_size)
        (item,) = clean_input(path, 1).items
        yield reading(SENT, *_seen(item.plated))
        while item.shrink():
            pass
        yield reading(FLOOR, *_seen(item.plated))
        light = light_on(apply(sight, sight.dpi, found, LOOK_DPI))
        for way in forced:
            at_dpi = min(way.resolution_dpi, dpi)
            drawn = apply(sight, sight.dpi, found, at_dpi)
            if light is not None and way.mode is not PageMode.FULL:
                drawn = light.evened(drawn)
            made = plated(drawn, way, at_dpi, (210.0, 297.0))
            yield reading(_named(way), *_seen(made))


def read_words(image: Image.Image, dpi: int) -> Counter[str]:
    """What tesseract reads, without case, marks of reading and order."""
    picture = BytesIO()
    image.convert("L").save(picture, "PPM")
    found: Counter[str] = Counter()
    for layout in LAYOUTS:  # one after the other: whoever measures must not be in the way
        said = subprocess.run(
            ["tesseract", "stdin", "stdout", "-l", "vie", "--dpi", str(dpi), "--psm", layout],
            input=picture.getvalue(),
            capture_output=True,
            check=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        ).stdout.decode()
        found |= Counter(plain for word in said.split() if (plain := _plain(word)))
    return found


def _seen(page: PlatedPage) -> tuple[Image.Image, int, int]:
    return shown(page.plates), page.resolution_dpi, page.size_bytes


def _named(way: Way) -> str:
    quality = f" q{way.quality}" if way.quality else ""
    return f"{way.mode.value} {way.resolution_dpi}{quality}"


def _plain(word: str) -> str:
    """A word as it counts: its letters with their marks, nothing around them."""
    composed = unicodedata.normalize("NFC", word).casefold()
    return re.sub(r"^\W+|\W+$", "", composed)


def _tell(name: str, readings: dict[str, list[Reading]]) -> None:
    master, straight = _percent(readings[MASTER]), _percent(readings[STRAIGHT])
    for way, of_way in readings.items():
        percent = _percent(of_way)
        size = median(reading.size_bytes for reading in of_way) / 1000
        beside = f"{percent - master:+.1f} | {percent - straight:+.1f}"
        print(f"| {name} | {way} | {percent:.1f} | {beside} | {size:.0f} |", flush=True)


def _percent(readings: list[Reading]) -> float:
    return 100 * sum(r.read for r in readings) / sum(r.words for r in readings)


if __name__ == "__main__":
    main()
