"""One box at several places: roster, door, hours, calendars, hand-over and bookings tell which."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from appliance.core.point.appointment import AppointmentRefused, Details, Kind, Why
from appliance.core.point.hours import opening_at
from appliance.core.point.roster import RosterRefused, Takes
from appliance.core.point.roster import Why as RosterWhy
from appliance.core.point.served import ServedPlace
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import appointments, calendars, duty, duty_hours
from appliance.desk.running.calendar_file import CalendarRefused, Wrong
from appliance.desk.running.duty import Wanted
from appliance.desk.shifts import handing_over
from appliance.store import migrating
from appliance.store.card.database import Database
from appliance.store.people.volunteers import Volunteer
from appliance.store.point.duty import EVERYBODY
from tests.duty.test_duty_calendar import TITLES, bring, event, ics
from tests.guides.test_guides_pages import words_of
from tests.station_page.conftest import Browser, Clock

MONDAY = date(2026, 11, 23)
WHO = Details("bà Tám", "0900 000 123", "", "làm khai sinh")


@pytest.fixture
def hall(point: Point) -> ServedPlace:
    found = served.add(point, "Trường cũ thôn Tây")
    assert found is not None
    return found


def at(point: Point, hour: int, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=point.zone)


def plan(
    point: Point, who: Volunteer, hours: tuple[int, int], place: str, takes: Takes = Takes.NOTHING
) -> int:
    begins, ends = (time(hour) for hour in hours)
    return duty.plan(point, Wanted(who.id, MONDAY, begins, ends, 1, place, takes), who.id)[0]


def test_the_door_tells_where_and_the_point_itself_stays_as_it_was(
    point: Point, lan: Volunteer, nam: Volunteer, hall: ServedPlace
) -> None:
    plan(point, lan, (8, 12), hall.key)
    told = duty.hours_on(point)(MONDAY)
    assert [(f"{one.opens:%H}-{one.closes:%H}", one.place, one.on_duty) for one in told] == [
        ("08-11", "", "chị Lan"), ("08-12", hall.name, "Lan"), ("14-16", "", "anh Nam"),
    ]  # fmt: skip
    noon = opening_at(at(point, 11), duty.hours_on(point))
    assert noon is not None
    assert (noon.shift.place, noon.is_now) == (hall.name, True)


def test_who_goes_from_house_to_house_opens_no_door(point: Point, lan: Volunteer) -> None:
    plan(point, lan, (18, 20), "", Takes.HOME)
    assert [one.opens.hour for one in duty.hours_on(point)(MONDAY)] == [8, 14]


def test_a_shift_is_planned_only_where_people_are_received(
    point: Point, browser: Browser, lan: Volunteer, hall: ServedPlace
) -> None:
    assert f'<option value="{hall.key}">{hall.name}</option>' in browser.get("/duty").text
    fields = {
        "volunteer": str(lan.id), "day": str(MONDAY), "begins": "08:00", "ends": "11:00",
        "weeks": "1", "takes": "none",
    }  # fmt: skip
    browser.post("/duty", **fields, place=hall.key)
    assert f"Lan · {hall.name}" in words_of(browser.get(f"/duty?day={MONDAY}").text)
    assert f"tại {hall.name}" in words_of(browser.get("/guides/hours").text)
    assert served.close(point, hall.key)
    answer = browser.post("/duty", **fields | {"begins": "12:00", "ends": "13:00"}, place=hall.key)
    assert "Nơi đó không còn trong danh sách nơi phục vụ" in answer.text
    with pytest.raises(RosterRefused) as refused:
        plan(point, lan, (14, 15), "nowhere")
    assert refused.value.why is RosterWhy.NO_PLACE


def test_a_calendar_names_the_place_and_a_files_place_is_never_guessed(
    point: Point, lan: Volunteer, hall: ServedPlace
) -> None:
    plan(point, lan, (8, 11), hall.key)
    assert "LOCATION:Trường cũ".encode() in calendars.written(point, EVERYBODY, *TITLES)
    with pytest.raises(CalendarRefused) as refused:
        bring(point, ics(event(start="20261124T080000", end="20261124T110000",
              rest="SUMMARY:Trực: Lan\nLOCATION:Chợ Mẫu")), lan.id)  # fmt: skip
    assert (refused.value.why, refused.value.detail) == (Wrong.PLACES, "Chợ Mẫu")
    for day, where in ((24, "trường  CŨ thôn tây"), (25, point.config.point.name), (26, "")):
        rest = f"SUMMARY:Trực: Lan\nLOCATION:{where}"
        bring(point, ics(event(f"{day}@x", f"202611{day}T080000", f"202611{day}T110000", rest)),
              lan.id)  # fmt: skip
    found = duty.planned_between(point, MONDAY, MONDAY + timedelta(days=7))
    assert [one.place for one in found] == [hall.key, hall.key, "", ""]


def test_hours_of_two_places_stand_apart(
    point: Point, lan: Volunteer, clock: Clock, hall: ServedPlace
) -> None:
    clock.now = at(point, 8)
    plan(point, lan, (8, 10), hall.key)
    duty_hours.note_here(point, lan.id)
    clock.pass_by(minutes=30)
    duty_hours.note_here(point, lan.id)
    served.move(point, hall.key)
    for _ in range(3):
        duty_hours.note_here(point, lan.id)
        clock.pass_by(minutes=20)
    told = {one.place: one for one in duty_hours.month_of(point, 2026, 11)}
    assert {name: one.there.seconds // 60 for name, one in told.items()} == {"": 30, hall.name: 40}
    assert [(told[name].shifts, told[name].came) for name in ("", hall.name)] == [(0, 0), (1, 1)]
    lines = duty_hours.as_csv(list(told.values()), ["head"], "our point").splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["our point", hall.name]


def test_a_note_to_the_next_shift_tells_where_it_was_written(
    point: Point, browser: Browser, lan: Volunteer, hall: ServedPlace
) -> None:
    handing_over.give(point, lan.id, "ở điểm")
    served.move(point, hall.key)
    handing_over.give(point, lan.id, "máy in để ở phòng bên")
    notes = handing_over.look(point).notes
    assert [one.place for one in notes] == [hall.key, ""]
    assert hall.name in words_of(browser.get("/duty/handover").text)


def test_who_books_at_a_place_is_told_to_come_there(
    point: Point, stranger: Browser, lan: Volunteer, nam: Volunteer, hall: ServedPlace
) -> None:
    plan(point, lan, (18, 19), hall.key, Takes.POINT)
    plan(point, nam, (18, 19), "", Takes.POINT)
    free = appointments.free_slots(point)
    assert [(one.begins_at, one.place, one.free) for one in free] == [
        (moment, place, 1)
        for moment in (at(point, 18), at(point, 18) + timedelta(minutes=30))
        for place in ("", hall.key)
    ]
    path = f"/book/point-20261123T1100-{hall.key}"
    assert path in stranger.get("/book").text
    fields = {"name": WHO.name, "phone": WHO.phone, "need": "", "consent": "yes"}
    stranger.get(path)
    answer = stranger.post(path, **fields)
    assert f"Tại {hall.name}" in words_of(stranger.get(answer.location).text)
    left = [one for one in appointments.free_slots(point) if one.begins_at == at(point, 18)]
    assert [one.place for one in left] == [""]
    wanted = appointments.Wanted(Kind.POINT, at(point, 18), WHO, True, hall.key)
    with pytest.raises(AppointmentRefused) as refused:
        appointments.book(point, wanted, address="10.0.0.9")
    assert refused.value.why is Why.TAKEN
    appointments.move(point, 1, at(point, 18), lan.id, "")
    assert appointments.one(point, 1)[0].place == ""


def test_places_written_as_text_become_places_once(tmp_path: Path) -> None:
    database = Database(tmp_path / "point.db")
    with database.writing() as connection:
        migrating.upgrade(connection, "0017")
        run = connection.exec_driver_sql
        run("INSERT INTO volunteer (id, name, role, pin_hash, made_at) VALUES (1, '', '', '', '')")
        run("INSERT INTO place (key, name, made_at) VALUES ('cho-mau', 'Chợ Mẫu', '2026')")
        told = ("", "Nhà văn hóa thôn Đông", "nhà văn hoá  thôn đông", "chợ mẫu!", "…")
        for number, text in enumerate(told, start=1):
            run(
                "INSERT INTO shift (id, volunteer_id, begins_at, ends_at, place, changed_at) "
                "VALUES (?, 1, '2026-11-23', '2026-11-24', ?, '2026-11-22')",
                (number, text),
            )
    assert database.migrate()
    with database.reading() as connection:
        shifts = connection.exec_driver_sql("SELECT place FROM shift ORDER BY id").scalars().all()
        places = dict(connection.exec_driver_sql("SELECT key, name FROM place").all())
    assert shifts == ["", "nha-van-hoa-thon-dong", "nha-van-hoa-thon-dong", "cho-mau", ""]
    assert places["cho-mau"] == "Chợ Mẫu"
    assert places["nha-van-hoa-thon-dong"] in told
    assert len(places) == 2
    database.close()
