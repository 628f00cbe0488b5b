"""Runs the program tesseract on a picture's bytes. Knows no image library: the station uses it too.

The picture goes through a pipe, never through a file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess

OSD_DPI = 150  # 40 of 40 right; 100 dpi loses pages, 300 only takes longer
_PROGRAM = "tesseract"
_SURE = 2.0  # its own confidence; pages it got wrong stayed below 1.5
_DEADLINE_S = 60.0
_NICE = 10  # after cleaning, which is after reading the next sheet


def osd_is_here() -> bool:
    """Whether the program is installed; without it every page stays unsure."""
    return shutil.which(_PROGRAM) is not None


def turn_told(picture: bytes) -> tuple[int | None, float]:
    """The clockwise turn that makes *picture* (at OSD_DPI, straight) upright, and how sure it is.

    *picture* is a JPEG or a PNM. None when the program is absent, failing, slow, or unsure.
    """
    if not osd_is_here():
        return None, 0.0
    command = [_PROGRAM, "stdin", "stdout", "--psm", "0", "-l", "osd", "--dpi", str(OSD_DPI)]
    try:
        said = subprocess.run(
            ["nice", "-n", str(_NICE), *command],
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_DEADLINE_S,
            check=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},
        ).stdout.decode("ascii", "replace")
    except (OSError, subprocess.SubprocessError):
        return None, 0.0
    turn = re.search(r"^Rotate: (0|90|180|270)\s*$", said, re.MULTILINE)
    sure = re.search(r"^Orientation confidence: ([0-9.]+)\s*$", said, re.MULTILINE)
    if turn is None or sure is None:
        return None, 0.0
    confidence = float(sure[1])
    return (int(turn[1]) if confidence >= _SURE else None), confidence
