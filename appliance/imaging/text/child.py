"""Reads one page and ends, so that nobody else keeps Pillow in memory.

Run as ``python -m appliance.imaging.text.child DPI TURN``. stdin: a packed page. stdout: its text
layer, as it is after a clockwise TURN. Ends with 1 and without a word when the page is damaged.
"""

from __future__ import annotations

import os
import resource
import sys

from appliance.core.cards.laid import turned
from appliance.core.errors import PageDamaged
from appliance.core.paper.packed import unpacked
from appliance.imaging.picture import picture_of
from appliance.imaging.text.reading import TEXT_DPI, text_of

_MEMORY_MB = 950
"""Three times what was measured: 310 MB for an A4 at 600 dpi. For tesseract below it as well,
which reads a printed A4 within 150."""


def main() -> None:
    """One page."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MB * 1_000_000,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a citizen's paper
    os.nice(15)  # after everything else
    dpi, turn = (int(value) for value in sys.argv[1:3])
    try:
        page = turned(unpacked(sys.stdin.buffer.read(), dpi), turn)
        picture = picture_of(page, TEXT_DPI)
    except PageDamaged:
        sys.exit(1)
    sys.stdout.buffer.write(text_of(picture, TEXT_DPI).to_bytes())


if __name__ == "__main__":
    main()
