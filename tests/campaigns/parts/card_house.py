"""The demo's whole house, but the point's card is a real ext4 whose plug can be pulled."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from appliance.core.errors import ApplianceError
from appliance.demo.browser import PageRefused
from appliance.demo.house import House, HouseFell
from appliance.demo.visit import play_visit
from tests.campaigns.parts.promises import Promises, promises_in

POINT_SERVICES = ("station", "web", "uploader")
LOOK_S = 0.03
WEAKENED = Path(__file__).parents[1] / "weakened"
FELL = (HouseFell, PageRefused, OSError, SQLAlchemyError, ApplianceError)


class CardHouse(House):
    """Scanner and ward stay up when the plug is pulled: they have plugs of their own."""

    fallen = False

    @property
    def state(self) -> Path:
        """The card's mount point."""
        return self.home / "state"

    def begin_again(self) -> None:
        """What a box does when the current is back: memory is empty, upkeep first."""
        self.fallen = False
        assert self._runtime is not None
        for lost in self._runtime.iterdir():
            shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
        self._run_to_end("upkeep")
        for service in POINT_SERVICES:
            self.start(service)
        self.wait_for_the_page()

    def fall(self) -> None:
        """Every process of the box is gone at once."""
        self.fallen = True
        for service in POINT_SERVICES:
            if service in self._running:
                self.kill(service)

    def must_be_alive(self) -> None:
        """As the house says, and after the plug was pulled too."""
        if self.fallen:
            raise HouseFell("the plug was pulled")
        super().must_be_alive()


class Visitors:
    """One citizen after the other until told to stop; a fallen box ends the visit, not us."""

    def __init__(self, house: House, seed: int) -> None:
        self._house, self._dice = house, random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._come, daemon=True)
        self.ended = 0

    def start(self) -> Visitors:
        self._thread.start()
        return self

    def stop(self) -> None:
        """After the visit under way, which a fallen box ends at once."""
        self._stop.set()
        self._thread.join(120)

    def _come(self) -> None:
        while not self._stop.is_set():
            try:
                play_visit(self._house, self._dice.randint(1, 4), lambda line: None)
                self.ended += 1
            except FELL:
                self._stop.wait(0.2)


class Witness:
    """Looks at the point again and again; *mark* tells when a look was over."""

    def __init__(self, state: Path, mark: Callable[[], int] = lambda: 0) -> None:
        self._state, self._mark = state, mark
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.seen: list[tuple[int, Promises]] = []

    def start(self) -> Witness:
        self._thread.start()
        return self

    def waited_for(self, kind: Callable[[Promises], object], patience_s: float) -> bool:
        """Until something new of a *kind* is seen; False when nothing was in time."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if self.seen and kind(self.seen[-1][1]) != kind(self.seen[0][1]):
                return True
            time.sleep(LOOK_S)
        return False

    def stop(self) -> Promises:
        """The last look that was over before this call."""
        last = self.seen[-1][1] if self.seen else Promises()
        self._stop.set()
        self._thread.join(30)
        return last

    def _look(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                promises = promises_in(self._state)
            except Exception:
                continue
            if not self.seen or promises != self.seen[-1][1]:
                self.seen.append((self._mark(), promises))


def told_by_services(state: Path) -> list[str]:
    """What the services say of themselves while it lasts."""
    try:
        with closing(sqlite3.connect(f"file:{state / 'point.db'}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT service, error_code FROM service_status")
            return [f"{service}: {code}" for service, code in rows if code]
    except sqlite3.Error:
        return []


def weaken(how: str) -> None:
    """Make every service begun from now on sync less; see ``weakened``."""
    os.environ["WEAKEN"] = how
    os.environ["PYTHONPATH"] = f"{WEAKENED}:{os.environ.get('PYTHONPATH', '')}"


def settle(house: House, patience_s: float) -> None:
    """Until everything sealed has its receipt, or the time is over."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        house.must_be_alive()
        now = promises_in(house.home / "state")
        if "sealed" not in now.states.values() and "sealing" not in now.states.values():
            return
        house.hurry_outbox()
        time.sleep(0.5)
