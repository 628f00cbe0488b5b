"""What Debian brings and a box needs awake: the right time, its name, security updates, the
board's watchdog, a journal in memory. Laid down it may be and still not be in force."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from appliance.setup.running import is_switched_off, systemd_runs
from appliance.setup.steps import ran

UNITS = {
    "systemd-timesyncd.service": "the time of the network, and after a cut the last one known",
    "avahi-daemon.service": "the box's name",
    "unattended-upgrades.service": "security updates",
    "apt-daily.timer": "security updates",
    "apt-daily-upgrade.timer": "security updates",
}
JOURNAL = Path("/etc/systemd/journald.conf.d/50-tramhoso.conf")
WATCHDOG = Path("/dev/watchdog")


class Needed:
    """Each of them switched on; what was switched off is told by its name."""

    def changes(self) -> list[str]:
        lines = [
            f"{unit} is switched on: {why}" for unit, why in UNITS.items() if is_switched_off(unit)
        ]
        if _watchdog_sleeps():
            lines.append("the board's watchdog is armed: it starts a board again that hangs")
        if _journal_is_older(JOURNAL):
            lines.append("the journal moves into memory")
        return lines

    def apply(self) -> None:
        sleeping = [unit for unit in UNITS if is_switched_off(unit)]
        if sleeping:
            now = ("--now",) if systemd_runs() else ()
            ran("systemctl", "enable", "--quiet", *now, *sleeping)
        if _watchdog_sleeps():
            ran("systemctl", "daemon-reexec")  # a reload leaves these settings as they were
        if _journal_is_older(JOURNAL):
            ran("systemctl", "restart", "systemd-journald.service")


def _watchdog_sleeps() -> bool:
    return systemd_runs() and WATCHDOG.exists() and _shown("RuntimeWatchdogUSec") in ("0", "off")


def _journal_is_older(settings: Path) -> bool:
    """Whether the journal runs since before its *settings* were laid down."""
    if not systemd_runs() or not settings.exists():
        return False
    since_boot_us = _shown("ActiveEnterTimestampMonotonic", "systemd-journald.service")
    laid_down_s = time.monotonic() - (time.time() - settings.stat().st_mtime)
    return int(since_boot_us or 0) / 1e6 < laid_down_s


def _shown(key: str, *unit: str) -> str:
    words = ["systemctl", "show", "--value", f"--property={key}", *unit]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
