"""Papers of invented people, drawn as a scanner would see them: tone, grain, a slight tilt.

The same page is drawn the same way every time, so tests may compare bytes.
``python -m appliance.pretend.sample_pages DIR`` writes them all.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from appliance.catalogues import read_catalogue
from appliance.pretend.sample_drawing import Pen

_GRAIN_PX = 512  # side of the tile of noise that is laid over the paper
_PAPER = (250, 248, 243)
_QUALITY = 92


@dataclass(frozen=True, slots=True)
class SamplePage:
    """One paper of sample_pages_vi.toml."""

    key: str
    title: str
    fields: tuple[tuple[str, str], ...]
    text: tuple[str, ...]
    sign: tuple[str, str]
    office: tuple[str, ...] = ()
    stamp: bool = False


@cache
def sample_pages() -> tuple[SamplePage, ...]:
    """Every paper there is, in the file's order."""
    papers = read_catalogue("appliance.pretend", "sample_pages_vi")
    return tuple(_read(key, table) for key, table in papers.items())


def draw_page(page: SamplePage, dpi: int = 300) -> Image.Image:
    """*page* as an A4 image in colour.

    Raises FontsMissing when no font with Vietnamese letters is installed.
    """
    pen = Pen(dpi, _PAPER)
    y = pen.letterhead(page.office)
    y = pen.title(page.title, y + 9)
    for label, written in page.fields:
        y = pen.field(label, written, y)
    for paragraph in page.text:
        y = pen.paragraph(paragraph, y + 2)
    pen.signatures(page.sign, y + 9, page.stamp)
    pen.footer()
    chance = random.Random(page.key)  # noqa: S311 - the same page every time, no secret
    return _as_scanned(pen.image, dpi, chance)


def write_sample_pages(folder: Path, dpi: int = 300, count: int | None = None) -> list[Path]:
    """Write the first *count* papers (all if None; again from the start when there are fewer).

    Files that are there already are kept: drawing takes about a second each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pages = sample_pages()
    written: list[Path] = []
    for place in range(len(pages) if count is None else count):
        page = pages[place % len(pages)]
        path = folder / f"{place + 1:02d}-{page.key}-{dpi}.jpg"
        if not path.exists():
            part = path.with_suffix(".part")
            draw_page(page, dpi).save(part, "JPEG", quality=_QUALITY, dpi=(dpi, dpi))
            part.replace(path)
        written.append(path)
    return written


def _as_scanned(clean: Image.Image, dpi: int, chance: random.Random) -> Image.Image:
    angle = chance.uniform(-0.6, 0.6)
    tilted = clean.rotate(angle, Image.Resampling.BICUBIC, fillcolor=_PAPER)
    return ImageChops.subtract(tilted, _grain(tilted.size, chance))


def _grain(size: tuple[int, int], chance: random.Random) -> Image.Image:
    raw = chance.randbytes(_GRAIN_PX * _GRAIN_PX)
    tile = Image.frombytes("L", (_GRAIN_PX, _GRAIN_PX), raw).point(lambda value: value // 32)
    row = Image.new("L", (size[0], _GRAIN_PX))
    for x in range(0, size[0], _GRAIN_PX):
        row.paste(tile, (x, 0))
    grain = Image.new("L", size)
    for y in range(0, size[1], _GRAIN_PX):
        grain.paste(ImageChops.offset(row, chance.randrange(_GRAIN_PX), 0), (0, y))
    return Image.merge("RGB", (grain, grain, grain))


def _read(key: str, table: dict[str, Any]) -> SamplePage:
    left, right = table["sign"]
    return SamplePage(
        key,
        table["title"],
        tuple((label, written) for label, written in table["fields"]),
        tuple(table["text"]),
        (left, right),
        tuple(table.get("office", ())),
        bool(table.get("stamp", False)),
    )


if __name__ == "__main__":
    for made in write_sample_pages(Path(sys.argv[1])):
        sys.stdout.write(f"{made}\n")
