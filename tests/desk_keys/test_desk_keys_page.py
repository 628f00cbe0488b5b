"""The power is back: what the volunteer sees at the door and after it."""

from __future__ import annotations

import shutil

from flask import Flask

from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.store.people.volunteers import Volunteer
from tests.station_page.conftest import *
from tests.station_page.conftest import IDLE_LIMIT, Browser, Clock, Tray, id_of, view_of
from web.station.app import create_app
from web.station.here import EXTENSION


def powered_again(point: Point, clock: Clock) -> Flask:
    """A tmpfs is empty after a cut; the page starts anew."""
    shutil.rmtree(point.config.paths.runtime)
    point.config.paths.runtime.mkdir()
    return create_app(point, monotonic=clock.monotonic, lock_after=IDLE_LIMIT)


def test_a_sign_in_tells_how_many_dossiers_it_opened_and_the_work_goes_on(
    browser: Browser, dossier: str, tray: Tray, point: Point, clock: Clock, lan: Volunteer
) -> None:
    dossiers.save_answers(point, id_of(dossier), {"child_name": "Cao Minh Mẫu"})
    tray.press(pages=2)
    app = powered_again(point, clock)
    again = Browser(app.test_client())
    assert again.get(dossier).location == "/sign-in"
    again.get("/sign-in")
    answer = again.post("/sign-in", name="Lan", pin="246810")
    assert "đã mở lại 1 hồ sơ đang làm dở" in again.get(answer.location).text
    assert again.get(dossier).status_code == 200
    first = view_of(point, dossier).pages[0]
    assert again.get(f"{dossier}/pages/{first.id}/master.jpg").status_code == 200
    assert view_of(point, dossier).answers["child_name"] == "Cao Minh Mẫu"
    app.extensions[EXTENSION].freshness.close()


def test_a_wrong_pin_shows_no_more_than_before(
    browser: Browser, dossier: str, point: Point, clock: Clock, lan: Volunteer
) -> None:
    app = powered_again(point, clock)
    thief = Browser(app.test_client())
    thief.get("/sign-in")
    assert thief.post("/sign-in", name="Lan", pin="111111").status_code == 401
    assert view_of(point, dossier).locked
    app.extensions[EXTENSION].freshness.close()
