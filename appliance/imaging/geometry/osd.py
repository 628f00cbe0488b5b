"""Asks the program tesseract which way up a page stands, where it is installed.

About a second on a laptop, 6 on a Pi 4, 15 on a Zero 2 W: for the background, never between two
sheets. The picture goes through a pipe, never through a file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from io import BytesIO

from PIL import Image

from appliance.imaging.geometry.turning import Turned

OSD_DPI = 150  # 40 of 40 right; 100 dpi loses pages, 300 only takes longer
_PROGRAM = "tesseract"
_SURE = 2.0  # its own confidence; pages it got wrong stayed below 1.5
_DEADLINE_S = 60.0


def osd_is_here() -> bool:
    """Whether the program is installed; without it every page stays unsure."""
    return shutil.which(_PROGRAM) is not None


def turn_by_osd(page: Image.Image) -> Turned:
    """Judge *page* (at 150 dpi, straight). Unsure when absent, failing, slow, or without text."""
    if not osd_is_here():
        return Turned(None)
    picture = BytesIO()
    page.convert("L").save(picture, "PPM")
    command = [_PROGRAM, "stdin", "stdout", "--psm", "0", "-l", "osd", "--dpi", str(OSD_DPI)]
    try:
        said = subprocess.run(
            command,
            input=picture.getvalue(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_DEADLINE_S,
            check=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        ).stdout.decode("ascii", "replace")
    except (OSError, subprocess.SubprocessError):
        return Turned(None)
    turn = re.search(r"^Rotate: (0|90|180|270)\s*$", said, re.MULTILINE)
    sure = re.search(r"^Orientation confidence: ([0-9.]+)\s*$", said, re.MULTILINE)
    if turn is None or sure is None:
        return Turned(None)
    confidence = float(sure[1])
    return Turned(int(turn[1]) if confidence >= _SURE else None, confidence)
