"""Press to lamp, and press to scan start.

.venv/bin/python -m benchmarks.press [--presses 200] [--scans 30]

Everything runs as in the demo: services as processes of their own, the on-screen button over
HTTP, the real libsane and sane-airscan, the virtual scanner. A press is timed from before it is
sent until the lamp's stream shows the answer.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from appliance.demo.browser import Browser
from appliance.demo.house import House
from benchmarks.machine import Row, counts, report

LAMP, START = "≤ 100 ms worst", "≤ 300 ms median"
NEVER_MS = 5000.0  # counted for an answer that did not come within five seconds
START_S = 30.0


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


def main() -> None:
    """Measure and print."""
    asked = counts(__doc__, presses=200, scans=30)
    with tempfile.TemporaryDirectory() as folder, House(Path(folder)) as house:
        answered = lamp_ms(house, asked.presses)
        lit, started = start_ms(house, asked.scans)
    report(
        [
            row("press to lamp, no dossier on the desk", LAMP, answered),
            row("press to lamp, a scan begins", LAMP, lit),
            row("press to scan start (the scanner is asked for a job)", START, started),
        ],
        ("sqlalchemy",),
    )


def row(what: str, budget: str, took_ms: Sequence[float]) -> Row:
    """The one that the budget is about comes first."""
    worst, median = f"worst {max(took_ms):.0f} ms", f"median {statistics.median(took_ms):.0f} ms"
    first, second = (worst, median) if "worst" in budget else (median, worst)
    return Row(what, budget, f"{first}, {second}", f"{len(took_ms)} presses")


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
            seen = lamp.next_signal({"needs-person", "busy"}, NEVER_MS / 1000)
            took.append((seen - before) * 1000 if seen else NEVER_MS)
            time.sleep(0.03)  # no finger is faster
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
                if time.monotonic() - before > START_S:
                    raise SystemExit(f"no scan within {START_S:g} s of a press")
                time.sleep(0.001)
            started.append((time.monotonic() - before) * 1000)
            seen = lamp.next_signal({"scanning"}, NEVER_MS / 1000)
            lit.append((seen - before) * 1000 if seen else NEVER_MS)
            if lamp.next_signal({"saved"}, 30) is None:
                raise SystemExit("a batch did not end")
    return lit, started


if __name__ == "__main__":
    main()
