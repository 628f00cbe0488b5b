"""A point full of marked papers, and those who have no business with them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, time

import pytest
from flask import Flask

from appliance.core.point.appointment import Details, Kind
from appliance.core.point.roster import Takes
from appliance.core.point.visits import Purpose
from appliance.desk.dossier import dossiers, phone_links
from appliance.desk.pages import cleaning
from appliance.desk.point import Point
from appliance.desk.running import appointments, calendars, duty, visits
from appliance.desk.running.appointments import Wanted
from appliance.desk.shifts import handing_over
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.services.phones import serve_one
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.publications.conftest import PNG, stand, wav
from tests.quickly import LIGHT_PIN
from tests.security.walking import Walker
from tests.station_page.conftest import *
from tests.station_page.conftest import PIN, Browser, Clock, Tray, id_of, view_of

MARKED = (
    *("child_name", "requester_name", "father_name", "mother_id_number", "father_id_number"),
    *("requester_phone", "requester_birth_date", "child_birth_date"),
)


@dataclass(frozen=True)
class Marked:
    """One citizen's dossier with all a dossier can have, and another one beside it."""

    point: Point
    dossier_id: str
    walker: Walker
    of_citizens: tuple[str, ...]  # marks that only this dossier's own people may read
    phone: str  # what the phone of this dossier holds
    other_phone: str  # what the phone of the other dossier holds
    cookie: str  # Lan's
    token: str  # which fits it

    def kept(self) -> str:
        """A digest of all that the store holds but how often somebody guessed."""
        with self.point.database.reading() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            lines = [
                line
                for line in raw.iterdump()
                if "tried_address" not in line and 'INTO "volunteer"' not in line
            ]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def signed_in(app: Flask, name: str) -> tuple[str, str]:
    """Cookie and token of somebody who has just come in."""
    browser = Browser(app.test_client())
    assert browser.sign_in(name).status_code == 303
    cookie = browser.client.get_cookie("tramhoso")
    assert cookie is not None
    return cookie.value, browser.token


def phone_at(point: Point, dossier_id: str, lan: Volunteer) -> tuple[str, str]:
    """Code and secret of a phone that came in to a dossier."""
    new = phone_links.let_a_phone_in(point, dossier_id, lan.id)
    return new.token, phone_links.claim(point, new.token, None)


@pytest.fixture
def colleague(marked: Marked) -> str:
    """The cookie of another volunteer, who has nothing in hand."""
    with marked.point.database.writing() as connection:
        add_volunteer(connection, "Hùng", PIN, Role.VOLUNTEER, marked.point.clock(), LIGHT_PIN)
    return signed_in(marked.walker.app, "Hùng")[0]


@pytest.fixture
def marked(app: Flask, point: Point, lan: Volunteer, tray: Tray, clock: Clock) -> Marked:
    object.__setattr__(point, "uptime", clock.monotonic)
    tray.press()  # nobody's dossier is on the desk: these papers wait under a number
    walk_up = tray.scanned[-1]

    browser = Browser(app.test_client())
    browser.sign_in()
    path = browser.open_dossier()
    answers = sample_answers("khai-sinh", point.today())
    dossiers.save_answers(point, id_of(path), answers)
    request_id = tray.press()
    page = tray.scanned[-1]
    while (work := cleaning.next_work(point)) is not None:
        cleaning.save_cleaned(point, work, cleaned(work.master, work.order))
    code, secret = phone_at(point, id_of(path), lan)
    browser.get(f"{path}/phone")
    wish = Browser(app.test_client())
    wish.client.set_cookie("phone", secret)
    wish.get("/phone/portal")
    assert wish.post("/phone/portal/files").status_code == 303
    assert serve_one(point, cleaned)
    assert wish.get("/phone/portal/files/1/a.pdf").data.startswith(b"%PDF")
    assert browser.get(f"{path}/pages/{page}/preview.jpg").data.startswith(b"\xff\xd8\xff")

    handover_id = handing_over.give(point, lan.id, "")
    other = dossiers.open_dossier(point, "khai-tu", lan.id)
    _, other_secret = phone_at(point, other, lan)
    cookie, token = signed_in(app, "Lan")
    browser.get(path)  # Lan has it in hand
    evening = duty.Wanted(lan.id, point.today(), time(18), time(20), takes=Takes.HOME)
    (shift_id,) = duty.plan(point, evening, lan.id)
    visit = datetime.combine(point.today(), time(19), tzinfo=point.zone)
    who = Details("Bà Mơ Thử", "0900 111 222", "ngõ Vắng Mẫu", "khai tử")
    booked = appointments.book(point, Wanted(Kind.HOME, visit, who, consent=True), by=lan.id)
    guide = {"guides/a.vi.md": '+++\ntitle = "A"\n+++\n', "voice/a.vi.wav": wav()}
    stand(point, 1, {**guide, "images/a.png": PNG})
    examples = {
        "dossier_id": id_of(path),
        "page_id": page,
        "slot": "giay_chung_sinh",
        "key": "child_name",
        "request_id": request_id,
        "number": 1,
        "walk_up_id": 1,
        "visit_id": visits.touch(point, Purpose.OTHER),
        "walk_ups.image:page_id": walk_up,
        "leaf": "a",
        "picture": "a.png",
        "recording": "a.vi.wav",
        "wanted": "preview",
        "edit": "turn",
        "degrees": 90,
        "token": code,
        "name": "giay.pdf",
        "procedure_id": "khai-sinh",
        "guide": "post",
        "prints.file:filename": "receipt.pdf",
        "shift_id": shift_id,
        "time_of": f"home-{point.today():%Y%m%d}T1100",
        "appointment_id": booked.appointment.id,
        "deed": "confirm",
        "handover_id": handover_id,
        "calendar.feed:token": calendars.new_link(point, lan.id, lan.id),
        "static:filename": "station.css",
        "bootstrap.static:filename": "css/bootstrap.min.css",
    }
    marks = tuple(str(answers[key]) for key in MARKED)
    secrets_of_visit = (who.name, who.phone, who.address, booked.secret)
    number = view_of(point, path).dossier.number
    walker = Walker(app, examples, (*marks, number, secret, other_secret, *secrets_of_visit))
    return Marked(
        point,
        id_of(path),
        walker,
        (*marks, secret, other_secret),
        secret,
        other_secret,
        cookie,
        token,
    )
