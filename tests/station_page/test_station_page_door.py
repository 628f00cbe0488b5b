"""Who comes in, how long they stay, and that no page is open to strangers."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from appliance.desk.point import Point
from appliance.store.people.volunteers import Role, add_volunteer
from tests.station_page.conftest import PIN, Browser, Clock
from web.station.app import create_app
from web.station.gate import PUBLIC, secret_key

SOME_ID = "01a200dc-545d-7588-9b9a-f9a50bdca954"


def path_of(rule: Rule) -> str:
    values = {"dossier_id": SOME_ID, "page_id": SOME_ID, "slot": "giay_chung_sinh"}
    choices = {
        "edit": "turn",
        "key": "child_name",
        "wanted": "preview",
        "filename": "station.css",
        "degrees": "90",
        "request_id": "1",
        "number": "1",
        "walk_up_id": "1",
        "visit_id": SOME_ID,
        "guide": "post",
        "shift_id": "1",
        "appointment_id": "1",
        "deed": "confirm",
        "time_of": "home-20261123T1100",
        "handover_id": "1",
        "token": "made-up",
    }
    with_values = values | choices
    path = rule.rule
    for name in rule.arguments:
        start = path.rindex("<", 0, path.index(name + ">"))
        path = path[:start] + with_values[name] + path[path.index(name + ">") + len(name) + 1 :]
    return path


def test_every_page_but_the_door_asks_who_you_are(app: Flask, stranger: Browser) -> None:
    stranger.get("/sign-in")
    closed = [
        rule
        for rule in app.url_map.iter_rules()
        # a citizen's phone has a door of its own: tests/phone; guides are for anybody:
        # tests/guides; a calendar opens with the secret of its link: tests/duty
        if rule.endpoint not in PUBLIC
        and not rule.endpoint.startswith(("phone.", "guides.", "calendar.", "booking."))
    ]
    assert len(closed) > 15
    for rule in closed:
        for method in (rule.methods or set()) & {"GET", "POST"}:
            send = stranger.get if method == "GET" else stranger.post
            answer = send(path_of(rule))
            assert answer.status_code == 303, f"{method} {rule.rule}"
            assert answer.location == "/sign-in", f"{method} {rule.rule}"
            stranger.get("/sign-in")


def test_the_script_of_a_stranger_gets_nothing_to_show(stranger: Browser) -> None:
    answer = stranger.get(f"/dossiers/{SOME_ID}/papers", headers={"X-Live": "1"})
    assert answer.status_code == 401
    assert answer.json == {"signed_out": True}


def test_the_right_pin_opens_the_desk(stranger: Browser) -> None:
    answer = stranger.sign_in()
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Chào Lan" in stranger.get("/").text


def test_volunteers_stand_above_the_technician(stranger: Browser, point: Point) -> None:
    with point.database.writing() as connection:
        add_volunteer(connection, "An kỹ thuật", PIN, Role.TECHNICIAN, point.clock())
    door = stranger.get("/sign-in").text
    assert 0 < door.index('value="Lan"') < door.index('value="An kỹ thuật"')


def test_a_wrong_pin_is_told_and_the_name_stays_chosen(stranger: Browser) -> None:
    stranger.get("/sign-in")
    answer = stranger.post("/sign-in", name="Lan", pin="000000")
    assert answer.status_code == 401
    assert "Tên hoặc mã PIN chưa đúng." in answer.text
    assert 'value="Lan" checked' in answer.text
    assert stranger.get("/").status_code == 303


def test_too_many_wrong_pins_name_the_wait_in_words(stranger: Browser, clock: Clock) -> None:
    for _ in range(4):
        stranger.get("/sign-in")
        stranger.post("/sign-in", name="Lan", pin="000000")
    answer = stranger.post("/sign-in", name="Lan", pin=PIN)
    assert answer.status_code == 429
    assert "Chờ 31 giây" in answer.text or "Chờ 30 giây" in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 31
    clock.pass_by(seconds=32)
    assert stranger.post("/sign-in", name="Lan", pin=PIN).status_code == 303


def test_nothing_chosen_and_nothing_typed_are_told_apart(stranger: Browser) -> None:
    stranger.get("/sign-in")
    assert "Hãy chọn tên" in stranger.post("/sign-in", pin=PIN).text
    assert "Hãy nhập mã PIN" in stranger.post("/sign-in", name="Lan").text


def test_half_an_hour_without_a_touch_signs_out(browser: Browser, clock: Clock) -> None:
    clock.pass_by(minutes=29)
    assert browser.get("/").status_code == 200
    clock.pass_by(minutes=29)
    assert browser.get("/").status_code == 200
    clock.pass_by(minutes=30)
    assert browser.get("/").status_code == 303


def test_a_page_that_refreshes_itself_does_not_count_as_a_touch(
    browser: Browser, clock: Clock
) -> None:
    for _ in range(40):
        clock.pass_by(minutes=1)
        last = browser.get("/now", headers={"X-Live": "1"})
    assert last.status_code == 401


def test_signing_out_ends_the_session(browser: Browser) -> None:
    assert browser.post("/sign-out").location == "/sign-in"
    assert browser.get("/").status_code == 303


def test_the_session_cookie_is_only_for_this_page(stranger: Browser) -> None:
    stranger.get("/sign-in")
    cookie = stranger.post("/sign-in", name="Lan", pin=PIN).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Expires" not in cookie


def test_over_https_the_cookie_never_travels_in_the_open(point: Point, lan: object) -> None:
    app = create_app(point, https=True)
    answer = app.test_client().get("/sign-in", base_url="https://hop.test")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-tramhoso=")
    assert "Secure" in cookie


def test_a_restart_signs_everybody_out_because_the_key_lies_in_memory(tmp_path: Path) -> None:
    first = secret_key(tmp_path)
    assert secret_key(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "session.key").stat().st_mode) == 0o600
    (tmp_path / "session.key").unlink()  # what a reboot does to a tmpfs
    assert secret_key(tmp_path) != first


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/static/station.css"])
def test_what_a_stranger_may_see(stranger: Browser, path: str) -> None:
    assert stranger.get(path).status_code == 200
