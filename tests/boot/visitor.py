"""Runs inside the machine: people at the installed units, over TLS, as people do it.

A virtual scanner stands beside the box; everything else is what `install` left there. It is
played by the venv of whatever release is installed, this one or the one before.

    PIN PORT              a whole visit, to the ward's receipt
    PIN PORT DOSSIER      the end of one that a cut left
    PIN PORT begin PAGES PACE     a visit up to the check; nobody seals yet. PACE: seconds a page
    PIN PORT seal DOSSIER         the citizen agrees; it is sealed and waits for the ward
    PIN PORT look DOSSIER…        what store and page tell of each, as JSON
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import cast
from urllib.parse import urljoin

from appliance.config import Config, read_config
from appliance.demo.browser import Browser
from appliance.demo.house import House, HouseFell
from appliance.demo.visit import ENDED, _Journey, finish_visit, play_visit
from appliance.desk.point import Point, open_point
from appliance.pretend.sample_pages import write_sample_pages
from appliance.pretend.scanner import VirtualScanner
from appliance.setup.running import not_running

try:
    from appliance.desk.dossier.dossiers import DossierView, look_at
except ModuleNotFoundError:  # in the release before it lay elsewhere
    from appliance.desk.dossiers import DossierView, look_at  # type: ignore[import-not-found, no-redef]

PAGES = 3
PAPERS = Path("/var/tmp/papers")


class Installed:
    """As much of the demo's house as a visit needs."""

    web_url = "https://tramhoso.local/"

    def __init__(self, scanner: VirtualScanner, pin: str) -> None:
        self._scanner = scanner
        self.pins = {"Lê Thị Mẫu": pin}

    @property
    def ward_home(self) -> Path:
        """A copy: only the ward's own user opens its home, so that no file of root's lies there."""
        copy = Path(tempfile.mkdtemp(prefix="ward-")) / "home"
        return Path(shutil.copytree("/var/lib/tramhoso-ward", copy))

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


class Eyes(Browser):
    """A browser that looks at pictures too."""

    def digest_of(self, path: str) -> str:
        with self._opener.open(urljoin(self._base, path), timeout=60) as answer:
            return hashlib.sha256(answer.read()).hexdigest()


class Hands(_Journey):
    """A visit in pieces, so that somebody can pull at the box between them."""

    def __init__(self, house: House, point: Point) -> None:
        super().__init__(house, point, _say)
        self._browser = Eyes(house.web_url)

    def begin(self, pages: int) -> str:
        """Open a dossier, scan, wait for clean pages, fill the form; returns the dossier."""
        self._open_dossier(self._browser)
        self._house.lay_papers(pages)
        self._house.press()
        self._wait(lambda view: view.scan is not None and view.scan.state in ENDED)
        self._wait(lambda view: all(page.preview for page in view.pages))
        self._fill(self._browser)
        return self._dossier_id

    def seal(self, dossier: str) -> None:
        """The citizen agrees; the ward need not be there."""
        self._sign_in(self._browser)
        self._dossier_id = dossier
        check = self._fill(self._browser)
        self._browser.submit(check.form("/seal"), consent="yes")
        self._wait(lambda view: view.submission is not None)

    def look(self, dossiers: list[str]) -> dict[str, object]:
        """What whoever signs in now finds of each."""
        self._sign_in(self._browser)
        return {dossier: self._told(look_at(self._point, dossier)) for dossier in dossiers}

    def _told(self, view: DossierView) -> dict[str, object]:
        place = f"/dossiers/{view.dossier.id}"
        desk = self._browser.get(place)
        files = view.submission.files if view.submission else ()
        return {
            "number": view.dossier.number,
            "is on its page": view.dossier.number in desk.html,
            "state": view.dossier.state,
            "answers": dict(view.answers),
            "pages": [
                [page.id, page.slot_key, page.position]
                + [self._picture(f"{place}/pages/{page.id}/{kind}.jpg", view) for kind in PICTURES]
                for page in view.pages
            ],
            "files": [[file.slot, file.content_sha256] for file in files],
            "receipt": view.receipt.code if view.receipt else None,
        }

    def _picture(self, path: str, view: DossierView) -> str:
        return self._browser.digest_of(path) if view.dossier.state == "open" else "sealed away"


PICTURES = ("preview", "master")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> None:
    pin, port, *words = sys.argv[1:]
    write_sample_pages(PAPERS, count=PAGES)
    began = time.monotonic()
    with VirtualScanner(PAPERS, int(port)) as scanner:
        house = cast(House, Installed(scanner, pin))
        told = _played(house, scanner, words)
    took = time.monotonic() - began
    sys.stdout.write(json.dumps(told | {"took": took}) + "\n")


def _played(house: House, scanner: VirtualScanner, words: list[str]) -> dict[str, object]:
    if not words:
        return play_visit(house, PAGES, _say).as_json()
    if len(words) == 1:  # a dossier that a power cut left
        return finish_visit(house, words[0], _say).as_json()
    point = open_point(house.config())
    try:
        hands = Hands(house, point)
        match words:
            case ["begin", pages, pace]:
                scanner.pace_s = float(pace)
                return {"dossier": hands.begin(int(pages))}
            case ["seal", dossier]:
                hands.seal(dossier)
                return {"dossier": dossier}
            case ["look", *dossiers]:
                return {"found": hands.look(dossiers)}
        raise SystemExit(f"what is {words}?")
    finally:
        point.database.close()


if __name__ == "__main__":
    main()
