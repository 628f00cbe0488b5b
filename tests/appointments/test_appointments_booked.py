"""A time is booked once, by whoever was first; who it is lies sealed and goes in time."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from appliance.core.point.appointment import AppointmentRefused, Kind, State, Why
from appliance.desk import trail
from appliance.desk.people import desk_keys
from appliance.desk.point import Point, open_point
from appliance.desk.running import appointments, duty
from appliance.desk.running.appointments import Wanted, free_slots
from appliance.services import upkeep
from appliance.store.dossier import owners
from appliance.store.people.volunteers import Volunteer
from tests.appointments.conftest import DETAILS, MARKS, MONDAY, at, book, wanted_at
from tests.duty.conftest import somebody
from tests.station_page.conftest import PIN, Clock

pytestmark = pytest.mark.usefixtures("evening")


def refused(point: Point, wanted: Wanted, phone: str = "10.0.0.7", **rest: int) -> Why:
    with pytest.raises(AppointmentRefused) as told:
        appointments.book(point, wanted, address=phone, **rest)
    return told.value.why


def raw_state(point: Point) -> bytes:
    """Everything on the card, byte by byte."""
    files = (path for path in point.config.paths.state.rglob("*") if path.is_file())
    return b"".join(path.read_bytes() for path in files)


def test_only_shifts_that_take_bookings_are_offered(point: Point) -> None:
    found = free_slots(point)
    assert [one.kind for one in found] == [Kind.HOME] * 4 + [Kind.POINT] * 6
    assert found[0].begins_at == at(point, 18)


def test_a_booked_time_is_offered_no_more_until_it_is_called_off(point: Point) -> None:
    booked = book(point, 18, 30)
    assert refused(point, wanted_at(point, 18, 30)) is Why.TAKEN
    assert at(point, 18, 30) not in {one.begins_at for one in free_slots(point)}
    appointments.call_off(point, booked.appointment.number, booked.secret, None)
    assert at(point, 18, 30) in {one.begins_at for one in free_slots(point)}


def test_two_volunteers_make_room_for_two(point: Point, nam: Volunteer) -> None:
    from datetime import time

    from appliance.core.point.roster import Takes

    duty.plan(point, duty.Wanted(nam.id, MONDAY, time(18), time(19), takes=Takes.HOME), nam.id)
    book(point, 18, phone="10.0.0.8")
    book(point, 18)
    assert refused(point, wanted_at(point, 18)) is Why.TAKEN


def test_of_many_phones_at_once_one_gets_the_time(point: Point) -> None:
    won, lost = [], []

    def ask(number: int) -> None:
        try:
            won.append(book(point, 19, phone=f"10.0.0.{number}"))
        except AppointmentRefused as told:
            lost.append(told.why)

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for one in asking:
        one.start()
    for one in asking:
        one.join(60)
    assert (len(won), set(lost), len(lost)) == (1, {Why.TAKEN}, 7)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": "  "}, Why.NAME),
        ({"phone": "gọi con tôi"}, Why.PHONE),
        ({"phone": "12345"}, Why.PHONE),
        ({"address": ""}, Why.ADDRESS),
        ({"need": "x" * 201}, Why.TOO_LONG),
    ],
)
def test_what_a_visit_needs_is_asked_for(point: Point, changes: dict[str, str], why: Why) -> None:
    wanted = replace(wanted_at(point, 18), details=replace(DETAILS, **changes))
    assert refused(point, wanted) is why
    assert refused(point, replace(wanted_at(point, 18), consent=False)) is Why.CONSENT


def test_an_address_is_asked_for_at_home_only(point: Point) -> None:
    there = at(point, 8, day=MONDAY + timedelta(days=5))
    without = replace(DETAILS, address="")
    made = appointments.book(point, Wanted(Kind.POINT, there, without, True), address="10.0.0.7")
    kept, details = appointments.one(point, made.appointment.id)
    assert (kept.kind, details) == (Kind.POINT, without)


def test_one_phone_books_three_times_a_day_and_the_others_go_on(point: Point) -> None:
    for minute in (0, 30):
        book(point, 18, minute)
    book(point, 19)
    assert refused(point, wanted_at(point, 19, 30)) is Why.MANY
    book(point, 19, 30, phone="10.0.0.9")


def test_a_volunteer_books_any_time_ahead_and_it_is_confirmed(point: Point, lan: Volunteer) -> None:
    late = wanted_at(point, 21)
    assert refused(point, late) is Why.TAKEN
    made = appointments.book(point, late, by=lan.id).appointment
    assert made.state is State.CONFIRMED
    assert refused(point, replace(late, begins_at=at(point, 9) - timedelta(days=3)),
                   by=lan.id) is Why.PAST  # fmt: skip


def test_the_slip_tells_how_it_stands_and_nothing_else_opens_it(
    point: Point, lan: Volunteer
) -> None:
    booked = book(point, 18)
    number, secret = booked.appointment.number, booked.secret
    found = appointments.of_slip(
        point, f" {number.lower()} ", f"{secret[:5]} {secret[5:].lower()}", "a"
    )
    assert found.state is State.ASKED
    for _ in range(9):
        with pytest.raises(AppointmentRefused) as told:
            appointments.of_slip(point, number, "AAAAAAAAAA", "a")
        assert told.value.why is Why.UNKNOWN
    with pytest.raises(AppointmentRefused):
        appointments.of_slip(point, "H-99", secret, "a")
    with pytest.raises(AppointmentRefused) as told:  # also with the right one, from there
        appointments.of_slip(point, number, secret, "a")
    assert told.value.why is Why.GUESSES
    assert appointments.of_slip(point, number, secret, "b").id == found.id


def test_a_volunteer_confirms_moves_and_ends_it_once(point: Point, lan: Volunteer) -> None:
    number = book(point, 18).appointment.id
    appointments.settle(point, number, State.CONFIRMED, lan.id)
    appointments.move(point, number, at(point, 19, 30), lan.id)
    moved, details = appointments.one(point, number)
    assert (moved.begins_at, moved.state, moved.moves, details) == (
        at(point, 19, 30), State.CONFIRMED, 1, DETAILS,
    )  # fmt: skip
    appointments.settle(point, number, State.DONE, lan.id)
    for again in (
        lambda: appointments.settle(point, number, State.REFUSED, lan.id),
        lambda: appointments.move(point, number, at(point, 20), lan.id),
    ):
        with pytest.raises(AppointmentRefused) as told:
            again()
        assert told.value.why is Why.GONE


def test_after_a_power_cut_a_volunteers_pin_opens_it_again(
    point: Point, lan: Volunteer, nam: Volunteer
) -> None:
    desk_keys.sign_in(point, "Lan", PIN)  # her key exists from now on; Nam never came yet
    number = book(point, 18).appointment.id
    power_cut(point)
    desk_keys.begin(point)  # as the station starts
    assert appointments.one(point, number)[1] is None
    desk_keys.sign_in(point, "Trần Văn Nam", PIN)
    assert appointments.one(point, number)[1] is None
    desk_keys.sign_in(point, "Lan", PIN)
    assert appointments.one(point, number)[1] == DETAILS
    desk_keys.sign_in(point, "Trần Văn Nam", PIN)  # gets a copy now
    power_cut(point)
    desk_keys.sign_in(point, "Trần Văn Nam", PIN)
    assert appointments.one(point, number)[1] == DETAILS
    desk_keys.retire(point)
    assert appointments.one(point, number)[1] == DETAILS


def power_cut(point: Point) -> None:
    """A tmpfs is empty afterwards."""
    for path in (point.config.paths.runtime / "desk-keys").iterdir():
        path.unlink()


def test_nothing_of_a_person_lies_on_the_card_and_the_search_would_find_it(
    point: Point, lan: Volunteer
) -> None:
    somebody(point, MARKS[0])  # the control: a volunteer's name lies there in plain
    book(point, 18)
    point.database.empty_log()
    found = raw_state(point)
    assert MARKS[0].encode() in found
    assert [mark for mark in MARKS[1:] if mark.encode() in found] == []


def test_what_is_erased_opens_with_no_key_that_is_left(point: Point, lan: Volunteer) -> None:
    desk_keys.sign_in(point, "Lan", PIN)
    booked = book(point, 18)
    key = booked.appointment.desk_key
    assert key in point.vault.on_card()
    appointments.call_off(point, booked.appointment.number, booked.secret, None)
    assert key not in point.vault.known()
    found, details = appointments.one(point, booked.appointment.id)
    assert (found.state, found.is_kept, details) == (State.CANCELLED, False, None)
    with point.database.reading() as connection:
        assert key not in owners.wanted_keys(connection)


def test_a_few_days_after_the_visit_the_details_go_and_later_the_row(
    point: Point, lan: Volunteer, clock: Clock
) -> None:
    number = book(point, 18).appointment.id
    left = {}
    begun = clock.now
    for day in (0, 1, 4, *range(5, 101, 5)):
        clock.now = begun + timedelta(days=day)
        upkeep.run(point)
        try:
            left[day] = appointments.one(point, number)[0].is_kept
        except AppointmentRefused:
            left[day] = None
    assert [left[day] for day in (0, 1, 4, 5, 90, 100)] == [True, True, True, False, False, None]


def test_a_clock_that_jumps_ahead_erases_nothing_for_a_day(
    point: Point, lan: Volunteer, clock: Clock
) -> None:
    number = book(point, 18).appointment.id
    upkeep.run(point)
    clock.pass_by(days=400)
    upkeep.run(point)
    assert appointments.one(point, number)[1] == DETAILS


def test_a_point_that_keeps_no_copies_says_so_by_a_locked_line(
    point: Point, lan: Volunteer, clock: Clock
) -> None:
    drafts = point.config.drafts.model_copy(update={"resume": "never"})
    strict = open_point(point.config.model_copy(update={"drafts": drafts}), clock)
    desk_keys.sign_in(strict, "Lan", PIN)
    number = book(strict, 18).appointment.id
    power_cut(strict)
    desk_keys.sign_in(strict, "Lan", PIN)
    assert appointments.one(strict, number)[1] is None
    strict.database.close()


def test_the_trail_tells_of_it_without_a_name(point: Point, lan: Volunteer) -> None:
    booked = book(point, 18)
    appointments.settle(point, booked.appointment.id, State.CONFIRMED, lan.id)
    appointments.call_off(point, booked.appointment.number, booked.secret, None)
    told = "\n".join(trail.export(point))
    for what in ("appointment.booked", "appointment.settled", "appointment.cancelled"):
        assert what in told
    assert [mark for mark in (*MARKS, booked.secret) if mark in told] == []
