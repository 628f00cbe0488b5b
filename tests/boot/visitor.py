"""Runs inside the machine: one visit through the installed units, over TLS, as people do it.

A virtual scanner stands beside the box; everything else is what `install` left there.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from pathlib import Path
from typing import cast

from appliance.config import Config, read_config
from appliance.demo.house import House, HouseFell
from appliance.demo.visit import finish_visit, play_visit
from appliance.pretend.sample_pages import write_sample_pages
from appliance.pretend.scanner import VirtualScanner
from appliance.setup.running import not_running

PAGES = 3
PAPERS = Path("/var/tmp/papers")


class Installed:
    """As much of the demo's house as a visit needs."""

    web_url = "https://tramhoso.local/"
    ward_home = Path("/var/lib/tramhoso-ward")

    def __init__(self, scanner: VirtualScanner, pin: str) -> None:
        self._scanner = scanner
        self.pins = {"Lê Thị Mẫu": pin}

    def config(self) -> Config:
        return read_config(Path("/etc/tramhoso/config.toml"))

    def must_be_alive(self) -> None:
        if late := not_running():
            raise HouseFell(", ".join(late))

    def lay_papers(self, count: int) -> None:
        names = sorted(path.name for path in PAPERS.glob("*.jpg"))
        self._scanner.load_tray(names[:count])

    def press(self) -> None:
        address = f"http://{self.config().panel.screen_listen}/press"
        with urllib.request.urlopen(urllib.request.Request(address, b""), timeout=10):
            pass


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> None:
    pin, port = sys.argv[1], int(sys.argv[2])
    write_sample_pages(PAPERS, count=PAGES)
    began = time.monotonic()
    with VirtualScanner(PAPERS, port) as scanner:
        house = cast(House, Installed(scanner, pin))
        going_on = sys.argv[3:]  # a dossier that a power cut left
        if going_on:
            visit = finish_visit(house, going_on[0], _say)
        else:
            visit = play_visit(house, PAGES, _say)
    took = time.monotonic() - began
    sys.stdout.write(json.dumps(visit.as_json() | {"took": took}) + "\n")


if __name__ == "__main__":
    main()
