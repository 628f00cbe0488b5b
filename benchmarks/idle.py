"""How long the services take to be ready, and what they weigh while they wait.

.venv/bin/python -m benchmarks.idle [--starts 5]

Services of the demo, with the environment of the units. RSS counts what processes share once for
each of them; PSS, which is what the board really gives, once. A service is idle when it has no
child left: the cleaning child goes after a minute without a page.
"""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from appliance.demo.house import UNIT_ENVIRONMENT, House
from appliance.demo.visit import play_visit
from benchmarks.machine import NO_BUDGET, Row, counts, middle, report

SERVICES = ("station", "web", "uploader")
BUDGET = "≤ 200 MB"
PAGES = 10
SETTLE_S = 5.0  # no child and no other weight for so long
PATIENCE_S = 150.0
PACKAGES = ("sqlalchemy", "pydantic", "flask", "requests", "cryptography")


def main() -> None:
    """Measure and print."""
    starts = counts(__doc__, starts=5).starts
    with tempfile.TemporaryDirectory() as folder, House(Path(folder)):
        pass  # whoever starts first compiles what it imports, and keeps room for that
    with tempfile.TemporaryDirectory() as folder, House(Path(folder)) as house:
        rows = [weight_row(house, "right after the start")]
        visit = play_visit(house, PAGES, lambda line: None)
        rows.append(weight_row(house, f"after a whole journey of {visit.pages} pages"))
        rows += start_rows(house, starts)
    report(rows, PACKAGES)


def weight_row(house: House, when: str) -> Row:
    """All three, once they are at rest."""
    settle(house)
    weights = {name: weight_mb(house.pid(name)) for name in SERVICES}
    rss, pss = (sum(weight[i] for weight in weights.values()) for i in (0, 1))
    each = ", ".join(f"{name} {weight[0]:.0f}" for name, weight in weights.items())
    return Row(
        f"idle RSS of station, web and uploader together, {when}",
        BUDGET,
        f"{rss:.0f} MB ({rss / 1.048576:.0f} MiB)",
        f"{each}; PSS {pss:.0f} MB",
    )


def start_rows(house: House, starts: int) -> Iterator[Row]:
    """From the command to READY, files in the page cache, one service at a time."""
    for name in SERVICES:
        house.kill(name)
    for name in SERVICES:
        took = [start_s(house, name) for _ in range(starts)]
        yield Row(
            f"start of `tramhoso {name}` until it says READY",
            NO_BUDGET,
            middle(took, "s", 2),
            f"{starts} starts, the other services stopped",
        )


def start_s(house: House, name: str) -> float:
    """As systemd would: a socket to be told, then SIGTERM."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told,
    ):
        told.bind(f"{folder}/notify")
        env = os.environ | UNIT_ENVIRONMENT | {"NOTIFY_SOCKET": f"{folder}/notify"}
        command = [sys.executable, "-m", "appliance.cli", "--config", str(house.config_path), name]
        began = time.monotonic()
        with subprocess.Popen(
            command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as service:
            try:
                while select.select([told], [], [], PATIENCE_S)[0]:
                    if b"READY=1" in told.recv(4096):
                        return time.monotonic() - began
                raise SystemExit(f"{name} was not ready within {PATIENCE_S:g} s")
            finally:
                service.terminate()


def settle(house: House) -> None:
    """Until nothing has moved for a while."""
    deadline, since = time.monotonic() + PATIENCE_S, time.monotonic()
    before: list[int] = []
    while time.monotonic() - since < SETTLE_S:
        if time.monotonic() > deadline:
            raise SystemExit(f"no rest within {PATIENCE_S:g} s")
        pids = [house.pid(name) for name in SERVICES]
        now = [round(weight_mb(pid)[0]) for pid in pids]
        if now != before or any(children(pid) for pid in pids):
            before, since = now, time.monotonic()
        time.sleep(0.2)


def weight_mb(pid: int) -> tuple[float, float]:
    """RSS and PSS in million bytes."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    kib = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
    return kib["Rss"] * 1.024e-3, kib["Pss"] * 1.024e-3


def children(pid: int) -> list[str]:
    """Processes that any thread of *pid* started and that still run."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    return [child for thread in threads for child in thread.read_text().split()]


if __name__ == "__main__":
    main()
