"""The roster as an iCalendar file: out, in, and in again; whatever a file holds."""

from __future__ import annotations

import time as clock_of_the_machine
from datetime import date, time, timedelta

import pytest

from appliance.core.point.roster import Takes
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import calendars, duty
from appliance.desk.running.calendar_file import CalendarRefused, Wrong
from appliance.desk.running.duty import Wanted
from appliance.store.people.volunteers import Volunteer
from appliance.store.point.duty import EVERYBODY
from tests.station_page.conftest import Browser, Clock

MONDAY = date(2026, 11, 23)
TITLES = ("Lịch trực Điểm Mẫu", "Trực: {name}")


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT\r\n" for event in events)
    lines = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//t//EN\r\n{body}END:VCALENDAR\r\n"
    return "\r\n".join(lines.split("\n")).replace("\r\r", "\r").encode()


def event(
    uid: str = "a@x",
    start: str = "20261123T080000",
    end: str = "20261123T110000",
    rest: str = "SUMMARY:Trực: Lan",
    zone: str = ";TZID=Asia/Ho_Chi_Minh",
) -> str:
    return f"UID:{uid}\nDTSTART{zone}:{start}\nDTEND{zone}:{end}\n{rest}"


def bring(point: Point, data: bytes, whose: int | None = None) -> calendars.Brought:
    return calendars.bring_in(point, data, whose, 1)


def planned(point: Point, days: int = 60) -> list[str]:
    found = duty.planned_between(point, point.today(), point.today() + timedelta(days=days))
    return [f"{one.begins_at:%d/%m %H:%M}-{one.ends_at:%H:%M} {one.called}" for one in found]


def test_what_goes_out_comes_in_again_without_a_change(
    point: Point, lan: Volunteer, nam: Volunteer
) -> None:
    hall = served.add(point, "Nhà văn hóa; thôn Đông")
    assert hall is not None
    for who, day in ((lan, MONDAY), (nam, MONDAY + timedelta(days=2))):
        wanted = Wanted(who.id, day, time(8), time(11), 4, hall.key, Takes.POINT)
        duty.plan(point, wanted, lan.id)
    before = planned(point)
    out = calendars.written(point, EVERYBODY, *TITLES)
    assert b"DTSTART;TZID=Asia/Ho_Chi_Minh:20261123T080000" in out
    assert b"BEGIN:VTIMEZONE" in out
    assert max(map(len, out.split(b"\r\n"))) <= 75  # octets a line, as RFC 5545 wants
    done = bring(point, out)
    assert (done.as_before, done.added, done.changed, done.cancelled) == (8, 0, 0, 0)
    assert planned(point) == before


def test_a_weekly_rule_with_a_day_left_out_is_laid_out(point: Point, lan: Volunteer) -> None:
    rule = (
        "SUMMARY:Trực: Lan\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261209T010000Z\n"
        "EXDATE;TZID=Asia/Ho_Chi_Minh:20261125T080000\n"
        "RDATE;TZID=Asia/Ho_Chi_Minh:20261128T080000"
    )
    done = bring(point, ics(event(rest=rule)))
    assert planned(point) == [
        f"{day} 08:00-11:00 Lan" for day in ("23/11", "28/11", "30/11", "02/12", "07/12", "09/12")
    ]
    assert (done.added, done.cancelled) == (6, 0)
    again = bring(point, ics(event(rest=rule)))
    assert (again.as_before, again.added) == (6, 0)


def test_one_day_of_a_series_is_moved_and_one_is_cancelled(point: Point, lan: Volunteer) -> None:
    series = event(rest="SUMMARY:Trực: Lan\nRRULE:FREQ=WEEKLY;COUNT=3")
    meant = "\nRECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:"
    moved = event(
        start="20261130T140000",
        end="20261130T160000",
        rest=f"SUMMARY:Trực: Lan{meant}20261130T080000",
    )
    off = event(
        start="20261207T080000",
        end="20261207T110000",
        rest=f"STATUS:CANCELLED{meant}20261207T080000",
    )
    bring(point, ics(series, moved, off))
    assert planned(point) == ["23/11 08:00-11:00 Lan", "30/11 14:00-16:00 Lan"]


def test_what_a_later_file_leaves_out_is_cancelled(
    point: Point, lan: Volunteer, clock: Clock
) -> None:
    bring(point, ics(event(rest="SUMMARY:Lan\nRRULE:FREQ=WEEKLY;COUNT=4")))
    clock.pass_by(days=3)
    done = bring(point, ics(event(rest="SUMMARY:Lan\nRRULE:FREQ=WEEKLY;COUNT=2")))
    assert (done.as_before, done.cancelled) == (1, 2)  # the first one is over and stays
    assert planned(point) == ["30/11 08:00-11:00 Lan"]
    back = bring(point, ics(event(rest="SUMMARY:Lan\nRRULE:FREQ=WEEKLY;COUNT=4")))
    assert (back.added, back.as_before) == (2, 1)


@pytest.mark.filterwarnings("ignore::icalendar.GloballyUniqueTZIDGuessed")
@pytest.mark.parametrize(
    ("zone", "start", "end"),
    [
        (";TZID=Asia/Ho_Chi_Minh", "20261123T080000", "20261123T110000"),
        (";TZID=Asia/Saigon", "20261123T080000", "20261123T110000"),
        (";TZID=SE Asia Standard Time", "20261123T080000", "20261123T110000"),
        (";TZID=/maker.example/20261101/Asia/Ho_Chi_Minh", "20261123T080000", "20261123T110000"),
        (";TZID=Europe/Berlin", "20261123T020000", "20261123T050000"),
        ("", "20261123T010000Z", "20261123T040000Z"),
        ("", "20261123T080000", "20261123T110000"),  # wherever the reader is
    ],
)
def test_hours_come_out_right_in_every_way_to_write_a_zone(
    point: Point, lan: Volunteer, zone: str, start: str, end: str
) -> None:
    bring(point, ics(event(start=start, end=end, zone=zone)))
    assert planned(point) == ["23/11 08:00-11:00 Lan"]


def test_people_are_found_by_name_by_title_and_by_choice(
    point: Point, lan: Volunteer, nam: Volunteer
) -> None:
    bring(point, ics(event(rest="SUMMARY:Ca sáng: Lan và Trần Văn Nam")))
    assert planned(point) == ["23/11 08:00-11:00 Lan", "23/11 08:00-11:00 Nam"]
    bring(point, ics(event("b", "20261124T080000", "20261124T110000",
                           "SUMMARY:Họp\nATTENDEE;CN=nam:mailto:nam@example.vn")))  # fmt: skip
    bring(point, ics(event("c", "20261125T080000", "20261125T110000", "SUMMARY:gì cũng được")),
          nam.id)  # fmt: skip
    assert planned(point)[2:] == ["24/11 08:00-11:00 Nam", "25/11 08:00-11:00 Nam"]


def test_who_is_planned_then_already_is_told_and_left_alone(point: Point, lan: Volunteer) -> None:
    duty.plan(point, Wanted(lan.id, MONDAY, time(9), time(10)), lan.id)
    done = bring(point, ics(event()))
    assert (done.overlapping, done.added) == (1, 0)
    assert planned(point) == ["23/11 09:00-10:00 Lan"]


def test_whole_days_are_no_shifts(point: Point, lan: Volunteer) -> None:
    birthday = "UID:z\nDTSTART;VALUE=DATE:20261123\nDTEND;VALUE=DATE:20261124\nSUMMARY:Lan"
    assert bring(point, ics(birthday, event())).without_hours == 1


BOMB = "SUMMARY:Lan\nRRULE:FREQ={}"
ZONE_BOMB = (
    b"BEGIN:VTIMEZONE\r\nTZID:Bomb\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    b"RRULE:FREQ=SECONDLY\r\nTZOFFSETFROM:+0700\r\nTZOFFSETTO:+0700\r\nEND:STANDARD\r\n"
    b"END:VTIMEZONE\r\n"
)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", Wrong.UNREADABLE),
        (b"%PDF-1.7 no calendar", Wrong.UNREADABLE),
        (b"\xff\xfe\x00B", Wrong.UNREADABLE),
        (ics().replace(b"END:VCALENDAR", b""), Wrong.UNREADABLE),
        (ics(), Wrong.EMPTY),
        (ics(event(start="soon")), Wrong.UNREADABLE),
        (ics("UID:a\nDTSTART:99999999T999999Z\nDTEND:1"), Wrong.UNREADABLE),
        (ics(event(zone=";TZID=Mars/Olympus")), Wrong.ZONE),
        (ics(event(rest="SUMMARY:Người lạ")), Wrong.STRANGERS),
        (ics(event(rest="DESCRIPTION:ai đó")), Wrong.STRANGERS),
        (ics(event(rest=BOMB.format("SECONDLY"))), Wrong.RULE),
        (ics(event(rest=BOMB.format("HOURLY;COUNT=9"))), Wrong.RULE),
        (ics(event(rest=BOMB.format("DAILY;BYHOUR=1,2,3,4,5,6,7,8,9;BYMINUTE=1,2,3"))), Wrong.RULE),
        (ics(event(rest=BOMB.format("DAILY;BYMONTH=2;BYMONTHDAY=30"))), Wrong.RULE),
        (ics(event(rest=BOMB.format("DAILY;INTERVAL=0"))), Wrong.RULE),
        (ics(event(rest=BOMB.format("DAILY;COUNT=1000000"), start="19000101T080000",
                   end="19000101T090000")), Wrong.RULE),
        (ics(*(event(str(n)) for n in range(500))), Wrong.TOO_LARGE),
        (ics(*(event(str(n), rest=BOMB.format("DAILY")) for n in range(59))), Wrong.TOO_LARGE),
        (ics(*(event(str(n), rest=BOMB.format("MONTHLY;BYMONTH=2;BYMONTHDAY=31"))
               for n in range(60))), Wrong.TOO_LARGE),
        (b"BEGIN:VCALENDAR\r\n" * 9 + b"X" * 300_000, Wrong.TOO_LARGE),
        (b"BEGIN:VEVENT\r\n" * 401, Wrong.TOO_LARGE),
    ],
)  # fmt: skip
def test_a_bad_file_says_what_is_wrong_and_changes_nothing(
    point: Point, lan: Volunteer, data: bytes, told: Wrong
) -> None:
    bring(point, ics(event("kept", "20261201T080000", "20261201T090000")))
    began = clock_of_the_machine.process_time()
    with pytest.raises(CalendarRefused) as refused:
        bring(point, data)
    assert refused.value.why is told
    assert clock_of_the_machine.process_time() - began < 15  # a bomb would take hours
    assert planned(point) == ["01/12 08:00-09:00 Lan"]


def test_a_zone_that_changes_every_second_is_never_laid_out(point: Point, lan: Volunteer) -> None:
    data = ics(event()).replace(b"BEGIN:VEVENT", ZONE_BOMB + b"BEGIN:VEVENT")
    assert bring(point, data).added == 1


def test_a_link_opens_the_roster_for_whoever_holds_it(
    point: Point, lan: Volunteer, nam: Volunteer, stranger: Browser
) -> None:
    for who in (lan, nam):
        duty.plan(point, Wanted(who.id, MONDAY, time(8), time(11)), lan.id)
    mine = calendars.new_link(point, lan.id, lan.id)
    whole = calendars.new_link(point, EVERYBODY, lan.id)
    answer = stranger.get(f"/calendar/{mine}.ics")
    assert answer.mimetype == "text/calendar"
    assert (answer.text.count("BEGIN:VEVENT"), "Nam" in answer.text) == (1, False)
    assert stranger.get(f"/calendar/{whole}.ics").text.count("BEGIN:VEVENT") == 2
    assert stranger.get("/calendar/guess.ics").status_code == 404
    assert "Set-Cookie" not in answer.headers
    again = calendars.new_link(point, lan.id, lan.id)
    assert stranger.get(f"/calendar/{mine}.ics").status_code == 404
    calendars.end_link(point, lan.id, lan.id)
    assert stranger.get(f"/calendar/{again}.ics").status_code == 404


def test_a_calendar_hears_of_what_was_cancelled(
    point: Point, lan: Volunteer, stranger: Browser
) -> None:
    number = duty.plan(point, Wanted(lan.id, MONDAY, time(8), time(11)), lan.id)[0]
    whole = calendars.new_link(point, EVERYBODY, lan.id)
    duty.cancel(point, number, 0, lan.id)
    told = stranger.get(f"/calendar/{whole}.ics").text
    assert "STATUS:CANCELLED" in told
    assert "SEQUENCE:1" in told


def test_the_store_never_holds_the_secret_of_a_link(point: Point, lan: Volunteer) -> None:
    token = calendars.new_link(point, lan.id, lan.id)
    with point.database.reading() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        assert token not in "\n".join(raw.iterdump())
