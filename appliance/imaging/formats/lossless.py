"""A part of a JPEG without decoding its colours anew: jpegtran, from libjpeg-turbo-progs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from appliance.core.cards.sheet import Box
from appliance.core.errors import PageDamaged
from appliance.core.paper.findings import Quad
from appliance.jpeg import check_decodes, opened

_PROGRAM = "jpegtran"
_DEADLINE_S = 60.0
_ENCODED_ANEW = 92  # quality where the program is missing
_BLOCK_PX = 16  # the program takes whole blocks, of 16 pixels at most in what scanners write
_STRIPS = 12  # each is one or two calls of 10 ms; of the glass 9 mm stay beside the card


def cuts_without_loss() -> bool:
    """Whether the program is installed; without it a cut is encoded anew."""
    return shutil.which(_PROGRAM) is not None


def cut_jpeg(jpeg: bytes, box: Box) -> tuple[bytes, Box]:
    """The part of *jpeg* within *box*, and the box it really holds.

    The blocks of a JPEG are kept as they are, so the left and upper edges move outwards to the
    next block, up to 15 pixels. Carries no EXIF or comment. Without the program the part is
    encoded anew, at high quality.

    Raises:
        PageDamaged: *jpeg* is not wholly there.
    """
    left, top, right, bottom = box
    if not cuts_without_loss():
        return _cut_and_encoded(jpeg, box), box
    part = _transformed(jpeg, "-crop", f"{right - left}x{bottom - top}+{left}+{top}", "-optimize")
    width, height = check_decodes(part)
    return part, (right - width, bottom - height, right, bottom)


def wiped_around(jpeg: bytes, quad: Quad) -> bytes:
    """*jpeg* with grey blocks where *quad* is not: what lay beside a card does not travel along.

    The blocks within *quad*, and one or two around it, stay as they are. Without the program
    nothing is wiped.

    Raises:
        PageDamaged: *jpeg* is not wholly there.
    """
    width, height = check_decodes(jpeg)
    if not cuts_without_loss():
        return jpeg
    for left, top, right, bottom in _beside(quad, width, height):
        jpeg = _transformed(jpeg, "-wipe", f"{right - left}x{bottom - top}+{left}+{top}")
    check_decodes(jpeg)
    return jpeg


def _transformed(jpeg: bytes, *how: str) -> bytes:
    try:
        return subprocess.run(
            [_PROGRAM, *how, "-copy", "none"],
            input=jpeg,
            capture_output=True,
            timeout=_DEADLINE_S,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise PageDamaged(f"jpegtran {how[0]}: {type(error).__name__}") from error


def _beside(quad: Quad, width: int, height: int) -> Iterator[Box]:
    """Rectangles of whole blocks around *quad*: beside it row by row, above and below it column
    by column, for a card that lay a little askew has wide flat corners and high narrow ones.
    """
    for top, bottom, before, after in _strips(quad, width, height):
        if before:
            yield 0, top, before, bottom
        if after < width:
            yield after, top, width, bottom
    a, b, c, d = ((y, x) for x, y in quad)
    for left, right, before, after in _strips((a, b, c, d), height, width):
        if before:
            yield left, 0, right, before
        if after < height:
            yield left, after, right, height


def _strips(quad: Quad, width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Top and bottom of each strip, up to where it may be wiped from the left, and from where on.

    A block is left between, for those programs whose blocks are larger.
    """
    high = _up(height / _STRIPS)
    for top in range(0, height, high):
        bottom = min(top + high, height)
        xs = list(_crossed(quad, top, bottom)) or [width + _BLOCK_PX]
        before, after = _up(min(xs) - 2 * _BLOCK_PX), _up(max(xs) + _BLOCK_PX)
        yield top, bottom, min(max(before, 0), width), min(max(after, 0), width)


def _crossed(quad: Quad, top: float, bottom: float) -> Iterator[float]:
    """Where the sides of *quad* are between two heights: the first and last x of each."""
    for (x0, y0), (x1, y1) in zip(quad, (*quad[1:], quad[0]), strict=True):
        for y in (top, bottom):
            if min(y0, y1) < y < max(y0, y1):
                yield x0 + (x1 - x0) * (y - y0) / (y1 - y0)
        yield from (x for x, y in ((x0, y0), (x1, y1)) if top <= y <= bottom)


def _up(value: float) -> int:
    """To the next border of a block."""
    return -int(-value // _BLOCK_PX) * _BLOCK_PX


def _cut_and_encoded(jpeg: bytes, box: Box) -> bytes:
    check_decodes(jpeg)
    with opened(jpeg) as image:
        part = image.crop(box)
    out = BytesIO()
    kept = part if part.mode in ("L", "RGB") else part.convert("RGB")
    kept.info = {}
    kept.save(out, "JPEG", quality=_ENCODED_ANEW, subsampling=0, optimize=True)
    with Image.open(BytesIO(out.getvalue())) as written:
        written.load()
    return out.getvalue()
