"""Every daemon as its unit starts it, told apart from systemd by nothing but the folders."""

from __future__ import annotations

import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.keys.age import new_identity, recipient_of
from appliance.keys.signing import new_signing_key, verify_key_of

UNITS = Path(__file__).parents[2] / "systemd"
DAEMONS = ["tramhoso-station", "tramhoso-web", "tramhoso-uploader", "tramhoso-ward"]
PATIENCE_S = 60.0
WATCHDOG_S = 2.0
Start = Callable[[str], tuple[subprocess.Popen[bytes], Callable[[str], None]]]


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    """Where the unit's absolute paths lie in this test."""
    config = tmp_path / "config.toml"
    config.write_text(
        f"""
[paths]
state = "{tmp_path}/state"
runtime = "{tmp_path}/runtime"
[web]
listen = "unix:{tmp_path}/page.sock"
[ward]
url = "http://127.0.0.1:9/intake/v1"
verify_key = "{verify_key_of(new_signing_key())}"
recipient = "{recipient_of(new_identity())}"
token_file = "{tmp_path}/ward.token"
"""
    )
    (tmp_path / "ward.token").write_text("a-token-of-this-test\n")
    return {
        "/opt/tramhoso/venv/bin/tramhoso": str(Path(sys.executable).parent / "tramhoso"),
        "/etc/tramhoso/config.toml": str(config),
        "/var/lib/tramhoso-ward": str(tmp_path / "ward"),
    }


def command(unit: str, folders: dict[str, str]) -> list[str]:
    """ExecStart= of a unit, with this test's folders."""
    lines = (UNITS / f"{unit}.service").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("ExecStart="))
    words = [folders.get(word, word) for word in shlex.split(line.removeprefix("ExecStart="))]
    return [*words, "--listen", "127.0.0.1:0"] if "ward" in words else words  # any free port


@pytest.fixture
def start(tmp_path: Path, folders: dict[str, str]) -> Iterator[Start]:
    """Starts a unit's program; returns it with a wait for what it tells systemd."""
    running: list[subprocess.Popen[bytes]] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as wire:
        wire.bind(f"{tmp_path}/notify")
        environment = os.environ | {
            "NOTIFY_SOCKET": f"{tmp_path}/notify",
            "WATCHDOG_USEC": str(int(WATCHDOG_S * 1_000_000)),
        }

        def wait_for(word: str) -> None:
            gives_up_at = time.monotonic() + PATIENCE_S
            while select.select([wire], [], [], max(0.0, gives_up_at - time.monotonic()))[0]:
                if word in wire.recv(4096).decode().splitlines():
                    return
            pytest.fail(f"systemd was never told {word}")

        def begin(unit: str) -> tuple[subprocess.Popen[bytes], Callable[[str], None]]:
            # the shell's process becomes the service: WATCHDOG_PID is its own, as from systemd
            words = ["sh", "-c", 'WATCHDOG_PID=$$ exec "$@"', "sh", *command(unit, folders)]
            daemon = subprocess.Popen(words, env=environment, cwd=tmp_path)
            running.append(daemon)
            return daemon, wait_for

        yield begin
        for daemon in running:
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait(PATIENCE_S)


def make_ready(unit: str, folders: dict[str, str]) -> None:
    """What has to be there before a first start: tables at the point, keys at the ward."""
    if unit == "tramhoso-ward":
        words = [folders["/opt/tramhoso/venv/bin/tramhoso"], "ward", "init"]
        words.append(folders["/var/lib/tramhoso-ward"])
    else:
        words = command("tramhoso-upkeep", folders)
    subprocess.run(words, check=True, capture_output=True, timeout=PATIENCE_S)


@pytest.mark.parametrize("unit", DAEMONS)
def test_a_daemon_is_ready_feeds_its_watchdog_and_stops_when_told(start, folders, unit):
    make_ready(unit, folders)
    daemon, wait_for = start(unit)
    wait_for("READY=1")
    fed = time.monotonic()
    for _ in range(3):
        wait_for("WATCHDOG=1")
    assert time.monotonic() - fed < 3 * WATCHDOG_S
    daemon.send_signal(signal.SIGTERM)
    wait_for("STOPPING=1")
    assert daemon.wait(PATIENCE_S) == 0


def test_every_daemon_with_a_watchdog_is_in_the_test_above():
    watched = {path.stem for path in UNITS.glob("*.service") if "WatchdogSec" in path.read_text()}
    assert watched == set(DAEMONS)
