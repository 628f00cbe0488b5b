"""Press to lamp, press to scan start, and what the idle services weigh.

    .venv/bin/python benchmarks/press.py [--presses 200] [--scans 30]

Everything runs as in the demo: services as processes of their own, the on-screen button over
HTTP, the real libsane and sane-airscan, the virtual scanner.
"""

from __future__ import annotations

import argparse
import http.client
import json
import platform
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from appliance.demo.browser import Browser
from appliance.demo.house import House

LAMP_BUDGET_MS, START_BUDGET_MS, RSS_BUDGET_MB = 100, 300, 200


class Lamp:
    """Hears every frame of the on-screen lamp with the moment it came."""

    def __init__(self, url: str) -> None:
        self.frames: SimpleQueue[tuple[float, str]] = SimpleQueue()
        self._answer = urllib.request.urlopen(f"{url}lamp/stream")
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._answer:
            if line.startswith(b"data:"):
                self.frames.put((time.monotonic(), json.loads(line[5:])["signal"]))

    def forget(self) -> None:
        """Drop what was heard so far."""
        while not self.frames.empty():
            self.frames.get()

    def next_signal(self, wanted: set[str], patience_s: float) -> float | None:
        """When one of *wanted* was first shown; None when it was not."""
        deadline = time.monotonic() + patience_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                moment, signal = self.frames.get(timeout=left)
            except Empty:
                return None
            if signal in wanted:
                return moment
        return None


@contextmanager
def button(url: str) -> Iterator[http.client.HTTPConnection]:
    """One open connection, as the panel's page keeps it: the press itself is what is timed."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.connect()
    yield connection
    connection.close()


def press(connection: http.client.HTTPConnection) -> float:
    """Press; returns the moment before."""
    moment = time.monotonic()
    connection.request("POST", "/press", b"", {"Accept": "application/json"})
    connection.getresponse().read()
    return moment


def lamp_ms(house: House, presses: int) -> list[float]:
    """Press with no dossier on the desk: the answer needs a look into the store."""
    took = []
    lamp = Lamp(house.panel_url)
    with button(house.panel_url) as connection:
        for _ in range(presses):
            lamp.forget()
            before = press(connection)
            seen = lamp.next_signal({"needs-person", "busy"}, 5)
            took.append((seen - before) * 1000 if seen else 5000.0)
            time.sleep(0.03)
    return took


def start_ms(house: House, scans: int) -> tuple[list[float], list[float]]:
    """Press with a dossier open: until the lamp says scanning; until the scanner is asked."""
    browser = Browser(house.web_url)
    (name, pin), *_ = house.pins.items()
    browser.submit(browser.get("/sign-in").form("/sign-in"), name=name, pin=pin)
    browser.submit(browser.get("/dossiers/new").form("/dossiers"), procedure="khai-sinh")
    lamp, lit, started = Lamp(house.panel_url), [], []
    with button(house.panel_url) as connection:
        for _ in range(scans):
            house.lay_papers(1)
            lamp.forget()
            asked = len(house.scanner.jobs.log)
            before = press(connection)
            while not any("ScanJobs" in line for line in house.scanner.jobs.log[asked:]):
                time.sleep(0.001)
            started.append((time.monotonic() - before) * 1000)
            seen = lamp.next_signal({"scanning"}, 5)
            lit.append((seen - before) * 1000 if seen else 5000.0)
            if lamp.next_signal({"saved"}, 30) is None:
                raise SystemExit("a batch did not end")
    return lit, started


def idle_mb(house: House) -> dict[str, tuple[float, float]]:
    """RSS and PSS of each service that has done its work and waits, in MiB."""
    weights = {}
    for name in ("station", "web", "uploader"):
        rollup = Path(f"/proc/{house.pid(name)}/smaps_rollup").read_text()
        kb = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:]}
        weights[name] = (kb["Rss"] / 1024, kb["Pss"] / 1024)
    return weights


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--presses", type=int, default=200)
    parser.add_argument("--scans", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, House(Path(folder)) as house:
        answered = lamp_ms(house, options.presses)
        lit, started = start_ms(house, options.scans)
        time.sleep(65)  # the cleaning child goes after a minute without a page
        weights = idle_mb(house)
    rss, pss = (sum(weight[i] for weight in weights.values()) for i in (0, 1))
    each = ", ".join(f"{name} {weight[0]:.0f}" for name, weight in weights.items())
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.release()}\n")
    print("| what | budget | measured |")
    print("|---|---|---|")
    print(
        f"| press to lamp, no dossier, worst of {len(answered)} | ≤ {LAMP_BUDGET_MS} ms "
        f"| {max(answered):.0f} ms (median {statistics.median(answered):.0f}) |"
    )
    print(
        f"| press to lamp, scan begins, worst of {len(lit)} | ≤ {LAMP_BUDGET_MS} ms "
        f"| {max(lit):.0f} ms (median {statistics.median(lit):.0f}) |"
    )
    print(
        f"| press to scan start, median of {len(started)} | ≤ {START_BUDGET_MS} ms "
        f"| {statistics.median(started):.0f} ms (worst {max(started):.0f}) |"
    )
    print(
        f"| idle RSS of station + web + uploader | ≤ {RSS_BUDGET_MB} MiB "
        f"| {rss:.0f} MiB ({each}); PSS {pss:.0f} |"
    )


if __name__ == "__main__":
    main()
