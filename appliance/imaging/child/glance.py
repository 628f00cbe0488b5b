"""Draws one master small enough for a screen and ends, so that nobody else keeps Pillow.

Run as ``python -m appliance.imaging.child.glance LONG_SIDE_PX``. stdin: a master. stdout: all of
it as a JPEG, upright, its colours untouched. Ends with 1 and without a word when it is damaged.
"""

from __future__ import annotations

import resource
import sys
from io import BytesIO

from PIL import Image, ImageOps

from appliance.core.errors import PageDamaged
from appliance.jpeg import opened

_MEMORY_MB = 300
"""Measured (VmPeak): 61 MB for an A4 of 300 dpi, 70 at 600, 207 for a photograph of 50 megapixels
coded in passes."""


def glance(master: bytes, long_side_px: int) -> bytes:
    """Decoded no larger than needed: an A4 of 300 dpi takes 3 MB, not 26.

    Raises:
        PageDamaged: it is no JPEG.
    """
    with opened(master) as image:
        image.draft(None, (long_side_px, long_side_px))
        upright = ImageOps.exif_transpose(image)
    upright.thumbnail((long_side_px, long_side_px), Image.Resampling.BOX)
    upright.info = {}
    out = BytesIO()
    (upright if upright.mode in ("L", "RGB") else upright.convert("RGB")).save(
        out, "JPEG", quality=60, optimize=True
    )
    return out.getvalue()


def main() -> None:
    """One master."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MB * 1_000_000,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a citizen's paper
    try:
        sys.stdout.buffer.write(glance(sys.stdin.buffer.read(), int(sys.argv[1])))
    except (PageDamaged, OSError, MemoryError):
        sys.exit(1)


if __name__ == "__main__":
    main()
