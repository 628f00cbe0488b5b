"""Guessing PINs: each wrong one says what to do and what is left; names and addresses rest."""

from __future__ import annotations

import pytest
from flask import Flask

from appliance.desk.point import Point
from appliance.store.card.database import Database
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.quickly import LIGHT_PIN
from tests.station_page.conftest import PIN, Browser, Clock


class Somewhere(Browser):
    """A browser at an address of its own."""

    def __init__(self, app: Flask, address: str) -> None:
        super().__init__(app.test_client())
        self.client.environ_base = {**self.client.environ_base, "REMOTE_ADDR": address}

    def guess(self, name: str, pin: str = "000000") -> tuple[int, str]:
        self.get("/sign-in")
        answer = self.post("/sign-in", name=name, pin=pin)
        return answer.status_code, answer.text


@pytest.fixture
def names(point: Point, lan: Volunteer, clock: Clock) -> list[str]:
    """Lan and three more who help here."""
    with point.database.writing() as connection:
        for name in ("Hoa", "Minh", "Phúc"):
            add_volunteer(connection, name, PIN, Role.VOLUNTEER, clock(), LIGHT_PIN)
    return ["Lan", "Hoa", "Minh", "Phúc"]


def test_a_wrong_pin_says_what_to_do_and_how_many_tries_are_left(
    app: Flask, names: list[str]
) -> None:
    here = Somewhere(app, "10.42.0.7")
    for left in (3, 2, 1):
        status, text = here.guess("Lan")
        assert status == 401
        assert f"Còn {left} lần nhập" in text
        assert "nhập lại mã PIN" in text
    status, text = here.guess("Lan")
    assert (status, "Chờ 30 giây" in text, "kỹ thuật viên" in text) == (401, True, True)
    assert here.guess("Lan", PIN)[0] == 429
    assert here.guess("Hoa", PIN)[0] == 303  # somebody else is not kept out


def test_an_address_that_tries_name_after_name_rests_and_other_screens_do_not(
    app: Flask, names: list[str], clock: Clock
) -> None:
    thief, desk = Somewhere(app, "10.42.0.66"), Somewhere(app, "10.42.0.7")
    told = [thief.guess(names[n % 4])[0] for n in range(10)]
    assert told == [401] * 10
    status, text = thief.guess("Phúc", PIN)
    assert status == 429
    assert "Từ máy tính này" in text
    assert desk.guess("Phúc", PIN)[0] == 303
    clock.pass_by(seconds=31)
    assert thief.guess("Minh")[0] == 401
    clock.pass_by(seconds=31)
    assert thief.guess("Minh")[0] == 429  # twice as long now


def test_a_restart_forgives_neither_the_name_nor_the_address(
    app: Flask, names: list[str], point: Point
) -> None:
    thief = Somewhere(app, "10.42.0.66")
    for n in range(10):
        thief.guess(names[n % 4])
    again = Database(point.database.path)  # another process opens the same file
    with again.reading() as connection:
        (wrong,) = connection.exec_driver_sql("SELECT wrong_pins FROM tried_address").one()
        tries = connection.exec_driver_sql("SELECT sum(wrong_pins) FROM volunteer").scalar()
    again.close()
    assert (wrong, tries) == (10, 10)


def test_the_right_pin_clears_both_and_old_addresses_are_forgotten(
    app: Flask, names: list[str], point: Point, clock: Clock
) -> None:
    here, other = Somewhere(app, "10.42.0.7"), Somewhere(app, "10.42.0.8")
    for _ in range(3):
        here.guess("Lan")
    assert here.guess("Lan", PIN)[0] == 303
    other.guess("Hoa")
    clock.pass_by(hours=13)
    Somewhere(app, "10.42.0.9").guess("Hoa")
    with point.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT address FROM tried_address").all()
    assert [row.address for row in rows] == ["10.42.0.9"]


def test_a_clock_that_jumped_back_keeps_nobody_out_for_ever(
    app: Flask, names: list[str], clock: Clock
) -> None:
    here = Somewhere(app, "10.42.0.7")
    for _ in range(10):
        here.guess("Lan")
    clock.pass_by(days=-30)
    assert here.guess("Hoa", PIN)[0] == 303
