"""A session lives in the box, not in the cookie: every copy of a cookie ends with it."""

from __future__ import annotations

import pytest
from flask import Flask

from appliance.desk.people import people
from appliance.desk.point import Point
from appliance.store.people import audit
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.station_page.conftest import *
from tests.station_page.conftest import PIN, Browser, Clock

COOKIE = "tramhoso"


def copied(app: Flask, browser: Browser) -> Browser:
    """Somebody took the cookie off Lan's computer."""
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    thief = Browser(app.test_client())
    thief.client.set_cookie(COOKIE, cookie.decoded_value)
    return thief


def is_inside(browser: Browser) -> bool:
    return browser.get("/dossiers/new").status_code == 200


def test_a_copied_cookie_dies_with_the_sign_out(app: Flask, browser: Browser) -> None:
    thief = copied(app, browser)
    assert is_inside(thief)
    browser.post("/sign-out")
    assert thief.get("/dossiers/new").location == "/sign-in"
    assert thief.get("/").location == "/sign-in"


def test_a_copied_cookie_is_locked_with_the_screen_and_dies_with_the_pin(
    app: Flask, browser: Browser
) -> None:
    thief = copied(app, browser)
    browser.post("/lock", back="/")
    assert thief.get("/dossiers/new").location == "/locked"
    browser.get("/locked")
    assert browser.post("/unlock", pin=PIN).status_code == 303
    assert is_inside(browser)
    assert thief.get("/dossiers/new").location == "/sign-in"


def test_a_fresh_pin_ends_every_browser_of_that_name_and_no_other(
    app: Flask, browser: Browser, point: Point, lan: Volunteer
) -> None:
    with point.database.writing() as connection:
        other = add_volunteer(connection, "Bình", PIN, Role.VOLUNTEER, point.clock())
    colleague = Browser(app.test_client())
    colleague.sign_in("Bình")
    people.fresh_pin(point, lan.id, by=other.id)
    assert browser.get("/").location == "/sign-in"
    assert is_inside(colleague)


def test_a_technician_with_a_fresh_pin_of_their_own_stays_here_and_is_out_elsewhere(
    app: Flask, point: Point
) -> None:
    with point.database.writing() as connection:
        tech = add_volunteer(connection, "Tín", PIN, Role.TECHNICIAN, point.clock())
    here, elsewhere = Browser(app.test_client()), Browser(app.test_client())
    here.sign_in("Tín")
    elsewhere.sign_in("Tín")
    here.get("/box")
    assert here.post(f"/box/people/{tech.id}/pin").status_code == 303
    assert is_inside(here)
    assert elsewhere.get("/").location == "/sign-in"


def test_two_browsers_of_one_volunteer_live_beside_each_other(app: Flask, browser: Browser) -> None:
    second = Browser(app.test_client())
    second.sign_in()
    browser.post("/sign-out")
    assert is_inside(second)


def test_the_longest_day_ends_at_the_door(browser: Browser, clock: Clock) -> None:
    for _ in range(16 * 3):
        assert is_inside(browser)
        clock.pass_by(minutes=20)
    assert browser.get("/dossiers/new").status_code == 200
    clock.pass_by(minutes=20)
    assert browser.get("/dossiers/new").location == "/sign-in"


def test_what_the_box_keeps_of_a_session_opens_nothing(
    app: Flask, browser: Browser, point: Point
) -> None:
    with point.database.reading() as connection:
        (row,) = connection.exec_driver_sql("SELECT id FROM web_session").all()
    with browser.client.session_transaction() as session:
        assert session["secret"] != row.id
        session["secret"] = row.id
    assert browser.get("/").location == "/sign-in"


def test_leaving_is_told_in_the_trail(browser: Browser, point: Point, lan: Volunteer) -> None:
    browser.post("/sign-out")
    browser.post("/sign-out")
    with point.database.reading() as connection:
        told = [(line.what, line.who) for line in audit.lines(connection)]
    assert told == [("sign-in", lan.id), ("sign-out", lan.id)]


@pytest.mark.parametrize("secret", ["", "x", 7, None, ["x"]])
def test_a_cookie_of_another_shape_is_nobodys(browser: Browser, secret: object) -> None:
    with browser.client.session_transaction() as session:
        session["secret"] = secret
    assert browser.get("/").location == "/sign-in"
