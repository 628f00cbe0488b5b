"""A database that comes back from an older copy forgets no booked visit, place, shift or number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from appliance.config import Config
from appliance.core.point.appointment import AppointmentRefused, Details, Kind, State
from appliance.core.point.roster import Duty, Takes
from appliance.desk import served
from appliance.desk.keeping import restoring
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.desk.running import appointments, calendars, duty, queue
from appliance.desk.running.appointments import Booked, Wanted
from appliance.desk.shifts import handing_over
from appliance.services import upkeep
from appliance.store.people.volunteers import Volunteer
from appliance.store.point.duty import EVERYBODY
from tests.duty.conftest import somebody
from tests.point.conftest import PIN, TellingClock
from tests.restoring.conftest import fall, hurt_header, start_again

MONDAY = date(2026, 11, 23)
DETAILS = Details("Bà Tám Thử Nghiệm", "0900 000 123", "12 ngõ Mẫu, thôn Đông", "khai tử cho ông")


def at(point: Point, hour: int) -> datetime:
    return datetime.combine(MONDAY, time(hour), tzinfo=point.zone)


def book(point: Point, hour: int, by: int | None = None) -> Booked:
    wanted = Wanted(Kind.HOME, at(point, hour), DETAILS, consent=True)
    return appointments.book(point, wanted, address="10.0.0.7", by=by)


@dataclass
class Box:
    """A box whose card loses things: *copied* is where every older copy stands."""

    point: Point
    config: Config
    clock: TellingClock
    found: int = 0

    def copied(self) -> None:
        restoring.make_copy(self.point)

    def spoiled(self, hurt: Callable[[Path], None] | None = hurt_header) -> Point:
        """Its database is spoiled while it is switched off; then it is switched on."""
        fall(self.point)
        if hurt is not None:
            hurt(self.point.database.path)
        for key in (self.config.paths.runtime / "desk-keys").glob("*"):
            key.unlink()  # a tmpfs is empty after a power cut
        self.point, done = start_again(self.config, self.clock)
        desk_keys.begin(self.point)  # as the station starts
        self.found = done.found_again
        return self.point


@pytest.fixture
def box(point: Point, config: Config, clock: TellingClock, helper: Volunteer) -> Iterator[Box]:
    desk_keys.sign_in(point, helper.name, PIN)  # who signed in once can open bookings later
    duty.plan(point, duty.Wanted(helper.id, MONDAY, time(17), time(21), takes=Takes.HOME), 1)
    upkeep.run(point)
    box = Box(point, config, clock)
    box.copied()
    yield box
    box.point.database.close()


def test_a_booked_visit_is_there_once_and_the_pin_opens_it(box: Box, helper: Volunteer) -> None:
    earlier = book(box.point, 17)
    box.copied()
    booked = book(box.point, 18)
    again = box.spoiled()
    listed = appointments.listed(again, at(again, 0), at(again, 23))
    assert [one.id for one, _ in listed] == [earlier.appointment.id, booked.appointment.id]
    assert [who for _, who in listed] == [None, None]
    desk_keys.sign_in(again, helper.name, PIN)
    assert appointments.one(again, booked.appointment.id)[1] == DETAILS
    found = appointments.of_slip(again, booked.appointment.number, booked.secret, None)
    assert (found.begins_at, found.state) == (at(again, 18), State.ASKED)
    assert at(again, 18) not in {one.begins_at for one in appointments.free_slots(again)}
    assert book(again, 19).appointment.id == booked.appointment.id + 1


def test_it_stands_as_it_was_last_moved_and_settled(box: Box, helper: Volunteer) -> None:
    first, second, third = (book(box.point, hour).appointment.id for hour in (17, 18, 19))
    box.copied()
    appointments.settle(box.point, first, State.CONFIRMED, helper.id)
    appointments.move(box.point, second, at(box.point, 20), helper.id)
    appointments.settle(box.point, third, State.REFUSED, helper.id)
    again = box.spoiled()
    stand = [appointments.one(again, number)[0] for number in (first, second, third)]
    assert [one.state for one in stand] == [State.CONFIRMED, State.CONFIRMED, State.REFUSED]
    assert (stand[1].begins_at, stand[1].moves) == (at(again, 20), 1)
    with pytest.raises(AppointmentRefused):
        appointments.settle(again, third, State.CONFIRMED, helper.id)


@pytest.mark.parametrize("copy_holds_it", [True, False])
def test_what_was_erased_does_not_come_back(
    box: Box, helper: Volunteer, copy_holds_it: bool
) -> None:
    booked = book(box.point, 18)
    if copy_holds_it:
        box.copied()
    appointments.call_off(box.point, booked.appointment.number, booked.secret, None)
    again = box.spoiled()
    desk_keys.sign_in(again, helper.name, PIN)
    found, details = appointments.one(again, booked.appointment.id)
    assert (found.state, found.is_kept, details) == (State.CANCELLED, False, None)
    assert booked.appointment.desk_key not in again.vault.known()
    assert at(again, 18) in {one.begins_at for one in appointments.free_slots(again)}


def test_who_the_bag_forgot_on_return_is_not_in_an_older_copy_either(box: Box) -> None:
    """It was neither called off nor settled: only that it is erased tells of it."""
    booked = book(box.point, 18)
    box.copied()
    box.copied()  # both hold it, and its own line is dropped
    appointments.erase(box.point, [booked.appointment])
    found, _ = appointments.one(box.spoiled(), booked.appointment.id)
    assert (found.state, found.is_kept) == (State.ASKED, False)


def test_who_it_was_stays_erased_though_its_last_line_got_lost(box: Box) -> None:
    """The key went with it: what no key opens is not brought back."""
    booked = book(box.point, 18)
    appointments.erase(box.point, [booked.appointment])
    newest = max((box.config.paths.state / "diary").glob("*.jsonl"))
    lines = newest.read_bytes().rsplit(b"\n", 2)
    assert b"bookings-gone" in lines[1]
    newest.write_bytes(lines[0] + b"\n")
    found, _ = appointments.one(box.spoiled(), booked.appointment.id)
    assert not found.is_kept


def test_a_card_that_goes_back_an_hour_without_damage_keeps_the_visit(
    box: Box, helper: Volunteer
) -> None:
    fall(box.point)
    an_hour_ago = box.point.database.path.read_bytes()
    booked = book(box.point, 18)
    again = box.spoiled(lambda path: path.write_bytes(an_hour_ago) and None)
    desk_keys.sign_in(again, helper.name, PIN)
    assert appointments.one(again, booked.appointment.id)[1] == DETAILS


def test_switching_off_and_on_finds_nothing_to_bring_back(box: Box, helper: Volunteer) -> None:
    point = box.point
    first = book(point, 18)
    appointments.move(point, book(point, 19).appointment.id, at(point, 20), helper.id)
    appointments.call_off(point, first.appointment.number, first.secret, None)
    served.add(point, "Nhà văn hóa thôn Đông")
    served.move(point, "nha-van-hoa-thon-dong")
    queue.call_next(point, helper.id) if queue.give(point) else None
    handing_over.take(point, handing_over.give(point, helper.id, "hết giấy"), helper.id)
    calendars.new_link(point, EVERYBODY, helper.id)
    before = tables_of(point)
    box.spoiled(hurt=None)
    assert (box.found, tables_of(box.point)) == (0, before)
    box.spoiled()
    assert box.found > 0
    box.spoiled(hurt=None)
    assert box.found == 0


def tables_of(point: Point) -> list[object]:
    with point.database.reading() as connection:
        return [
            connection.exec_driver_sql(f"SELECT * FROM {name} ORDER BY 1").all()
            for name in ("appointment", "place", "shift", "handover", "queue_number")
        ]


def test_places_and_where_the_box_stands_survive(box: Box) -> None:
    for name in ("Nhà văn hóa thôn Đông", "Chợ Mẫu"):
        served.add(box.point, name)
    box.copied()
    served.add(box.point, "Trường Mẫu")
    served.close(box.point, "cho-mau")
    served.move(box.point, "truong-mau")
    before = served.offered(box.point)
    again = box.spoiled()
    assert served.offered(again) == before
    assert served.here_now(again).name == "Trường Mẫu"
    assert "cho-mau" in served.names(again)
    served.move(again, served.own(again).key)
    assert served.here_now(box.spoiled()) == served.own(again)


def test_the_roster_stands_as_people_left_it(box: Box, helper: Volunteer) -> None:
    nam = somebody(box.point, "Trần Văn Nam")
    box.copied()
    kept, given, gone = duty.plan(
        box.point, duty.Wanted(helper.id, MONDAY + timedelta(days=1), time(8), time(11), 3), 1
    )
    duty.give(box.point, given, 0, nam.id, helper.id)
    duty.cancel(box.point, gone, 0, helper.id)
    duty.call(box.point, nam.id, "anh Nam")
    before = planned(box.point)
    assert {one.id for one in before} >= {kept, given}
    again = box.spoiled()
    assert planned(again) == before
    assert {one.called for one in planned(again)} >= {"anh Nam"}
    assert duty.plan(
        again, duty.Wanted(nam.id, MONDAY, time(8), time(9)), helper.id
    ) == [gone + 1]  # fmt: skip


def planned(point: Point) -> list[Duty]:
    return duty.planned_between(point, MONDAY, MONDAY + timedelta(days=40))


def test_no_queue_number_is_given_twice_and_none_called_twice(box: Box, helper: Volunteer) -> None:
    assert [queue.give(box.point) for _ in range(2)] == [1, 2]
    box.copied()
    assert [queue.give(box.point) for _ in range(2)] == [3, 4]
    assert queue.call_next(box.point, helper.id) == 1
    again = box.spoiled()
    assert queue.give(again) == 5
    assert queue.call_next(again, helper.id) == 2
    assert queue.now(again).absent == (1,)
    box.clock.pass_by(days=1)
    assert queue.now(box.spoiled()).given == 0  # tomorrow nobody waits with them


def test_a_number_that_was_taken_back_stays_so_and_whoever_got_it_next_keeps_it(box: Box) -> None:
    point = box.point
    assert [queue.give(point) for _ in range(3)] == [1, 2, 3]
    box.copied()
    assert queue.take_back(point, 2, on_paper=False)  # nobody's for good: 3 was given
    assert queue.take_back(point, 3, on_paper=False)
    box.clock.pass_by(seconds=5)
    assert [queue.give(point) for _ in range(2)] == [3, 4]
    assert queue.take_back(point, 4, on_paper=False)
    before = queue.now(point)
    assert (before.waiting, before.given) == ((1, 3), 3)
    box.spoiled(hurt=None)
    assert (box.found, queue.now(box.point)) == (0, before)
    assert queue.now(box.spoiled()) == before
    assert queue.give(box.point) == 4


def test_a_note_to_the_next_shift_and_an_ended_calendar_link_stay_so(
    box: Box, helper: Volunteer
) -> None:
    open_link = calendars.new_link(box.point, EVERYBODY, helper.id)
    box.copied()
    calendars.end_link(box.point, EVERYBODY, helper.id)
    newer = calendars.new_link(box.point, helper.id, helper.id)
    number = handing_over.give(box.point, helper.id, "máy in hết giấy")
    again = box.spoiled()
    assert calendars.behind(again, open_link, "t", "{name}") is None
    assert calendars.behind(again, newer, "t", "{name}") is not None
    note = handing_over.look(again).waiting_note
    assert note is not None
    assert (note.id, note.note) == (number, "máy in hết giấy")
    handing_over.take(again, number, helper.id)
    assert handing_over.look(box.spoiled()).waiting_note is None
