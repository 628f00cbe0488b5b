"""Runs the program tesseract with its Vietnamese, where both are installed. Knows no image library.

Half a second to a second a page on a laptop, and 46 MB in a process of its own: for the background,
one at a time. The picture goes through a pipe, never through a file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

_PROGRAM, _LANGUAGE = "tesseract", "vie"
_SPARSE = "11"  # its usual layout takes a form's dotted lines for a picture: half the words gone
_DEADLINE_S = 180.0  # a Zero 2 W needs about 15


@cache
def vietnamese_is_here() -> bool:
    """Whether the program and its Vietnamese are installed; without them no page has a text."""
    if shutil.which(_PROGRAM) is None:
        return False
    try:
        said = subprocess.run(
            [_PROGRAM, "--list-langs"], capture_output=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return _LANGUAGE in said.decode("utf-8", "replace").split()


def words_table(picture: bytes, dpi: int) -> str:
    """Its table of what it found in *picture*, one row a word; nothing when it fails."""
    command = ["nice", "-n", "15", _PROGRAM, "stdin", "stdout", "-l", _LANGUAGE]
    command += ["--psm", _SPARSE, "--dpi", str(dpi), "tsv"]
    try:
        said = subprocess.run(
            command,
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_DEADLINE_S,
            check=True,
            env=os.environ | {"OMP_THREAD_LIMIT": "1"},  # more threads made it slower
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.decode("utf-8", "replace")
