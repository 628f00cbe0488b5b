"""Why no scanner answers. libsane says the same for a pulled plug and for a missing driver."""

from __future__ import annotations

import grp
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from appliance.core.errors import (
    ScannerAbsent,
    ScannerDriverMissing,
    ScannerError,
    ScannerForbidden,
)

_CONFIG = Path("/etc/sane.d")
_USB = Path("/dev/bus/usb")
_GROUP = "scanner"  # given by udev's 99-libsane.rules to what it knows as one
_LIBRARIES = ("lib/*/sane", "lib/sane", "lib64/sane")


def why_absent(
    said: ScannerAbsent,
    device: str,
    config: Sequence[Path] | None = None,
    usr: Path = Path("/usr"),
    usb: Path = _USB,
) -> ScannerError:
    """*said*, or what a technician must do before any scanner can answer.

    *config* are the folders libsane reads (None: those it reads now). Only files are looked at;
    nothing is asked of a device.
    """
    backend = device.partition(":")[0]
    enabled = _enabled(_config_folders() if config is None else config)
    if not enabled:
        return ScannerDriverMissing("dll.conf names no backend: apt install libsane1")
    if backend and backend not in enabled:
        return ScannerDriverMissing(f"dll.conf does not name the backend {backend}")
    wanted = {backend} if backend else enabled
    if not wanted & _installed(usr):
        package = "sane-airscan" if wanted == {"airscan"} else "libsane1"
        what = " or ".join(sorted(wanted)[:3])
        return ScannerDriverMissing(f"libsane has no driver for {what}: apt install {package}")
    closed = _closed_nodes(usb)
    if closed:
        return ScannerForbidden(f"no right to {closed[0]}: usermod -aG {_GROUP} tramhoso")
    return said


def _config_folders() -> list[Path]:
    """As libsane does: a trailing colon adds its own."""
    said = os.environ.get("SANE_CONFIG_DIR", "")
    folders = [Path(one) for one in said.split(":") if one]
    return folders if folders and not said.endswith(":") else [*folders, _CONFIG]


def _installed(usr: Path) -> set[str]:
    libraries = (path for folder in _LIBRARIES for path in usr.glob(f"{folder}/libsane-*.so*"))
    return {path.name.removeprefix("libsane-").partition(".")[0] for path in libraries}


def _enabled(folders: Iterable[Path]) -> set[str]:
    files = [file for folder in folders for file in (folder / "dll.conf", *folder.glob("dll.d/*"))]
    lines = [line for file in files if file.is_file() for line in _lines(file)]
    return {line.split("#")[0].strip() for line in lines} - {""}


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines()


def _closed_nodes(usb: Path) -> list[Path]:
    """Scanners on USB that this user may not write to."""
    try:
        group = grp.getgrnam(_GROUP).gr_gid
    except KeyError:
        return []  # no libsane from Debian here
    nodes = sorted(usb.glob("*/*"))
    return [
        node
        for node in nodes
        if node.stat().st_gid == group and not os.access(node, os.R_OK | os.W_OK)
    ]
