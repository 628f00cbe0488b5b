"""Two volunteers cannot write over each other: the second one sees who holds the dossier."""

from __future__ import annotations

import sqlite3

import pytest
from flask import Flask

from appliance.desk.point import Point
from appliance.store.people.volunteers import Role, add_volunteer
from tests.station_page.conftest import PIN, Browser, Clock, Tray, view_of
from tests.station_page.test_station_page_door import SOME_ID, path_of


@pytest.fixture
def second(app: Flask, point: Point) -> Browser:
    """Hùng, signed in on another laptop."""
    with point.database.writing() as connection:
        add_volunteer(connection, "Hùng", PIN, Role.VOLUNTEER, point.clock())
    other = Browser(app.test_client())
    assert other.sign_in("Hùng").status_code == 303
    return other


def test_the_second_volunteer_sees_who_works_on_it_and_changes_nothing(
    browser: Browser, second: Browser, dossier: str, tray: Tray, point: Point
) -> None:
    tray.press()
    for path in (dossier, f"{dossier}/check", f"{dossier}/pages/{tray.scanned[0]}"):
        answer = second.get(path)
        assert answer.status_code == 409
        assert "Lan đang làm hồ sơ này" in answer.text
    assert second.get(f"{dossier}/pages/{tray.scanned[0]}/preview.jpg").status_code == 409
    assert second.send(f"{dossier}/answers", child_name="Sai").status_code == 409
    assert second.send(f"{dossier}/pages/{tray.scanned[0]}/remove").status_code == 409
    assert "child_name" not in view_of(point, dossier).answers
    assert len(view_of(point, dossier).pages) == 1
    assert "Lan đang làm" in second.get("/").text
    assert "đang làm</small>" not in browser.get("/").text


def test_no_page_with_a_dossier_in_its_address_forgets_who_holds_it(
    app: Flask, browser: Browser, second: Browser, dossier: str
) -> None:
    open_to_others = {
        "delivery.show",
        "delivery.note_code",
        "delivery.send_by",
        "home.try_sending_again",
        "holding.take_over",
    }
    # delivery.now is open to others too, but says 409 of a dossier that is not sealed yet
    guarded = 0
    for rule in app.url_map.iter_rules():
        if "dossier_id" not in rule.arguments or rule.endpoint.startswith("phone."):
            continue
        path = path_of(rule).replace(SOME_ID, dossier.rsplit("/", 1)[-1], 1)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = second.get(path) if method == "GET" else second.post(path)
            assert (answer.status_code == 409) == (rule.endpoint not in open_to_others), rule.rule
            guarded += answer.status_code == 409
            second.get("/")
            if rule.endpoint == "holding.take_over":
                browser.post(f"{dossier}/take-over")
                browser.get(dossier)
    assert guarded > 15


def test_after_taking_over_it_is_the_first_one_who_is_told(
    browser: Browser, second: Browser, dossier: str, point: Point
) -> None:
    second.get(dossier)
    assert second.post(f"{dossier}/take-over").location == dossier
    assert second.get(dossier).status_code == 200
    answer = browser.send(f"{dossier}/answers", child_name="Muộn")
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["notice"]["what"] == "Người khác vừa nhận làm hồ sơ này."
    assert "Hùng đang làm hồ sơ này" in browser.get(dossier).text
    assert "child_name" not in view_of(point, dossier).answers


def test_who_signs_out_leaves_the_dossier_free(
    browser: Browser, second: Browser, dossier: str
) -> None:
    browser.post("/sign-out")
    assert second.get(dossier).status_code == 200


def test_after_half_an_hour_without_a_sign_anybody_may_go_on(
    browser: Browser, second: Browser, dossier: str, clock: Clock
) -> None:
    clock.pass_by(minutes=29)
    browser.sign_in()
    browser.get(dossier)  # still there
    clock.pass_by(minutes=29)
    second.sign_in("Hùng")
    assert second.get(dossier).status_code == 409
    clock.pass_by(minutes=2)
    assert second.get(dossier).status_code == 200


def test_the_same_volunteer_may_use_two_screens(app: Flask, browser: Browser, dossier: str) -> None:
    phone = Browser(app.test_client())
    phone.sign_in("Lan")
    assert phone.get(dossier).status_code == 200
    assert browser.get(dossier).status_code == 200


def test_looking_at_it_again_and_again_writes_nothing(
    browser: Browser, dossier: str, point: Point, clock: Clock
) -> None:
    watch = sqlite3.connect(point.database.path)

    def version() -> int:
        return int(watch.execute("PRAGMA data_version").fetchone()[0])

    browser.get(dossier)
    before = version()
    for _ in range(5):
        browser.get(f"{dossier}/papers", headers={"X-Live": "1"})
    assert version() == before
    clock.pass_by(minutes=2)
    browser.get(dossier)
    assert version() != before
    watch.close()


def test_a_sealed_dossier_belongs_to_nobody(
    browser: Browser, second: Browser, dossier: str, point: Point
) -> None:
    with point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dossier SET state = 'sealing'")
    assert second.get(dossier).location == f"{dossier}/delivery"
    assert second.get(f"{dossier}/delivery").status_code == 200
