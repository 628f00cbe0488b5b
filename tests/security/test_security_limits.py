"""Whoever guesses is slowed down; whoever may come in still does."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from appliance.desk.point import Point
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.quickly import LIGHT_PIN
from tests.security.conftest import phone_at
from tests.station_page.conftest import PIN, Browser, Clock
from web.station.app import IDLE_LIMIT, create_app
from web.station.here import EXTENSION
from web.ward.app import create_app as create_ward
from web.ward.init import WardMade, init_ward
from web.ward.service import KEY, WardService
from web.ward.settings import WardSettings

THERE, ELSEWHERE = {"REMOTE_ADDR": "192.168.4.77"}, {"REMOTE_ADDR": "192.168.4.20"}


def try_pin(browser: Browser, name: str, pin: str, place: dict[str, str]) -> TestResponse:
    browser.get("/sign-in")
    data = {"csrf_token": browser.token, "name": name, "pin": pin}
    return browser.client.post("/sign-in", data=data, environ_overrides=place)


def test_an_address_that_tries_one_name_after_another_rests_and_the_desk_works_on(
    app: Flask, point: Point, lan: Volunteer
) -> None:
    names = ["Lan", "Hùng", "Mai", "Sơn"]
    for name in names[1:]:
        with point.database.writing() as connection:
            add_volunteer(connection, name, PIN, Role.VOLUNTEER, point.clock(), LIGHT_PIN)
    thief = Browser(app.test_client())
    told = [try_pin(thief, names[n % 4], f"{n:06d}", THERE).status_code for n in range(12)]
    assert 429 in told
    right = try_pin(thief, "Lan", PIN, THERE)
    assert (right.status_code, int(right.headers["Retry-After"]) > 0) == (429, True)
    assert try_pin(Browser(app.test_client()), "Lan", PIN, ELSEWHERE).status_code == 303


def test_a_restart_forgives_no_guess(
    app: Flask, point: Point, clock: Clock, lan: Volunteer, request: pytest.FixtureRequest
) -> None:
    for n in range(5):
        last = try_pin(Browser(app.test_client()), "Lan", f"{n:06d}", THERE)
    assert last.status_code == 429 or try_pin(
        Browser(app.test_client()), "Lan", PIN, THERE
    ).status_code == 429  # fmt: skip
    again = create_app(point, monotonic=clock.monotonic, lock_after=IDLE_LIMIT)
    request.addfinalizer(again.extensions[EXTENSION].freshness.close)
    assert try_pin(Browser(again.test_client()), "Lan", PIN, ELSEWHERE).status_code == 429


def test_the_locked_screen_counts_guesses_as_the_door_does(app: Flask, lan: Volunteer) -> None:
    browser = Browser(app.test_client())
    browser.sign_in()
    browser.post("/lock", back="/")
    browser.get("/locked")
    told = [browser.post("/unlock", pin=f"{n:06d}").status_code for n in range(6)]
    assert told[-1] == 429
    assert browser.post("/unlock", pin=PIN).status_code == 429


def test_a_phones_code_is_too_long_to_guess_and_every_guess_is_told_the_same(
    app: Flask, point: Point, lan: Volunteer
) -> None:
    browser = Browser(app.test_client())
    browser.sign_in()
    code, secret = phone_at(point, browser.open_dossier().rsplit("/", 1)[-1], lan)
    for text in (code, secret):
        assert len(base64.urlsafe_b64decode(text)) * 8 >= 128
    stranger = Browser(app.test_client())
    guesses = [
        stranger.get(f"/p/{code[:-1]}{letter}") for letter in "AQgw_-x" if letter != code[-1]
    ]
    guesses += [stranger.get(f"/p/{code}x"), stranger.get("/p/x")]
    assert len({re.sub(r'(value|href)="[^"]*"', "", answer.text) for answer in guesses}) == 1
    assert {answer.status_code for answer in guesses} == {403}


@pytest.fixture
def made(tmp_path: Path) -> WardMade:
    return init_ward(WardSettings(tmp_path / "home"))


@pytest.fixture
def ward(made: WardMade, tmp_path: Path) -> FlaskClient:
    return create_ward(WardSettings(tmp_path / "home")).test_client()


def ask_ward(ward: FlaskClient, token: str, place: dict[str, str]) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"}
    return ward.get("/intake/v1/events", headers=headers, environ_overrides=place)


def test_wrong_tokens_are_slowed_down_and_stop_no_box_beside_them(
    ward: FlaskClient, made: WardMade
) -> None:
    assert made.token
    told = [ask_ward(ward, f"tht_{n:043d}", THERE) for n in range(121)]
    assert [answer.status_code for answer in told[:120]] == [401] * 120
    assert told[-1].status_code == 429
    assert int(told[-1].headers["Retry-After"]) > 0
    assert told[-1].mimetype == "application/problem+json"
    assert ask_ward(ward, made.token, THERE).status_code == 200
    assert ask_ward(ward, "wrong", ELSEWHERE).status_code == 401


def sign_in(ward: FlaskClient, name: str, password: str, place: dict[str, str]) -> TestResponse:
    text = ward.get("/sign-in").text
    token = text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    data = {"csrf_token": token, "name": name, "password": password}
    return ward.post("/sign-in", data=data, environ_overrides=place)


def test_an_address_that_tries_many_officers_rests_and_others_come_in(
    ward: FlaskClient, made: WardMade
) -> None:
    assert made.password
    told = [sign_in(ward, f"can-bo-{n}", "sai", THERE) for n in range(31)]
    assert [answer.status_code for answer in told[:30]] == [200] * 30
    assert told[-1].status_code == 429
    assert int(told[-1].headers["Retry-After"]) > 0
    assert sign_in(ward, made.officer, made.password, THERE).status_code == 429
    assert sign_in(ward, made.officer, made.password, ELSEWHERE).status_code == 302


def test_one_officers_password_rests_after_five_guesses_from_anywhere(
    ward: FlaskClient, made: WardMade
) -> None:
    assert made.password
    for n in range(5):
        sign_in(ward, made.officer, f"sai-{n}", {"REMOTE_ADDR": f"192.168.4.{n}"})
    told = sign_in(ward, made.officer, made.password, ELSEWHERE)
    assert told.status_code == 200
    assert "Đã nhập sai nhiều lần" in told.text


def test_an_officer_who_comes_in_wipes_the_slate_of_the_office(
    ward: FlaskClient, made: WardMade
) -> None:
    assert made.password
    service: WardService = ward.application.extensions[KEY]
    for _ in range(2):
        for _ in range(28):  # as wrong passwords are counted, without their costly hashes
            assert service.strange_officers.rest_s(THERE["REMOTE_ADDR"]) == 0
        assert sign_in(ward, "ai-do", "sai", THERE).status_code == 200
        assert sign_in(ward, made.officer, made.password, THERE).status_code == 302
        ward.delete_cookie("ward")


@pytest.mark.parametrize("place", ["one", "many"])
def test_secrets_of_slips_are_not_guessed_from_one_address_nor_from_many(
    ward: FlaskClient, place: str
) -> None:
    told = []
    for n in range(31):
        here = {"REMOTE_ADDR": f"192.168.4.{n if place == 'many' else 9}"}
        form = {"code": "TH-0001-20261122-01", "secret": f"A{n:09d}"}
        told.append(ward.post("/follow", data=form, environ_overrides=here).status_code)
    assert told.count(429) == (1 if place == "many" else 11)
    assert set(told) <= {404, 429}
