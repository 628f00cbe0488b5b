"""What lies close together and must not run into each other: days, months, desks, places."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from appliance.core.point.queue import MOST_NUMBERS
from appliance.core.point.visits import Face, Purpose
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import figures, queue, visits
from appliance.store.people.volunteers import Volunteer
from appliance.store.point import queue as rows
from appliance.store.point.queue import Line
from tests.duty.conftest import somebody
from tests.station_page.conftest import Clock

LAST_OF_NOVEMBER = datetime(2026, 11, 30, 16, 55, tzinfo=UTC)  # five to midnight in Việt Nam


def test_an_answer_after_midnight_counts_in_the_month_of_its_visit(
    point: Point, clock: Clock
) -> None:
    clock.now = LAST_OF_NOVEMBER
    token = visits.let_answer(point, visits.touch(point, Purpose.POST))
    assert token is not None
    clock.pass_by(minutes=10)
    assert point.today().month == 12
    assert visits.answer(point, token, Face.GLAD)
    (month,) = figures.months(point, "2026-01", "2026-12")
    assert (month.month, month.faces) == ("2026-11", {Face.GLAD: 1})


def test_a_code_that_lay_about_for_a_quarter_of_an_hour_lets_no_answer_in(
    point: Point, clock: Clock
) -> None:
    token = visits.let_answer(point, visits.touch(point, Purpose.POST))
    assert token is not None
    clock.pass_by(minutes=14)
    assert visits.may_answer(point, token)
    clock.pass_by(minutes=1)
    assert not visits.may_answer(point, token)
    assert not visits.answer(point, token, Face.SAD)
    (month,) = figures.months(point, "2026-11", "2026-11")
    assert month.faces == {}


def test_only_a_touch_of_today_whose_visitor_said_nothing_is_taken_back(
    point: Point, clock: Clock
) -> None:
    yesterday = visits.touch(point, Purpose.POST)
    clock.pass_by(days=1)
    assert not visits.undo(point, yesterday)
    answered = visits.touch(point, Purpose.POST)
    token = visits.let_answer(point, answered)
    assert token is not None
    assert visits.answer(point, token, Face.GLAD)
    assert not visits.undo(point, answered)
    (month,) = figures.months(point, "2026-11", "2026-11")
    assert month.visits == {Purpose.POST: 2}


def test_two_volunteers_call_without_ending_each_other_s_visitor(
    point: Point, lan: Volunteer
) -> None:
    nam = somebody(point, "Trần Văn Nam")
    for _ in range(3):
        queue.give(point)
    assert (queue.call_next(point, lan.id), queue.call_next(point, nam.id)) == (1, 2)
    assert set(queue.now(point).called) == {1, 2}
    assert queue.call_next(point, lan.id) == 3
    assert set(queue.now(point).called) == {2, 3}
    assert queue.call_next(point, nam.id) is None


def test_after_the_last_number_of_a_day_there_is_none_until_tomorrow(
    point: Point, clock: Clock
) -> None:
    with point.database.writing() as connection:
        line = Line(point.today().isoformat(), served.key_now(point, connection))
        for _ in range(MOST_NUMBERS - 1):
            rows.give(connection, line, point.clock())
    assert queue.give(point) == MOST_NUMBERS
    assert queue.give(point) is None
    clock.pass_by(days=1)
    assert queue.give(point) == 1


@pytest.mark.parametrize("name", ["TH 0001", "th-0001", "Th 0001"])
def test_no_place_may_be_called_as_the_point_itself(point: Point, name: str) -> None:
    assert served.own(point).key == "TH-0001"
    assert served.add(point, name) is None
    assert [one.key for one in served.offered(point)] == ["TH-0001"]
