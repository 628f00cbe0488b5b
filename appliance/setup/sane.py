"""A SANE folder of the box's own: drivers of USB scanners only, and none that asks the network.

libsane as Debian ships it loads 78 drivers and lets four of them call out into the network before
it names the first scanner: 5.5 s and 39 MB at every look on a box; here it is one second, in which
scanners behind ipp-usb tell of themselves. Each driver's own file is Debian's, less the lines that
look elsewhere than at USB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from appliance.setup.placed import PlacedFile, PlacedFolder
from appliance.setup.places import ETC

FOLDER = ETC / "sane.d"
DEBIANS = Path("/etc/sane.d")
# In this order they are asked. What is not installed (hpaio, brother*) costs nothing.
DRIVERS = (
    *("airscan", "fujitsu", "epjitsu", "canon_dr", "avision", "epsonds", "epson2", "pixma"),
    *("genesys", "plustek", "hp5590", "xerox_mfp", "kodakaio", "kvs1025", "kvs20xx", "kvs40xx"),
    *("magicolor", "ricoh2", "artec_eplus48u", "canon630u", "canon_lide70", "cardscan"),
    *("gt68xx", "hp3500", "hp3900", "hp4200", "hp5400", "hpljm1005", "lexmark", "ma1509"),
    *("mustek_usb", "mustek_usb2", "niash", "pieusb", "rts8891", "sm3600", "sm3840"),
    *("snapscan", "u12", "umax", "umax1220u", "hpaio", "brother3", "brother4", "brother5"),
)
# Scanners behind ipp-usb tell of themselves by DNS-SD on loopback; WS-Discovery would call out.
_AIRSCAN = "[options]\ndiscovery = enable\nws-discovery = off\n"
_ELSEWHERE = re.compile(r"\s*(net|tcp|scsi|bjnp|mfnp|/dev/)\b", re.ASCII)
_MORE = {"pixma": "networking=no\n"}
_HEAD = "# Made by setup_pi.sh install; changes here are lost.\n"


def sane_files(debians: Path = DEBIANS) -> Iterator[PlacedFile]:
    """Every file of the folder, as it must be beside the libsane that lies here."""
    yield PlacedFile(FOLDER / "dll.conf", (_HEAD + "\n".join(DRIVERS) + "\n").encode())
    yield PlacedFile(FOLDER / "airscan.conf", (_HEAD + _AIRSCAN).encode())
    for driver in DRIVERS[1:]:
        theirs = debians / f"{driver}.conf"
        if theirs.is_file():
            text = theirs.read_text("utf-8", errors="surrogateescape")
            ours = _HEAD + _usb_only(text) + _MORE.get(driver, "")
            yield PlacedFile(FOLDER / theirs.name, ours.encode("utf-8", errors="surrogateescape"))


class SaneFolder:
    """All of it as one step: the list of drivers is nobody's to read line by line."""

    def __init__(self, debians: Path = DEBIANS) -> None:
        self._debians = debians

    def changes(self) -> list[str]:
        differs = [step for step in self._steps() if step.changes()]
        return [f"{FOLDER}: drivers of USB scanners"] if differs else []

    def apply(self) -> None:
        for step in self._steps():
            if step.changes():
                step.apply()

    def _steps(self) -> list[PlacedFolder | PlacedFile]:
        return [PlacedFolder(FOLDER, 0o755), *sane_files(self._debians)]


def _usb_only(text: str) -> str:
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return "".join(f"{line}\n" for line in lines if not _ELSEWHERE.match(line))
