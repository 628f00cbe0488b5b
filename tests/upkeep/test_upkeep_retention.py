"""A dossier that is over goes from the box; its number, the trail and the ward's copy stay."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from appliance.config import Config
from appliance.core.dossiers.dossier import Why
from appliance.core.dossiers.trail import Line, What
from appliance.core.errors import DossierUnknown
from appliance.core.errors.citizen import CitizenLongAgo, CitizenUnknown
from appliance.core.wire.manifest import WardState
from appliance.desk import trail
from appliance.desk.dossier import citizen, dossiers
from appliance.desk.ending import erasing
from appliance.desk.point import Point
from appliance.services import upkeep
from appliance.store.people import audit, volunteers
from appliance.store.people.volunteers import Role, Volunteer
from appliance.store.schema.columns import metadata
from appliance.store.schema.tables import number_given, volunteer
from appliance.wording import notice_for
from tests.point.conftest import TellingClock, scan_into
from tests.point.supplements import ask_for, say
from tests.restoring.conftest import fall, hurt_header, start_again
from tests.upkeep.conftest import deliver

Days = Callable[[int], None]
HEAVY = {
    *("audit_line", "volunteer", "number_given", "cursor", "service_status", "outbox_count"),
    "figure_month",  # that there was a dossier, as a count
}


@pytest.fixture
def live(point: Point, clock: TellingClock) -> Days:
    """Upkeep comes each day; the box is on."""

    def live(days: int) -> None:
        for _ in range(days):
            clock.pass_by(days=1)
            upkeep.run(point)

    return live


@pytest.fixture
def over(point: Point, helper: Volunteer, dossier_id: str) -> str:
    return deliver(point, dossier_id, helper)


def is_there(point: Point, dossier_id: str) -> bool:
    try:
        dossiers.dossier_of(point, dossier_id)
    except DossierUnknown:
        return False
    return True


def lines_of(point: Point, what: What) -> list[Line]:
    with point.database.reading() as connection:
        return [line for line in audit.lines(connection) if line.what == what]


def test_a_dossier_goes_ninety_days_after_the_ward_had_it(
    point: Point, over: str, live: Days, clock: TellingClock
) -> None:
    number = dossiers.dossier_of(point, over).number
    clock.pass_by(days=85)
    live(4)
    assert is_there(point, over)
    live(2)
    assert not is_there(point, over)
    with point.database.reading() as connection:
        left = {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in metadata.sorted_tables
            if table.name not in HEAVY
        }
    assert not any(left.values()), left
    (line,) = lines_of(point, What.DOSSIER_FORGOTTEN)
    assert line.about == over
    assert line.facts == {
        "number": number, "was": "delivered", "revisions": 1, "receipt": "BD-7K3M-94QX",
    }  # fmt: skip
    trail.check(point)


def test_the_wards_last_word_puts_it_off(
    point: Point, over: str, live: Days, clock: TellingClock
) -> None:
    clock.pass_by(days=80)
    say(point, over, 1, WardState.RESULT_READY)
    clock.pass_by(days=87)
    live(2)
    assert is_there(point, over)
    live(2)
    assert not is_there(point, over)


def test_while_the_ward_waits_for_papers_it_stays_for_a_year(
    point: Point, over: str, live: Days, clock: TellingClock
) -> None:
    ask_for(point, over, 1, ("giay_chung_sinh", None))
    clock.pass_by(days=300)
    live(3)
    assert is_there(point, over)
    clock.pass_by(days=65)
    live(3)
    assert not is_there(point, over)


def test_what_is_open_or_waits_for_the_ward_never_goes_for_its_age(
    point: Point, helper: Volunteer, dossier_id: str, live: Days, clock: TellingClock
) -> None:
    deliver(point, dossier_id, helper)
    waiting = dossiers.open_dossier(point, "khai-sinh", helper.id)
    with point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dossier SET state = 'sealed' WHERE id = ?", (waiting,))
    clock.pass_by(days=2000)
    live(3)
    assert is_there(point, waiting)
    assert not is_there(point, dossier_id)


def test_an_erased_one_is_known_for_as_long(
    point: Point, helper: Volunteer, dossier_id: str, live: Days, clock: TellingClock
) -> None:
    erasing.erase_draft(point, dossier_id, Why.WITHDRAWN, helper.id)
    clock.pass_by(days=87)
    live(2)
    assert is_there(point, dossier_id)
    live(2)
    assert not is_there(point, dossier_id)
    assert lines_of(point, What.DOSSIER_FORGOTTEN)[0].facts["was"] == "erased"


def test_a_clock_that_jumped_lets_nothing_go_for_a_day(
    point: Point, over: str, live: Days, clock: TellingClock
) -> None:
    live(3)
    clock.pass_by(days=4000)
    upkeep.run(point)
    clock.pass_by(hours=23)
    upkeep.run(point)
    assert is_there(point, over)
    clock.pass_by(days=-4000)
    live(3)
    assert is_there(point, over)


def test_who_asks_for_it_later_is_told_to_ask_the_ward(
    point: Point, helper: Volunteer, over: str, live: Days, clock: TellingClock
) -> None:
    one = dossiers.dossier_of(point, over)
    assert one.follow_secret
    clock.pass_by(days=90)
    live(2)
    with pytest.raises(CitizenLongAgo):
        citizen.find(point, one.number, one.follow_secret, helper.id)
    for never in ("KV-0007-20261122-02", "KV-0007-20261122-00", "KV-0007-20261122-", "9" * 40, ""):
        with pytest.raises(CitizenUnknown):
            citizen.find(point, never, one.follow_secret, helper.id)
    assert "phường" in notice_for("citizen-long-ago").next


def test_a_number_is_not_given_again_though_its_dossier_is_gone(
    point: Point, helper: Volunteer, over: str, live: Days, clock: TellingClock
) -> None:
    day = clock.now
    clock.pass_by(days=90)
    live(2)
    clock.now = day  # and the clock fell back to that very day
    again = dossiers.open_dossier(point, "khai-sinh", helper.id)
    assert dossiers.dossier_of(point, again).number.endswith("-02")


def test_a_copy_of_before_and_the_diary_bring_none_back_for_long(
    point: Point, over: str, live: Days, clock: TellingClock, config: Config
) -> None:
    """The diary still tells how it was opened: for three months no copy could be made."""
    shutil.rmtree(point.config.paths.state / "copies", ignore_errors=True)
    (point.config.paths.state / "copies").write_text("no folder can be made here")
    clock.pass_by(days=90)
    with pytest.raises(OSError, match="copies"):
        upkeep.run(point)
    clock.pass_by(days=1)
    with pytest.raises(OSError, match="copies"):
        upkeep.run(point)
    assert not is_there(point, over)
    (point.config.paths.state / "copies").unlink()
    fall(point)
    hurt_header(point.database.path)
    again, _ = start_again(config, clock)
    assert not is_there(again, over)
    again.database.close()


def test_presses_of_nobody_and_people_who_left_go_too(
    point: Point, helper: Volunteer, live: Days, clock: TellingClock
) -> None:
    with point.database.writing() as connection:
        gone = volunteers.add_volunteer(connection, "Bình", "482915", Role.VOLUNTEER, clock())
        volunteers.leave(connection, gone.id, clock())
        volunteers.leave(connection, helper.id, clock())
        connection.exec_driver_sql(
            "INSERT INTO scan_request (slot_key, asked_by, asked_at, state, ended_at)"
            " VALUES ('x', 'panel', ?, 'failed', ?)",
            (clock().isoformat(),) * 2,
        )
    opened = dossiers.open_dossier(point, "khai-sinh", helper.id)
    clock.pass_by(days=370)
    scan_into(point, opened, "giay_chung_sinh")  # somebody works on it
    with point.database.writing() as connection:
        connection.exec_driver_sql("UPDATE dossier SET touched_at = ?", (clock().isoformat(),))
    live(2)
    with point.database.reading() as connection:
        assert connection.scalars(select(volunteer.c.id)).all() == [helper.id]  # still named
        presses = connection.exec_driver_sql("SELECT dossier_id FROM scan_request").scalars().all()
    assert presses == [opened]


def test_ten_years_of_days_are_known(point: Point, live: Days, clock: TellingClock) -> None:
    with point.database.writing() as connection:
        for day in range(4000):
            connection.execute(
                number_given.insert().values(day=f"KV-0007-{20_000_000 + day}-", newest=3)
            )
    live(2)
    with point.database.reading() as connection:
        days = connection.scalars(select(number_given.c.day)).all()
    assert len(days) == 3650
    assert min(days) == "KV-0007-20000350-"


def test_the_trail_begins_later_and_still_holds_together(
    point: Point, over: str, live: Days, clock: TellingClock
) -> None:
    with point.database.reading() as connection:
        old = audit.head(connection)
    export = list(trail.export(point))
    clock.pass_by(days=380)
    live(2)
    with point.database.reading() as connection:
        assert audit.beginning(connection).seq > old.seq
        assert audit.head(connection).seq > audit.beginning(connection).seq
    trail.check(point, (old,))  # of which nothing can be said any more
    trail.check_file(iter(export))
    trail.check_file(iter(list(trail.export(point))))


@pytest.mark.parametrize("how", ["more is cut off", "the beginning is changed", "nothing says so"])
def test_who_cuts_off_more_of_the_trail_is_seen(
    point: Point, over: str, live: Days, clock: TellingClock, how: str
) -> None:
    clock.pass_by(days=380)
    live(2)
    with point.database.writing() as connection:
        begins = audit.beginning(connection)
        if how == "more is cut off":
            connection.exec_driver_sql("DELETE FROM audit_line WHERE seq = ?", (begins.seq + 1,))
        elif how == "the beginning is changed":
            connection.exec_driver_sql(
                "UPDATE cursor SET value = ? WHERE name = 'trail-begins'",
                (f"{begins.seq}:{'0' * 64}",),
            )
        else:
            connection.exec_driver_sql("DELETE FROM audit_line WHERE seq <= ?", (begins.seq + 1,))
            first = next(audit.lines(connection))
            connection.exec_driver_sql(
                "UPDATE cursor SET value = ? WHERE name = 'trail-begins'",
                (f"{first.seq - 1}:{begins.digest}",),
            )
    with pytest.raises(trail.BrokenTrail):
        trail.check(point)


def test_upkeep_that_is_cut_in_the_middle_goes_on(
    point: Point, helper: Volunteer, live: Days, clock: TellingClock
) -> None:
    """A row that this release knows nothing of stands in the way of one dossier, of no other."""
    first = dossiers.open_dossier(point, "khai-sinh", helper.id)
    deliver(point, first, helper)
    second = dossiers.open_dossier(point, "khai-sinh", helper.id)
    deliver(point, second, helper)
    with point.database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE later (d TEXT REFERENCES dossier (id))")
        connection.exec_driver_sql("INSERT INTO later VALUES (?)", (first,))
    clock.pass_by(days=90)
    live(2)
    assert is_there(point, first)
    assert not is_there(point, second)
