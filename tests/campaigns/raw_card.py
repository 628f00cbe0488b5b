"""Search the raw bytes of the card for plain papers, after whole journeys on real services.

``python -m tests.campaigns.raw_card [--visits 20] [--cuts 5] [--seed 1]`` (root, a loop device).
The state folder and the services' temporary folder lie on an ext4 in a file. Citizens come: their
dossiers are sealed and sent, one is erased at the citizen's wish, papers without a dossier are
erased by a power cut, and the plug is pulled while people work. After every cut and at the end the
image is read byte by byte, deleted blocks and journal included, for names, pieces of every
page's pictures and PDFs as they were before encryption, PDF and JPEG heads, and private keys. The
control writes the same marks plainly onto such a card and deletes them: all must be found there.
Prints one JSON object, ends with 1 when a mark is found on the card or missed on the control.
"""

from __future__ import annotations

import os
import random
import threading
import time
import zlib
from collections import Counter
from contextlib import suppress
from datetime import date
from pathlib import Path

from appliance.core.errors import ApplianceError
from appliance.demo.browser import Browser
from appliance.demo.visit import PROCEDURE, play_visit
from appliance.desk.point import Point, open_point
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import dossiers
from tests.campaigns.parts.card import make_ext4, mount, mounted, pull_the_plug, replay, unmount
from tests.campaigns.parts.card_house import CardHouse, Visitors
from tests.campaigns.parts.coarse_house import CoarseHouse
from tests.campaigns.parts.command import asks, run
from tests.campaigns.parts.raw_search import Marks, search_files, search_image
from web.ward.office.reader import open_dossier

CARD_BYTES = 256 << 20
CITIZEN = ("requester_name", "child_name", "father_name", "requester_id_number", "requester_phone")
LOOK_S = 0.02


class RawHouse(CardHouse):
    """Also what the services put into a temporary folder lies on the card."""

    def environment(self, service: str) -> dict[str, str]:
        return super().environment(service) | {"TMPDIR": str(self.state / "tmp")}


class CoarseRawHouse(CoarseHouse, RawHouse):
    """The short form's."""


class Collector:
    """Reads along what lies on the desk while it is open, to know what to look for later."""

    def __init__(self, point: Point, marks: Marks) -> None:
        self._point, self._marks = point, marks
        self._seen: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> Collector:
        self._thread.start()
        return self

    def stop(self) -> int:
        """How many files were read before they were erased."""
        self._stop.set()
        self._thread.join(30)
        return len(self._seen)

    def _look(self) -> None:
        while not self._stop.wait(LOOK_S):
            with suppress(Exception):  # the card falls under our eyes
                for name in self._point.pages.names() - self._seen:
                    self._read(name)

    def _read(self, name: str) -> None:
        sealed = self._point.pages.read(name)
        for key in self._point.vault.known():
            with suppress(ApplianceError):
                self._marks.add_content(self._point.vault.open(sealed, key), "a page's picture")
                self._seen.add(name)


def campaign(
    home: Path, visits: int, cuts: int, seed: int = 1, kind: type[RawHouse] = RawHouse
) -> dict[str, object]:
    """Let people come, pull the plug, search; then search once more, and the control."""
    dice, began = random.Random(seed), time.monotonic()
    marks = Marks()
    for key in CITIZEN:
        marks.add_word(str(sample_answers(PROCEDURE, date(2026, 11, 22))[key]))
    image, house = home / "card.img", kind(home / "house")
    make_ext4(image, CARD_BYTES)
    mount(image, house.state)
    (house.state / "tmp").mkdir(mode=0o700)
    found: Counter[str] = Counter()
    searched = 0
    try:
        house.__enter__()
        point = open_point(house.config())
        collector = Collector(point, marks).start()
        for number in range(visits):
            played = play_visit(house, dice.randint(1, 3), lambda line: None)
            for pdf in open_dossier(house.ward_home, played.dossier).papers.values():
                marks.add_content(pdf, "a sealed PDF")
            if number % 5 == 0:
                change_ones_mind(house, point)
                press_without_a_dossier(house, point)
        for number in range(cuts):
            visitors = Visitors(house, seed * 1000 + number).start()
            time.sleep(dice.uniform(1.0, 6.0))
            pull_the_plug(house.state)
            house.fall()
            visitors.stop()
            point.database.close()
            unmount(house.state)
            more, hits = search_image(image, marks)
            searched, found = searched + more, found + hits
            replay(image)
            mount(image, house.state)
            house.begin_again()
        read = collector.stop()
        point.database.close()
    finally:
        house.close()
        if house.state.is_mount():
            unmount(house.state)
    more, hits = search_image(image, marks)
    logs = search_files(sorted(house.home.glob("*.log")), marks)
    return {
        "visits": visits,
        "cuts": cuts,
        "files read before they were erased": read,
        "marks": len(marks.known),
        "raw megabytes searched": round((searched + more) / 1e6),
        "found on the card": dict(found + hits),
        "found in logs": dict(logs),
        "missed on the control": control(home, marks),
        "seconds": round(time.monotonic() - began),
    }


def change_ones_mind(house: CardHouse, point: Point) -> None:
    """A dossier with two pages and a name is erased because the citizen takes the consent back."""
    browser = Browser(house.web_url)
    (name, pin), *_ = house.pins.items()
    browser.submit(browser.get("/sign-in").form("/sign-in"), name=name, pin=pin)
    desk = browser.submit(browser.get("/dossiers/new").form("/dossiers"), procedure=PROCEDURE)
    wanted = desk.url.partition("/dossiers/")[2][:36]
    scan(house, point, 2)
    topic = browser.get(f"/dossiers/{wanted}/topics/1")
    answers = sample_answers(PROCEDURE, point.today())
    browser.submit(topic.form("/answers"), next="check", child_name=str(answers["child_name"]))
    form = browser.get(f"/dossiers/{wanted}/erase").form("/erase")
    browser.submit(form, why="consent-withdrawn")
    with point.database.reading() as connection:
        assert dossiers.get_dossier(connection, wanted).state == "erased"


def press_without_a_dossier(house: CardHouse, point: Point) -> None:
    """Papers that nobody claims: the next power cut or their half hour erases them."""
    scan(house, point, 1)


def scan(house: CardHouse, point: Point, pages: int) -> None:
    """A press, and all its pages clean."""
    house.lay_papers(pages)
    before = _batches(point)
    house.press()
    end = time.monotonic() + 120
    while _batches(point) == before or _uncleaned(point):
        house.must_be_alive()
        if time.monotonic() > end:
            raise TimeoutError("a batch does not end")
        time.sleep(LOOK_S)


def _batches(point: Point) -> int:
    with point.database.reading() as connection:
        ended = "SELECT count(*) FROM scan_request WHERE ended_at IS NOT NULL"
        return int(connection.exec_driver_sql(ended).scalar_one())


def _uncleaned(point: Point) -> int:
    with point.database.reading() as connection:
        waiting = "SELECT count(*) FROM page WHERE preview IS NULL AND clean_error IS NULL"
        return int(connection.exec_driver_sql(waiting).scalar_one())


def control(home: Path, marks: Marks) -> list[str]:
    """Kinds of marks that the search does not find on a card where they were plain for a moment."""
    image, folder = home / "control.img", home / "control"
    make_ext4(image, 32 << 20)
    with mounted(image, folder):
        for number, mark in enumerate(marks.known):
            _write_and_delete(folder / f"{number}.txt", b"before " + mark + b" behind")
        packed = zlib.compress(b"before " + min(marks.words, key=len) + b" behind")
        _write_and_delete(folder / "packed.pdf", b"<<>> stream\n" + packed + b"\nendstream")
    _, found = search_image(image, marks)
    return sorted({*marks.known.values(), "a word in a packed stream"} - found.keys())


def _write_and_delete(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def main() -> None:
    """The campaign, once."""
    parser = asks(__doc__, visits=20, cuts=5, seed=1)
    parser.add_argument("--coarse", action="store_true", help="small pages: the short form")
    run(
        parser,
        lambda home, asked: campaign(
            home,
            asked.visits,
            asked.cuts,
            asked.seed,
            CoarseRawHouse if asked.coarse else RawHouse,
        ),
        bad=("found on the card", "found in logs", "missed on the control"),
        mounts=True,
    )


if __name__ == "__main__":
    main()
