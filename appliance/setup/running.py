"""Units: told of, started, and asked whether they really run."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from appliance.setup.places import ETC, UNITS
from appliance.setup.steps import Exit, Refused, holds, ran

TARGET = "tramhoso.target"
PAGE_SOCKET = Path("/run/tramhoso-web/page.sock")
FIREWALL = "tramhoso-firewall.service"  # stays up while the others are started anew
DAEMONS = ("tramhoso-station.service", "tramhoso-web.service", "tramhoso-nginx.service")
READY_S = 120.0  # a Zero 2 W reads all its code from the card once


def systemd_runs() -> bool:
    """Not while an image is built in a chroot: there units are only switched on."""
    return Path("/run/systemd/system").is_dir()


def is_switched_off(unit: str) -> bool:
    """It is here and does not start; one that somebody masked is somebody's will, and stays.

    Asked of its files: there is an answer without a systemd that runs, too.
    """
    asked = ["systemctl", "is-enabled", unit]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return said.strip() == "disabled"


class Started:
    """The target is switched on, and everything it wants runs what is installed now."""

    def __init__(self, fresh: Callable[[], bool], between: Callable[[], None]) -> None:
        self._fresh = fresh  # whether something was installed that running services do not know
        self._between = between  # called while nothing of ours runs

    def changes(self) -> list[str]:
        lines = []
        if not holds("systemctl", "is-enabled", "--quiet", TARGET):
            lines.append(f"{TARGET} starts with the machine")
        if systemd_runs() and (self._fresh() or not_running()):
            lines.append("the services are started anew")
        return lines

    def apply(self) -> None:
        ran("systemctl", "enable", "--quiet", TARGET)
        if systemd_runs():
            restart(self._between)


def restart(between: Callable[[], None] = lambda: None) -> None:
    """Stop everything of ours, start what is installed, wait until it answers.

    Raises:
        Refused: a service did not become active; its last lines are told.
    """
    ran("systemctl", "daemon-reload")
    if Path("/run/udev/control").exists():
        ran("udevadm", "control", "--reload")
    stop()
    between()
    start()
    wait_until_it_runs()


def start() -> None:
    """What is installed; asks nobody whether it runs."""
    ran("systemctl", "start", TARGET)


def stop() -> None:
    """Everything of a box; what had given up may be tried again."""
    subprocess.run(["systemctl", "stop", *_ours()], check=False, capture_output=True)
    subprocess.run(["systemctl", "reset-failed", *_ours()], check=False, capture_output=True)


def wanted() -> tuple[str, ...]:
    """The uploader is left out by its own condition until there is a token."""
    token = (ETC / "ward.token").exists()
    return (*DAEMONS, "tramhoso-uploader.service") if token else DAEMONS


def not_running() -> list[str]:
    """What should be active and is not."""
    return [unit for unit in wanted() if not holds("systemctl", "is-active", "--quiet", unit)]


def wait_until_it_runs() -> None:
    """Until every service is active and the page answers.

    Raises:
        Refused: not within two minutes, or one failed.
    """
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and not _given_up():
        if not not_running() and page_answers():
            return
        time.sleep(0.2)
    late = [f"{unit}: {last_words(unit)}" for unit in not_running()]
    raise Refused(Exit.NOT_RUNNING, "; ".join(late) or "the page does not answer")


def _given_up() -> bool:
    """Whether systemd tries no more to start one of them."""
    return any(holds("systemctl", "is-failed", "--quiet", unit) for unit in wanted())


def last_words(unit: str) -> str:
    """What a unit told the journal at its end."""
    words = ["journalctl", "--no-pager", "--output=cat", "--lines=1", f"_SYSTEMD_UNIT={unit}"]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    return said or "is not active, see: systemctl status"


def page_answers() -> bool:
    """Asked as nginx would, without TLS in between."""
    try:
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(5)
            wire.connect(str(PAGE_SOCKET))
            wire.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return b" 200 " in wire.recv(64)
    except OSError:
        return False


def stop_and_forget() -> None:
    """Nothing of ours runs any more, nor starts again."""
    subprocess.run(["systemctl", "disable", "--quiet", TARGET], check=False, capture_output=True)
    if not systemd_runs():
        return
    doomed = [*_ours(), "run-tramhoso.mount", FIREWALL]
    subprocess.run(["systemctl", "stop", *doomed], check=False, capture_output=True)


def _ours() -> list[str]:
    """Units of a box; a ward's own service on the same machine goes on."""
    units = {path.name for path in UNITS.glob("tramhoso*") if path.is_file()}
    return sorted(units - {"tramhoso-ward.service", FIREWALL})
