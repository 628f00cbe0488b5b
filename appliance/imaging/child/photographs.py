"""Has a brought photograph looked at in a process of its own. Knows no image library."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from appliance.core.errors import FileDamaged

_CHILD = "appliance.imaging.child.photo"
DEADLINE_S = 90.0  # 48 megapixels of HEIC on the slowest board
MEMORY_MB = 300  # 24 megapixels of HEIC, the usual ones, take 195 MB


class PhotoRefused(Exception):
    """It can never become a page; *code* is that of the error the child named."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Taken:
    """A photograph as a master."""

    jpeg: bytes
    width_px: int
    height_px: int


def taken(path: Path, *, memory_mb: int = MEMORY_MB) -> Taken:
    """The master of the photograph at *path*.

    Raises:
        PhotoRefused: also when the child crashed on it or took too long.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", _CHILD, str(path), str(memory_mb)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a trace could name what was typed into a file's name
            timeout=DEADLINE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PhotoRefused(FileDamaged.code) from None
    line, _, jpeg = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        raise PhotoRefused(FileDamaged.code)
    head = json.loads(line)
    if "refused" in head:
        raise PhotoRefused(head["refused"])
    return Taken(jpeg, head["width"], head["height"])
