"""A private SANE_CONFIG_DIR that knows sane-airscan and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def write_sane_config(folder: Path, scanners: Mapping[str, str]) -> Path:
    """Write *folder* so that libsane sees just these scanners (name → eSCL address).

    Discovery is off: nothing is asked of the network, listing takes milliseconds instead of
    seconds, and no avahi-daemon is needed (without one airscan reports "Out of memory").
    """
    folder.mkdir(parents=True, exist_ok=True)
    devices = "".join(f'"{name}" = {url}, eSCL\n' for name, url in scanners.items())
    (folder / "dll.conf").write_text("airscan\n", encoding="ascii")
    (folder / "airscan.conf").write_text(
        f"[devices]\n{devices}\n[options]\ndiscovery = disable\nws-discovery = off\n",
        encoding="utf-8",
    )
    return folder


def carries_its_address(device: str) -> bool:
    """Whether a SANE name says where the scanner is: ``airscan:escl:NAME:http://…``."""
    return device.startswith("airscan:") and "://" in device
