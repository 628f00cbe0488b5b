"""One shift leaves the desk to the next; hours are counted by signs of life."""

from __future__ import annotations

import csv
import io
from datetime import date, time, timedelta

import pytest

from appliance.core.point.roster import RosterRefused
from appliance.desk.dossier import dossiers
from appliance.desk.people import holding
from appliance.desk.point import Point
from appliance.desk.running import duty, duty_hours
from appliance.desk.running.duty import Wanted
from appliance.desk.shifts import handing_over
from appliance.store.people.volunteers import Volunteer
from appliance.store.retention import sweep
from tests.duty.conftest import somebody
from tests.station_page.conftest import Browser, Clock, Tray


def test_the_next_shift_finds_what_lies_waits_and_was_said(
    point: Point, lan: Volunteer, nam: Volunteer, tray: Tray
) -> None:
    dossier_id = dossiers.open_dossier(point, "khai-sinh", lan.id)
    holding.hold(point, dossier_id, lan.id)
    dossiers.leave_desk(point)
    tray.press(3)  # nobody's papers
    handing_over.give(point, lan.id, "  Máy kẹt giấy dày,  nhớ 9:30 ngày 23/11/2026 có hẹn ")
    desk = handing_over.look(point)
    assert [(one.id, holder) for one, holder in desk.lying] == [(dossier_id, None)]
    assert [(one.walk_up.number, one.sides) for one in desk.walk_ups] == [(1, 3)]
    assert (desk.unsent, desk.oldest) == ((), None)
    assert desk.waiting_note is not None
    assert desk.waiting_note.note == "Máy kẹt giấy dày, nhớ 9:30 ngày 23/11/2026 có hẹn"
    handing_over.take(point, desk.waiting_note.id, nam.id)
    assert handing_over.look(point).waiting_note is None
    with pytest.raises(RosterRefused):
        handing_over.take(point, desk.waiting_note.id, lan.id)


@pytest.mark.parametrize(
    "note",
    [
        "gọi bác Ba 0900 000 000",
        "số 001190000001 còn thiếu",
        "0900.000.000",
        "CMND cũ 123 456 789",
        "tài khoản 1234567",
        "a.b@example.vn",
        "x" * 301,
    ],
)
def test_a_note_that_may_name_somebody_is_not_kept(point: Point, lan: Volunteer, note: str) -> None:
    with pytest.raises(RosterRefused):
        handing_over.give(point, lan.id, note)
    assert handing_over.look(point).notes == ()


@pytest.mark.parametrize(
    "note", ["thu 1.500.000 đồng lúc 14:30", "hẹn 5/12/2026", "còn 12 tờ, quầy 3, mã 123456"]
)
def test_dates_hours_money_and_small_numbers_may_be_told(
    point: Point, lan: Volunteer, note: str
) -> None:
    handing_over.give(point, lan.id, note)
    assert [one.note for one in handing_over.look(point).notes] == [note]


def test_what_was_refused_stays_in_its_box(browser: Browser) -> None:
    browser.get("/duty/handover")
    answer = browser.post("/duty/handover", note="gọi 0900 000 000 <b>")
    assert answer.status_code == 400
    assert "gọi 0900 000 000 &lt;b&gt;</textarea>" in answer.text
    assert "Chưa lưu; hãy bỏ chỗ đó rồi bấm lại." in answer.text


def test_hours_go_from_the_first_sign_to_the_last(
    point: Point, browser: Browser, lan: Volunteer, clock: Clock
) -> None:
    wanted = Wanted(lan.id, point.today(), time(9), time(11))
    duty.plan(point, wanted, lan.id)
    for _ in range(9):
        clock.pass_by(minutes=10)
        browser.get("/")
    clock.pass_by(minutes=4)
    browser.post("/sign-out")
    (told,) = duty_hours.month_of(point, 2026, 11)
    assert (told.name, told.shifts, told.came) == ("Lan", 1, 1)
    assert (told.planned, told.there) == (timedelta(hours=2), timedelta(minutes=94))


def test_a_page_left_alone_counts_no_hours(point: Point, browser: Browser, clock: Clock) -> None:
    for _ in range(20):
        clock.pass_by(minutes=1)
        browser.get("/now", headers={"X-Live": "1"})
    (told,) = duty_hours.month_of(point, 2026, 11)
    assert told.there == timedelta(0)


def test_whoever_comes_again_after_lunch_was_not_here_for_lunch(
    point: Point, lan: Volunteer, clock: Clock
) -> None:
    for minutes in (0, 20, 60, 20, -300):  # the last one: the clock fell back
        clock.pass_by(minutes=minutes)
        duty_hours.note_here(point, lan.id)
    (told,) = duty_hours.month_of(point, 2026, 11)
    assert told.there == timedelta(minutes=40)


def test_a_shift_over_the_end_of_a_month_counts_for_each(
    point: Point, lan: Volunteer, clock: Clock
) -> None:
    clock.now = clock.now.replace(month=11, day=30, hour=16, minute=40)  # 23:40 in Việt Nam
    duty_hours.note_here(point, lan.id)
    clock.pass_by(minutes=40)
    duty_hours.note_here(point, lan.id)
    assert duty_hours.month_of(point, 2026, 11)[0].there == timedelta(minutes=20)
    assert duty_hours.month_of(point, 2026, 12)[0].there == timedelta(minutes=20)
    assert duty_hours.month_of(point, 2027, 1) == []


def test_the_table_opens_in_a_spreadsheet_and_runs_nothing(
    point: Point, browser: Browser, lan: Volunteer
) -> None:
    evil = somebody(point, '=cmd|"/c calc"!A1')
    duty.plan(point, Wanted(evil.id, date(2026, 11, 23), time(8), time(11, 30)), lan.id)
    answer = browser.get("/duty/hours.csv?month=2026-11")
    assert answer.data.startswith("\ufeff".encode())
    head, line, *_ = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert head[0] == "Tình nguyện viên"
    assert line[0].startswith("'=cmd")
    assert line[1:] == [point.config.point.name, "1", "0", "3.50", "0.00"]


def test_what_is_over_for_long_goes(point: Point, lan: Volunteer, clock: Clock) -> None:
    duty.plan(point, Wanted(lan.id, date(2026, 11, 23), time(8), time(11)), lan.id)
    duty_hours.note_here(point, lan.id)
    handing_over.give(point, lan.id, "dặn")
    kept = {20: (1, 1, 0), 399: (1, 1, 0), 403: (0, 0, 0)}
    begun = clock.now
    for days, left in kept.items():
        clock.now = begun + timedelta(days=days)
        with point.database.writing() as connection:
            sweep(connection, clock.now, clock.now, clock.now)
            counts = [
                connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
                for table in ("shift", "presence", "handover")
            ]
        assert tuple(counts) == left, days
