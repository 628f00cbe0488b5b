"""What Debian brings and a box needs awake: the right time, its name, security updates, the
board's watchdog, a journal in memory. Laid down it may be and still not be in force."""

from __future__ import annotations

import subprocess
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
CARD_JOURNAL = "/var/log/journal/"
WATCHDOG = Path("/dev/watchdog")


class Needed:
    """Each of them switched on; what was switched off is told by its name."""

    def changes(self) -> list[str]:
        lines = [
            f"{unit} is switched on: {why}" for unit, why in UNITS.items() if is_switched_off(unit)
        ]
        if _watchdog_sleeps():
            lines.append("the board's watchdog is armed: it starts a board again that hangs")
        if _journal_is_on_the_card():
            lines.append("the journal moves into memory")
        return lines

    def apply(self) -> None:
        sleeping = [unit for unit in UNITS if is_switched_off(unit)]
        if sleeping:
            now = ("--now",) if systemd_runs() else ()
            ran("systemctl", "enable", "--quiet", *now, *sleeping)
        if _watchdog_sleeps():
            ran("systemctl", "daemon-reexec")  # a reload leaves these settings as they were
        if _journal_is_on_the_card():
            ran("systemctl", "restart", "systemd-journald.service")


def _watchdog_sleeps() -> bool:
    return systemd_runs() and WATCHDOG.exists() and _shown("RuntimeWatchdogUSec") in ("0", "off")


def _journal_is_on_the_card() -> bool:
    """Whether it still writes where it wrote before its settings were laid down.

    By its open files, not by what is older: a board without a clock battery starts in the past.
    """
    if not systemd_runs() or not JOURNAL.exists():
        return False
    files = Path("/proc", _shown("MainPID", "systemd-journald.service"), "fd")
    return any(str(file.readlink()).startswith(CARD_JOURNAL) for file in files.glob("*"))


def _shown(key: str, *unit: str) -> str:
    words = ["systemctl", "show", "--value", f"--property={key}", *unit]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
