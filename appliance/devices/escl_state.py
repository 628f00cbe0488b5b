"""What a scanner that speaks eSCL says of itself: a cover, a jam, work for somebody else.

SANE tells these only once a scan is begun, and then some of them as a mere "I/O error".
"""

from __future__ import annotations

import http.client
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

_LONGEST = 1 << 16
_ADDRESS = re.compile(r"https?://\S+?/eSCL/?")


class EsclState(NamedTuple):
    """In the words of the eSCL standard; *feeder* is empty where there is none."""

    state: str  # Idle, Processing, Stopped …
    feeder: str  # ScannerAdfLoaded, ScannerAdfEmpty, ScannerAdfJam, ScannerAdfHatchOpen …

    @property
    def is_open(self) -> bool:
        """Whether a lid or door stands open; makers write it in two ways."""
        return "HatchOpen" in self.feeder or "DoorOpen" in self.feeder

    @property
    def is_jammed(self) -> bool:
        """Whether a sheet is stuck in the feeder."""
        return "Jam" in self.feeder or "Mispick" in self.feeder

    @property
    def is_busy(self) -> bool:
        """Whether it works for somebody just now."""
        return self.state == "Processing"


def address_of(device: str, config_dir: Path | None) -> str | None:
    """Where *device* speaks eSCL: in its name, or in a configuration of airscan's own."""
    if not device.startswith("airscan"):
        return None
    in_name = _ADDRESS.search(device)
    if in_name:
        return in_name[0]
    try:
        lines = ((config_dir or Path("/etc/sane.d")) / "airscan.conf").read_text(encoding="utf-8")
    except OSError:
        return None
    label = device.rpartition(":")[2]
    for line in lines.splitlines():
        name, _, said = line.partition("=")
        if name.strip().strip('"') == label and (found := re.search(r"https?://[^\s,]+", said)):
            return found[0]
    return None


def ask_state(url: str, patience_s: float = 4.0) -> EsclState | None:
    """What it says now; None when it does not answer in words of eSCL."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=patience_s)
    try:
        line.request("GET", f"{parts.path.rstrip('/')}/ScannerStatus")
        answer = line.getresponse()
        said = answer.read(_LONGEST).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()
    state = _one(said, "State")
    return EsclState(state, _one(said, "AdfState")) if state else None


def _one(said: str, tag: str) -> str:
    found = re.search(rf"<(?:\w+:)?{tag}>\s*(\w+)\s*</", said)
    return found[1] if found else ""
