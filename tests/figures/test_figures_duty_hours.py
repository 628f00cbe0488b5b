"""Planned and real hours of volunteers, beside a count minute by minute that shares nothing."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.core.point.roster import Duty, RosterRefused
from appliance.desk import served
from appliance.desk.point import Point
from appliance.desk.running import duty, duty_hours
from appliance.desk.running.duty import Wanted
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.figures.test_figures_once import box, migrated
from tests.point.conftest import PIN, TellingClock
from tests.quickly import LIGHT_PIN

__all__ = ["migrated"]
MINUTE = timedelta(minutes=1)
LONG_AWAY = 45  # minutes without a sign: somebody went home
HALL = "Nhà văn hóa"
Told = Counter[tuple[str, ...]]  # month, name, place and what it counts

WHO, QUARTER = st.integers(0, 1), st.integers(0, 88)
DEEDS = st.one_of(
    st.tuples(st.just("plan"), WHO, st.integers(0, 20), QUARTER, st.integers(1, 7), st.booleans()),
    st.tuples(st.just("cancel"), st.integers(0, 5)),
    st.tuples(st.just("give"), st.integers(0, 5), WHO),
    st.tuples(st.just("move"), st.integers(0, 5), st.booleans()),
    st.tuples(st.just("sign"), WHO, st.integers(0, 100)),
    st.tuples(st.just("sign"), WHO, st.integers(0, 44)),
    st.tuples(st.just("carry"), st.booleans()),
    st.tuples(st.just("wait"), st.integers(0, 9000)),
)


@dataclass
class Diary:
    """What two volunteers did, in a notebook."""

    point: Point
    clock: TellingClock
    people: list[Volunteer]
    hall: str
    planned: dict[int, tuple[str, str, datetime, datetime]] = field(default_factory=dict)
    signs: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)

    def plan(self, who: int, days: int, quarter: int, quarters: int, there: bool) -> None:
        day, lan = self.point.today() + timedelta(days=days), self.people[who]
        begins = datetime.combine(day, time(quarter // 4, quarter % 4 * 15), self.point.zone)
        ends = begins + timedelta(minutes=15 * quarters)
        place = self.hall if there else ""
        wanted = Wanted(lan.id, day, begins.time(), ends.time(), 1, place)
        with suppress(RosterRefused):  # is over, or sits there already
            (number,) = duty.plan(self.point, wanted, lan.id)
            self.planned[number] = lan.name, HALL if there else "", begins, ends

    def cancel(self, which: int) -> None:
        if (seen := self._seen(which)) is not None:
            duty.cancel(self.point, seen.id, seen.sequence, 1)
            del self.planned[seen.id]

    def give(self, which: int, to: int) -> None:
        if (seen := self._seen(which)) is not None:
            with suppress(RosterRefused):
                duty.give(self.point, seen.id, seen.sequence, self.people[to].id, 1)
                self.planned[seen.id] = self.people[to].name, *self.planned[seen.id][1:]

    def move(self, which: int, there: bool) -> None:
        if (seen := self._seen(which)) is not None:
            with suppress(RosterRefused):
                duty.move(self.point, seen.id, seen.sequence, self.hall if there else "", 1)
                name, _, *span = self.planned[seen.id]
                self.planned[seen.id] = name, HALL if there else "", *span

    def sign(self, who: int, minutes: int) -> None:
        self.wait(minutes)
        duty_hours.note_here(self.point, self.people[who].id)
        where = served.here_now(self.point).name
        signs = self.signs.setdefault(self.people[who].name, [])
        signs.append((self.clock(), where if where == HALL else ""))

    def carry(self, there: bool) -> None:
        assert served.move(self.point, self.hall if there else served.own(self.point).key)

    def wait(self, minutes: int) -> None:
        self.clock.pass_by(minutes=minutes)

    def counted(self) -> Told:
        """Each minute for the month of the wall calendar in which it lies."""
        told: Told = Counter()
        for name, place, begins, ends in self.planned.values():
            told[self._month(begins), name, place, "shifts"] += 1
            self._minutes(told, (name, place, "planned"), begins, ends)
        for name, signs in self.signs.items():
            for (before, was), (now, at) in pairwise(signs):
                if was == at and now - before < timedelta(minutes=LONG_AWAY):
                    self._minutes(told, (name, at, "there"), before, now)
        return +told

    def _minutes(self, told: Told, key: tuple[str, ...], begins: datetime, ends: datetime) -> None:
        while begins < ends:
            told[self._month(begins), *key] += 1
            begins += MINUTE

    def _month(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.point.zone):%Y-%m}"

    def _seen(self, which: int) -> Duty | None:
        """One that is not over."""
        today = self.point.today()
        ahead = duty.planned_between(self.point, today, today + timedelta(days=40))
        ahead = [one for one in ahead if one.ends_at > self.clock()]
        return ahead[which] if which < len(ahead) else None


def reported(point: Point, first: datetime) -> Told:
    """What the page of hours says, month after month."""
    told: Told = Counter()
    for later in range(12):
        year, month = first.year + (first.month - 1 + later) // 12, (first.month - 1 + later) % 12
        for one in duty_hours.month_of(point, year, month + 1):
            key = f"{year}-{month + 1:02}", one.name, one.place
            told[*key, "shifts"] += one.shifts
            told[*key, "planned"] += one.planned // MINUTE
            told[*key, "there"] += one.there // MINUTE
    return +told


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(DEEDS, max_size=25))
def test_hours_of_volunteers_are_those_of_an_independent_count(
    tmp_path: Path, migrated: Path, deeds: list[tuple[object, ...]]
) -> None:
    with box(tmp_path / "box", migrated) as (point, clock, _):
        with point.database.writing() as connection:
            people = [
                add_volunteer(connection, name, PIN, Role.VOLUNTEER, clock(), LIGHT_PIN)
                for name in ("Hoa", "Nam")
            ]
        hall = served.add(point, HALL)
        assert hall is not None
        diary, first = Diary(point, clock, people, hall.key), clock()
        for name, *how in deeds:
            getattr(diary, str(name))(*how)
        assert reported(point, first) == diary.counted()
