"""Looks at what the page shows while services die, and finds every promise that is broken."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from typing import NamedTuple

from appliance.core.errors import ApplianceError
from appliance.desk.point import Point
from appliance.jpeg import check_decodes
from tests.campaigns.parts.kill_errands import Diary
from tests.campaigns.parts.promises import ORDER

LOOK_S = 0.4
ON_DESK = ("open", "sealing")
PAGES = """
    SELECT page.id, page.master, coalesce(dossier.desk_key, walk_up.desk_key),
           dossier.id, dossier.revision, dossier.state, walk_up.id, walk_up.state
    FROM page LEFT JOIN dossier ON dossier.id = page.dossier_id
    LEFT JOIN walk_up ON walk_up.id = page.walk_up_id"""


class Shown(NamedTuple):
    """A page as a row tells of it."""

    id: str
    master: str
    key: str
    dossier: str | None
    revision: int | None
    state: str | None
    walk_up: int | None
    walk_up_state: str | None


class Look(NamedTuple):
    """What was to be seen at one moment."""

    pages: dict[str, Shown]
    dossiers: dict[str, tuple[int, int, int]]  # revision, how far, answers saved
    walk_ups: dict[int, str]
    receipts: dict[str, str]


class Watcher:
    """One look after the other; each page is opened and decoded once when it is first seen."""

    def __init__(self, point: Point, diary: Diary) -> None:
        self._point, self._diary = point, diary
        self._before = Look({}, {}, {}, {})
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self.damage: Counter[str] = Counter()
        self.pages_seen = 0
        self.moments: list[str] = []  # of damage, to be read

    def start(self) -> Watcher:
        self._thread.start()
        return self

    def stop(self) -> None:
        """After one look more, at which all that is still on the desk is decoded once more."""
        self._stop.set()
        self._thread.join(60)
        self.look()
        for page in self._before.pages.values():
            self._must_decode(page)

    def look(self) -> None:
        """Compare with the look before; open what is new."""
        now = self._look()
        for page in now.pages.values():
            if page.id not in self._before.pages:
                self.pages_seen += 1
                self._must_decode(page)
        self._compare(self._before, now)
        self._before = now

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_S):
            with suppress(sqlite3.OperationalError):  # locked: looked at again soon
                self.look()

    def _look(self) -> Look:
        with closing(sqlite3.connect(self._point.database.path, timeout=10)) as database:
            rows = database.execute
            rows("BEGIN")
            return Look(
                pages={row[0]: Shown(*row) for row in rows(PAGES)},
                dossiers={
                    one: (revision, ORDER.index(state), answers)
                    for one, revision, state, answers in rows(
                        "SELECT id, revision, state, answers_revision FROM dossier"
                    )
                },
                walk_ups=dict(rows("SELECT id, state FROM walk_up")),
                receipts=dict(rows("SELECT submission_id, code FROM receipt")),
            )

    def _compare(self, before: Look, now: Look) -> None:
        for page in before.pages.values():
            if page.id not in now.pages and not self._may_go(page, now):
                self._broken("page row lost", page.id)
        for one, (revision, state, answers) in before.dossiers.items():
            if one not in now.dossiers:
                self._broken("dossier lost", one)
                continue
            revision_now, state_now, answers_now = now.dossiers[one]
            if revision_now < revision and one not in self._diary.given_up:
                self._broken("revision lost", one)
            if (revision_now, state_now) < (revision, state) and not (
                ORDER[state] == "sealing" or one in self._diary.given_up
            ):
                self._broken("dossier went back", one)
            if answers_now < answers:
                self._broken("answers lost", one)
        for one, code in before.receipts.items():
            if now.receipts.get(one) != code:
                self._broken("receipt lost", one)

    def _may_go(self, page: Shown, now: Look) -> bool:
        """Erased with the desk, with a supplement that was given up, or by the citizen's wish."""
        if page.walk_up is not None:
            return now.walk_ups.get(page.walk_up) in ("erasing", "erased")
        revision, state, _ = now.dossiers.get(str(page.dossier), (0, 0, 0))
        is_later = revision != page.revision or ORDER[state] not in ON_DESK
        return is_later or page.dossier in self._diary.given_up

    def _must_decode(self, page: Shown) -> None:
        """Whole, under a key in memory; unless its dossier was sealed under our eyes."""
        try:
            sealed = self._point.pages.read(page.master)
            check_decodes(self._point.vault.open(sealed, page.key))
        except (ApplianceError, ValueError, OSError) as error:
            time.sleep(0.5)
            if self._look().pages.get(page.id) == page:
                self._broken("page shown, but not to be opened", f"{page}: {error}")

    def _broken(self, what: str, where: str) -> None:
        self.damage[what] += 1
        self.moments.append(f"{what}: {where}")
