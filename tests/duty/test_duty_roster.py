"""Who comes when: planned, given away, exchanged, cancelled; and what the door says of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.point.hours import Shift
from appliance.core.point.roster import Duty, RosterRefused, Why, called_by_visitors, told_on
from appliance.desk.people import people
from appliance.desk.point import Point
from appliance.desk.running import duty
from appliance.desk.running.duty import Wanted
from appliance.store.people.volunteers import Volunteer
from tests.duty.conftest import somebody
from tests.station_page.conftest import Clock

MONDAY = date(2026, 11, 23)


def plan(point: Point, who: Volunteer, day: date, begins: int, ends: int, **rest: object) -> int:
    wanted = Wanted(who.id, day, time(begins), time(ends), **rest)  # type: ignore[arg-type]
    return duty.plan(point, wanted, who.id)[0]


def why(refused: pytest.ExceptionInfo[RosterRefused]) -> Why:
    return refused.value.why


def door(point: Point, day: date) -> list[str]:
    return [
        f"{one.opens:%H:%M}-{one.closes:%H:%M} {one.on_duty}".strip()
        for one in duty.hours_on(point)(day)
    ]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Nguyễn Thị Lan", "Lan"),
        ("bà Tư", "bà Tư"),
        ("Lan", "Lan"),
        ("Anh Nam", "Anh Nam"),
        ("  Lê  Hồng  Phúc ", "Phúc"),
    ],
)
def test_visitors_call_a_volunteer_by_the_given_name(name: str, called: str) -> None:
    assert called_by_visitors(name) == called


def test_the_door_tells_who_really_comes(point: Point, lan: Volunteer, nam: Volunteer) -> None:
    assert door(point, MONDAY) == ["08:00-11:00 chị Lan", "14:00-16:30 anh Nam"]
    plan(point, nam, MONDAY, 8, 11)
    assert door(point, MONDAY) == ["08:00-11:00 Nam", "14:00-16:30 anh Nam"]
    plan(point, lan, MONDAY, 10, 12)
    assert door(point, MONDAY) == [
        "08:00-10:00 Nam", "10:00-11:00 Nam, Lan", "11:00-12:00 Lan", "14:00-16:30 anh Nam",
    ]  # fmt: skip


def test_an_evening_outside_the_week_is_open_too(point: Point, lan: Volunteer) -> None:
    assert door(point, MONDAY + timedelta(days=1)) == []
    plan(point, lan, MONDAY + timedelta(days=1), 18, 20)
    assert door(point, MONDAY + timedelta(days=1)) == ["18:00-20:00 Lan"]


def test_half_a_stretch_without_anybody_names_nobody(point: Point, lan: Volunteer) -> None:
    plan(point, lan, MONDAY, 8, 9)
    assert door(point, MONDAY)[:2] == ["08:00-09:00 Lan", "09:00-11:00"]


def test_a_whole_season_is_planned_at_once_or_not_at_all(point: Point, lan: Volunteer) -> None:
    plan(point, lan, MONDAY + timedelta(weeks=3), 9, 10)
    with pytest.raises(RosterRefused) as refused:
        plan(point, lan, MONDAY, 8, 11, weeks=8)
    assert why(refused) is Why.OVERLAPS
    assert len(duty.planned_between(point, MONDAY, MONDAY + timedelta(weeks=10))) == 1
    plan(point, lan, MONDAY + timedelta(days=1), 8, 11, weeks=8)
    assert len(duty.planned_between(point, MONDAY, MONDAY + timedelta(weeks=10))) == 9


@pytest.mark.parametrize(
    ("day", "begins", "ends", "told"),
    [
        (MONDAY, 11, 8, Why.TIMES),
        (MONDAY, 8, 8, Why.TIMES),
        (MONDAY, 6, 21, Why.TOO_LONG),
        (MONDAY - timedelta(days=2), 8, 11, Why.PAST),
        (date(2027, 11, 23), 8, 11, Why.TOO_FAR),
    ],
)
def test_hours_that_nobody_can_keep_are_refused(
    point: Point, lan: Volunteer, day: date, begins: int, ends: int, told: Why
) -> None:
    with pytest.raises(RosterRefused) as refused:
        plan(point, lan, day, begins, ends)
    assert why(refused) is told


def test_nobody_is_planned_who_is_not_here(point: Point, lan: Volunteer, nam: Volunteer) -> None:
    number = plan(point, nam, MONDAY, 8, 11)
    people.let_go_home(point, nam.id, lan.id)
    assert door(point, MONDAY)[0] == "08:00-11:00 chị Lan"
    with pytest.raises(RosterRefused):
        duty.give(point, number, 0, lan.id, lan.id)
    with pytest.raises(RosterRefused) as refused:
        plan(point, nam, MONDAY, 14, 16)
    assert why(refused) is Why.NOBODY


def test_somebody_else_comes_instead(point: Point, lan: Volunteer, nam: Volunteer) -> None:
    number = plan(point, lan, MONDAY, 8, 11)
    duty.give(point, number, 0, nam.id, lan.id)
    assert door(point, MONDAY)[0] == "08:00-11:00 Nam"
    with pytest.raises(RosterRefused) as refused:
        duty.give(point, number, 0, lan.id, lan.id)  # as another screen still shows it
    assert why(refused) is Why.GONE


def test_two_exchange_their_shifts_or_neither(point: Point, lan: Volunteer, nam: Volunteer) -> None:
    mine = plan(point, lan, MONDAY, 8, 11)
    theirs = plan(point, nam, MONDAY, 14, 16)
    duty.exchange(point, mine, theirs, lan.id)
    assert door(point, MONDAY) == ["08:00-11:00 Nam", "14:00-16:00 Lan", "16:00-16:30"]
    plan(point, lan, MONDAY + timedelta(days=1), 8, 11)
    later = plan(point, nam, MONDAY + timedelta(days=1), 9, 10)
    with pytest.raises(RosterRefused) as refused:  # Lan sits there already
        duty.exchange(point, later, theirs, lan.id)
    assert why(refused) is Why.OVERLAPS
    assert door(point, MONDAY)[1] == "14:00-16:00 Lan"


def test_shifts_that_overlap_each_other_are_exchanged_too(
    point: Point, lan: Volunteer, nam: Volunteer
) -> None:
    mine, theirs = plan(point, lan, MONDAY, 8, 11), plan(point, nam, MONDAY, 9, 12)
    duty.exchange(point, mine, theirs, lan.id)
    there = duty.planned_between(point, MONDAY, MONDAY + timedelta(days=1))
    assert {(one.id, one.volunteer_id) for one in there} == {(mine, nam.id), (theirs, lan.id)}


def test_a_cancelled_shift_is_nobodys_and_cannot_be_cancelled_twice(
    point: Point, lan: Volunteer
) -> None:
    number = plan(point, lan, MONDAY, 8, 11)
    duty.cancel(point, number, 0, lan.id)
    assert door(point, MONDAY)[0] == "08:00-11:00 chị Lan"
    with pytest.raises(RosterRefused):
        duty.cancel(point, number, 0, lan.id)


def test_what_is_over_changes_no_more(point: Point, lan: Volunteer, clock: Clock) -> None:
    number = plan(point, lan, MONDAY, 8, 11)
    clock.pass_by(days=2)
    with pytest.raises(RosterRefused) as refused:
        duty.cancel(point, number, 0, lan.id)
    assert why(refused) is Why.PAST


def test_a_volunteer_says_how_visitors_call_them(point: Point, lan: Volunteer) -> None:
    plan(point, lan, MONDAY, 8, 11)
    duty.call(point, lan.id, "  cô   Lan ")
    assert door(point, MONDAY)[0] == "08:00-11:00 cô Lan"
    duty.call(point, lan.id, "")
    assert door(point, MONDAY)[0] == "08:00-11:00 Lan"


def test_a_dozen_volunteers_at_once_is_a_list_not_an_error(point: Point) -> None:
    for number in range(12):
        plan(point, somebody(point, f"Người {number:03}"), MONDAY, 8, 11)
    (told, *_) = duty.hours_on(point)(MONDAY)
    assert told.on_duty.count(",") == 11


def on_monday(hour: int) -> datetime:
    return datetime(2026, 11, 23, hour, tzinfo=UTC)


NAMES, HOURS_OF_DAY = st.sampled_from("ABC"), st.integers(6, 21)


@given(
    weekly=st.lists(st.tuples(HOURS_OF_DAY, st.integers(1, 3)), max_size=3),
    planned=st.lists(
        st.tuples(HOURS_OF_DAY, st.integers(1, 4), st.sampled_from("ABC")), max_size=5
    ),
)
def test_the_door_is_open_exactly_when_the_week_or_the_roster_says_so(
    weekly: list[tuple[int, int]], planned: list[tuple[int, int, str]]
) -> None:
    week, at = [], 0
    for begins, length in sorted(weekly):
        if begins >= at and begins + length <= 24:
            week.append(Shift(time(begins), time(min(begins + length, 23)), "Tuần"))
            at = begins + length
    week = [one for one in week if one.closes > one.opens]
    there = [
        Duty(n, n, on_monday(begins), on_monday(min(begins + hours, 23)), called=name)
        for n, (begins, hours, name) in enumerate(planned)
    ]
    told = told_on(MONDAY, week, there)
    assert all(a.closes <= b.opens for a, b in pairwise(told))
    for hour in range(24):
        moment = time(hour, 30)
        open_now = [one for one in told if one.opens <= moment < one.closes]
        comes = {d.called for d in there if d.begins_at.time() <= moment < d.ends_at.time()}
        in_week = any(one.opens <= moment < one.closes for one in week)
        assert bool(open_now) == bool(comes or in_week)
        if comes:
            assert set(open_now[0].on_duty.split(", ")) == comes
