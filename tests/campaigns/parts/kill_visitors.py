"""People who try again: each step looks first how far it is, then does what is missing.

They act through the page, the button and the phone's page; how far a dossier is they read in the
point's store, as the page does.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from http.client import HTTPException

import requests
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from appliance.core.dossiers.dossier import CAMERA, DossierState, Why
from appliance.core.dossiers.walk_up import WalkUpState
from appliance.core.errors import ApplianceError
from appliance.demo.browser import Browser, Document, Form, PageRefused
from appliance.demo.visit import PROCEDURE, SLOT
from appliance.desk.dossier import phone_links
from appliance.desk.dossier.dossiers import DossierView, look_at
from appliance.desk.pages import photos
from appliance.desk.point import Point
from appliance.desk.walk_up import walk_ups as waiting_papers
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import walk_ups
from appliance.store.schema.tables import dossier as dossiers
from appliance.store.schema.tables import scan_request, walk_up
from tests.campaigns.parts.kill_errands import Diary, Errand
from tests.campaigns.parts.kill_house import KillHouse
from tests.ward.officer import Officer, Page
from web.ward.database import open_database, reading
from web.ward.settings import WardSettings
from web.ward.tables import dossier as at_ward

# What a person meets while a service is down or just begins again.
SETBACKS = (
    *(PageRefused, OSError, requests.RequestException, SQLAlchemyError, ApplianceError),
    *(AssertionError, KeyError, HTTPException),
)
REST_S, PATIENCE_S, BATCH_S = 0.3, 1800.0, 60.0
MOVING = ("asked", "scanning")


class Visitor:
    """One citizen with a volunteer, from the first press to the last receipt."""

    def __init__(
        self, house: KillHouse, point: Point, diary: Diary, errand: Errand, dice: random.Random,
        photo: bytes,
    ) -> None:  # fmt: skip
        self._house, self._point, self._diary = house, point, diary
        self._errand, self._dice, self._photo = errand, dice, photo
        self._browser = Browser(house.web_url)
        self._id: str | None = None
        self._held: int | None = None  # a walk-up to be claimed
        self._to_erase: int | None = None
        self._erased, self._at_peace = not errand.erases, not errand.regrets
        self._regretted: str | None = None
        self._waited_for_clean = self._gave_up = False
        self._has_files = not errand.takes_files

    def stay(self, leaving: Callable[[], bool]) -> bool:
        """Until everything is done; False when it is not, for lack of time."""
        ends = time.monotonic() + PATIENCE_S
        said = ""
        while time.monotonic() < ends and not leaving():
            try:
                if self._step():
                    return True
            except SETBACKS as setback:
                said = f"{type(setback).__name__}: {setback}"
                self._diary.asked_again += 1
                time.sleep(REST_S)
        if not leaving():
            self._diary.stuck.append(f"{self._errand} {self._id}: {said}")
        return False

    # ── one step ────────────────────────────────────────────────────────────

    def _step(self) -> bool:
        """The next thing that is missing; True when nothing is."""
        if not self._erased:
            self._scan_and_erase()
            return False
        if not self._at_peace:
            self._regret()
            return False
        if self._errand.walk_up and self._held is None:
            self._held = self._walk_up(self._errand.walk_up)
            return False
        if self._id is None:
            self._id = self._open()
            return False
        view = look_at(self._point, self._id)
        state = view.dossier.state
        if state is DossierState.OPEN:
            self._at_desk(view) if view.dossier.revision == 1 else self._supplement(view)
        elif state is DossierState.DELIVERED:
            if view.dossier.revision > self._errand.supplements:
                self._diary.done.add(self._id)
                return True
            self._gave_up = self._id in self._diary.given_up
            self._begin_supplement(view)
        else:
            time.sleep(0.1)
        return False

    def _at_desk(self, view: DossierView) -> None:
        if self._held is not None and not _from_walk_up(self._point, view.dossier.id):
            self._claim()
        elif (lacking := self._errand.sheets - _scanned(view)) > 0 and not self._held:
            self._scan(view, lacking)
        elif self._errand.photos > _photographed(self._point, view):
            self._bring_photo(view)
        elif not self._has_files:
            self._take_files()
        elif view.answers.get("child_name") != self._errand.name:
            self._fill()
        else:
            self._wait_for_clean_pages()
            check = self._page(f"/dossiers/{view.dossier.id}/check")
            self._browser.submit(check.form("/seal"), consent="yes")

    def _open(self) -> str:
        """A dossier that was opened without telling us is found on the first screen."""
        with self._diary.desk:
            orphans = [one for one in _open_ids(self._point) if one not in self._diary.opened]
            if orphans:
                opened = orphans[0]
            else:
                choose = self._page("/dossiers/new").form("/dossiers")
                desk = self._browser.submit(choose, procedure=PROCEDURE)
                opened = desk.url.partition("/dossiers/")[2][:36]
            self._diary.opened[opened] = self._errand
            return opened

    def _regret(self) -> None:
        """Papers are scanned, then the citizen takes the consent back; all of it goes."""
        if self._regretted is None:
            self._regretted = self._open()
            return
        view = look_at(self._point, self._regretted)
        if view.dossier.state is DossierState.ERASED:
            self._at_peace = True
        elif not view.pages:
            self._scan(view, 1)
        else:
            form = self._page(f"/dossiers/{self._regretted}/erase").form("/erase")
            self._browser.submit(form, why=Why.WITHDRAWN.value)

    def _scan(self, view: DossierView, sheets: int) -> None:
        """A touch on the screen, or the button where this dossier lies on the desk."""
        with self._diary.desk:
            page = self._page(f"/dossiers/{view.dossier.id}/slots/{SLOT}")
            self._house.lay_papers(sheets)
            self._browser.submit(page.form(f"/slots/{SLOT}/scan"))
            self._batch_over()

    def _fill(self) -> None:
        typed: dict[str, str] = {"next": "check"}
        answers = sample_answers(PROCEDURE, self._point.today()) | {"child_name": self._errand.name}
        for key, value in answers.items():
            if isinstance(value, dict):
                typed |= {f"{key}-{part}": str(inside) for part, inside in value.items()}
            else:
                typed[key] = str(value)
        topic = self._page(f"/dossiers/{self._id}/topics/1")
        self._browser.submit(topic.form("/answers"), **typed)

    def _wait_for_clean_pages(self) -> None:
        """Most people look at their pages first; some are in a hurry."""
        if self._waited_for_clean or self._dice.random() < 0.3:
            return
        self._waited_for_clean = True
        _until(
            lambda: not any(page.awaits_cleaning for page in look_at(self._point, self._id).pages),
            20,
        )

    # ── papers without a dossier ────────────────────────────────────────────

    def _walk_up(self, sheets: int) -> int:
        """Press without anybody's dossier on the desk; the id of what came of it."""
        with self._diary.desk:
            self._touch("/", "desk/leave")
            before = max((one.walk_up.id for one in waiting_papers.waiting(self._point)), default=0)
            self._house.lay_papers(sheets)
            last = self._newest_request()
            self._house.press()
            _until(lambda: self._newest_request() > last, BATCH_S)
            self._batch_over()
            new = [one for one in waiting_papers.waiting(self._point) if one.walk_up.id > before]
            if [one.sides for one in new] != [sheets]:
                for one in new:  # cut short: thrown away, and everything once more
                    self._erase(one.walk_up.id, one.walk_up.number)
                raise PageRefused(f"the press brought {[one.sides for one in new]} of {sheets}")
            return new[0].walk_up.id

    def _opened_walk_up(self, number: int, more: str = "") -> Document:
        page = self._page(f"/walk-ups?numbers={number}{more}")
        if "/walk-ups/open" not in page.html:
            return page
        self._browser.submit(page.form("/walk-ups/open"))
        return self._page(f"/walk-ups?numbers={number}{more}")

    def _claim(self) -> None:
        with self._point.database.reading() as connection:
            one = walk_ups.get(connection, self._held or 0)
        page = self._opened_walk_up(one.number, f"&dossier={self._id}")
        self._browser.submit(page.form(f"/{self._id}/walk-ups"), slot=SLOT)

    def _scan_and_erase(self) -> None:
        if self._to_erase is None:
            self._to_erase = self._walk_up(1)
        with self._point.database.reading() as connection:
            one = walk_ups.get(connection, self._to_erase)
        if one.state is WalkUpState.HELD:
            self._erase(one.id, one.number)
        self._erased = True

    def _erase(self, walk_up_id: int, number: int) -> None:
        page = self._opened_walk_up(number)
        self._browser.submit(page.form(f"/walk-ups/{walk_up_id}/erase"))

    # ── the citizen's phone ─────────────────────────────────────────────────

    def _phone(self) -> requests.Session:
        """A phone that read the code on the volunteer's screen."""
        code = phone_links.let_a_phone_in(self._point, str(self._id), volunteer_id=1).token
        phone = requests.Session()
        _send(phone, f"{self._house.web_url}p/{code}")
        return phone

    def _bring_photo(self, view: DossierView) -> None:
        coming = photos.on_their_way(self._point, view.dossier.id).get(SLOT, [])
        if None in coming:
            time.sleep(0.2)  # an earlier one is not a page yet
            return
        papers = f"{self._house.web_url}phone/papers"
        _send(self._phone(), papers, f"{papers}/{SLOT}/photo", photo=self._photo)

    def _take_files(self) -> None:
        phone, portal = self._phone(), f"{self._house.web_url}phone/portal"
        _send(phone, portal, f"{portal}/files")
        _until(lambda: "/phone/portal/files/1/" in phone.get(portal, timeout=30).text, 30)
        self._has_files = True

    # ── a supplement ────────────────────────────────────────────────────────

    def _begin_supplement(self, view: DossierView) -> None:
        if view.request is None:
            if self._ward_state() in ("received", "checking"):
                self._ask_as_officer()
            time.sleep(0.3)
            return
        with self._diary.desk:
            self._touch(f"/dossiers/{self._id}/supplement")

    def _ask_as_officer(self) -> None:
        officer = Officer(self._house.ward_url.rstrip("/"))
        officer.sign_in(self._house.officer, self._house.officer_password)
        officer.answer(str(self._id), "supplement", text="", paper_0="unreadable")

    def _ward_state(self) -> str:
        engine = open_database(WardSettings(self._house.ward_home, None).database_url)
        try:
            with reading(engine) as connection:
                states = select(at_ward.c.state).where(at_ward.c.id == self._id)
                return str(connection.execute(states).scalar_one())
        finally:
            engine.dispose()

    def _supplement(self, view: DossierView) -> None:
        if not view.pages:
            self._scan(view, 1)
        elif self._errand.gives_up and not self._gave_up:
            self._diary.given_up.add(str(self._id))
            self._touch(f"/dossiers/{self._id}/supplement", "/give-up")
        else:
            self._wait_for_clean_pages()
            check = self._page(f"/dossiers/{self._id}/supplement/check")
            self._browser.submit(check.form("/supplement/seal"), consent="yes")

    # ── what everything rests on ────────────────────────────────────────────

    def _page(self, path: str) -> Document:
        page = self._browser.get(path)
        if "/sign-in" not in page.url:
            return page
        (name, pin), *_ = self._house.pins.items()
        self._browser.submit(page.form("/sign-in"), name=name, pin=pin)
        return self._browser.get(path)

    def _touch(self, path: str, button: str = "") -> None:
        """A button of that page whose form stands elsewhere on it."""
        page = self._page(path)
        token = page.form("/lock").hidden["csrf_token"]
        self._browser.submit(Form(f"{page.url}{button}", {"csrf_token": token}))

    def _newest_request(self) -> int:
        with self._point.database.reading() as connection:
            return connection.scalar(select(func.max(scan_request.c.id))) or 0

    def _batch_over(self) -> None:
        """The request is over; of a dead station only its next start can say so."""
        moving = select(scan_request.c.id).where(scan_request.c.state.in_(MOVING))

        def over() -> bool:
            with self._point.database.reading() as connection:
                return connection.scalar(moving) is None

        _until(over, BATCH_S)


def _until(holds: Callable[[], bool], patience_s: float) -> None:
    ends = time.monotonic() + patience_s
    while not holds() and time.monotonic() < ends:
        time.sleep(0.05)


def _scanned(view: DossierView) -> int:
    return sum(page.mode != CAMERA for page in view.pages)


def _photographed(point: Point, view: DossierView) -> int:
    return sum(page.mode == CAMERA for page in view.pages)


def _from_walk_up(point: Point, dossier_id: str) -> bool:
    claimed = select(walk_up.c.id).where(walk_up.c.dossier_id == dossier_id)
    with point.database.reading() as connection:
        return connection.scalar(claimed) is not None


def _open_ids(point: Point) -> list[str]:
    with point.database.reading() as connection:
        return list(connection.scalars(select(dossiers.c.id).where(dossiers.c.state == "open")))


def _send(phone: requests.Session, page: str, to: str = "", photo: bytes | None = None) -> None:
    """Load *page*, send its first form, *to* another address than its own if that is given."""
    shown = phone.get(page, timeout=30)
    assert shown.status_code == 200, shown.status_code
    if shown.url != page and not to:
        return  # the code was read before
    token = next(f["csrf_token"] for f in Page(shown.text).forms.values() if "csrf_token" in f)
    files = {"photo": ("IMG_0001.jpg", photo, "image/jpeg")} if photo else None
    answer = phone.post(to or page, data={"csrf_token": token}, files=files, timeout=60)
    assert answer.status_code == 200, answer.status_code
