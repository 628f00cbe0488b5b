"""Reads the machine-readable lines of a card with the program tesseract, where it is installed.

The picture goes through a pipe, never through a file. What comes back counts only when every
check digit agrees (``core.cards.mrz``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from io import BytesIO

from PIL import Image, ImageOps

from appliance.core.cards.mrz import CardMrz, read_card_mrz

_PROGRAM = "tesseract"
_ZONE = 0.42  # of the card's height: the lower 23 mm
_LINE_DPI = 300  # what its English model reads best; 8 of 20 numbers were lost at 150
_DEADLINE_S = 60.0  # a Zero 2 W needs about 4
_CARD_WIDTH_MM = 85.60


def mrz_reader_is_here() -> bool:
    """Whether the program is installed; without it ``read_mrz`` finds nothing."""
    return shutil.which(_PROGRAM) is not None


def read_mrz(card: Image.Image) -> CardMrz | None:
    """The numbers on the lower part of an upright, straight, landscape *card*.

    None when the program is absent, fails, takes too long, or the check digits disagree.
    """
    if not mrz_reader_is_here():
        return None
    zone = card.crop((0, round(card.height * (1 - _ZONE)), card.width, card.height)).convert("L")
    width = round(_CARD_WIDTH_MM / 25.4 * _LINE_DPI)
    scaled = zone.resize((width, round(zone.height * width / zone.width)), Image.Resampling.BICUBIC)
    for picture in (ImageOps.autocontrast(scaled, cutoff=(1, 40)), scaled):
        if (mrz := read_card_mrz(_lines(picture))) is not None:
            return mrz
    return None


def _lines(picture: Image.Image) -> list[str]:
    image = BytesIO()
    picture.save(image, "PPM")
    command = [_PROGRAM, "stdin", "stdout", "-l", "eng", "--psm", "6", "--dpi", str(_LINE_DPI)]
    command += ["-c", "tessedit_char_whitelist=ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"]
    command += ["-c", "load_system_dawg=0", "-c", "load_freq_dawg=0"]
    try:
        ended = subprocess.run(
            command,
            input=image.getvalue(),
            capture_output=True,
            timeout=_DEADLINE_S,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # more threads made it slower
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return ended.stdout.decode("utf-8", "replace").splitlines()
