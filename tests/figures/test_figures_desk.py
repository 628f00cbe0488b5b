"""A place, a queue and a touch, as a volunteer meets them."""

from __future__ import annotations

from sqlalchemy import select

from appliance.config import Config
from appliance.core.point.queue import Queue
from appliance.core.point.visits import Face, HowDone, Purpose
from appliance.desk import served
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.running import figures, queue, visits
from appliance.desk.sending import takeaways
from appliance.store.people.volunteers import Volunteer
from appliance.store.point.ward_totals import ToldBy
from appliance.store.schema.tables import dossier
from tests.point.conftest import TellingClock
from tests.restoring.conftest import fall, hurt_header, start_again


def test_numbers_go_up_by_one_and_begin_anew_with_the_day(
    point: Point, helper: Volunteer, clock: TellingClock
) -> None:
    assert [queue.give(point) for _ in range(3)] == [1, 2, 3]
    clock.pass_by(days=1)
    assert queue.now(point) == Queue()
    assert queue.give(point) == 1
    assert queue.call_next(point, helper.id) == 1


def test_the_next_one_is_called_and_the_one_before_is_done(point: Point, helper: Volunteer) -> None:
    for _ in range(3):
        queue.give(point)
    assert queue.call_next(point, helper.id) == 1
    assert queue.call_next(point, helper.id) == 2
    now = queue.now(point)
    assert (now.called, now.waiting) == ((2,), (3,))


def test_who_does_not_come_may_be_called_again(point: Point, helper: Volunteer) -> None:
    queue.give(point)
    queue.give(point)
    queue.call_next(point, helper.id)
    assert queue.absent(point, 1)
    assert not queue.absent(point, 1)
    assert queue.call_next(point, helper.id) == 2
    assert queue.now(point).absent == (1,)
    assert queue.call_again(point, 1, helper.id)
    assert queue.now(point) == Queue(called=(1,), given=2)
    assert queue.done(point, 1)
    assert not queue.call_again(point, 1, helper.id)
    assert queue.call_next(point, helper.id) is None


def test_a_call_that_comes_too_late_ends_nobody_else(point: Point, helper: Volunteer) -> None:
    queue.give(point)
    queue.call_next(point, helper.id)
    assert not queue.call_again(point, 7, helper.id)
    assert queue.now(point).called == (1,)


def test_each_place_has_its_own_queue_and_its_own_visits(point: Point) -> None:
    queue.give(point)
    visits.touch(point, Purpose.POST)
    hall = served.add(point, "  Nhà văn hóa –  Tổ 5 ")
    assert hall is not None
    assert (hall.key, hall.name) == ("nha-van-hoa-to-5", "Nhà văn hóa – Tổ 5")
    assert served.move(point, hall.key)
    assert queue.now(point) == Queue()
    assert visits.today(point) == []
    visits.touch(point, Purpose.ACCOUNT)
    read = figures.read(point, "2026-11", "2026-11")
    assert read["2026-11", "KV-0007"].visits == {Purpose.POST: 1}
    assert read["2026-11", "nha-van-hoa-to-5"].visits == {Purpose.ACCOUNT: 1}
    assert [one.place_name for one in figures.months(point, "2026-11", "2026-11")] == [
        "Điểm hỗ trợ Mẫu",
        "Nhà văn hóa – Tổ 5",
    ]


def test_a_place_is_closed_only_while_the_box_is_elsewhere(point: Point) -> None:
    hall = served.add(point, "Nhà văn hóa")
    assert hall is not None
    served.move(point, hall.key)
    assert not served.close(point, hall.key)
    assert served.move(point, "KV-0007")
    assert served.close(point, hall.key)
    assert not served.move(point, hall.key)
    assert [one.key for one in served.offered(point)] == ["KV-0007"]
    assert served.names(point)[hall.key] == "Nhà văn hóa"
    assert served.add(point, "nhà văn hóa") is not None, "open again"
    assert len(served.offered(point)) == 2


def test_a_name_that_says_nothing_or_is_the_points_own_code_is_no_place(point: Point) -> None:
    assert [served.add(point, name) for name in ("", " … ", "kv 0007", "a" * 61)] == [None] * 4


def test_a_touch_can_be_undone_today_unless_its_visitor_has_answered(
    point: Point, clock: TellingClock
) -> None:
    wrong = visits.touch(point, Purpose.OTHER)
    assert visits.undo(point, wrong)
    assert not visits.undo(point, wrong)
    answered = visits.touch(point, Purpose.OTHER)
    token = visits.let_answer(point, answered)
    assert token is not None
    assert visits.answer(point, token, Face.GLAD)
    assert not visits.undo(point, answered)
    assert visits.let_answer(point, answered) is None
    yesterday = visits.touch(point, Purpose.OTHER)
    clock.pass_by(days=1)
    assert not visits.undo(point, yesterday)


def test_a_code_is_over_after_a_quarter_of_an_hour_and_void_when_a_new_one_is_made(
    point: Point, clock: TellingClock
) -> None:
    came = visits.touch(point, Purpose.OTHER)
    first, second = visits.let_answer(point, came), visits.let_answer(point, came)
    assert first is not None
    assert second is not None
    assert not visits.may_answer(point, first)
    assert visits.may_answer(point, second)
    clock.pass_by(minutes=16)
    assert not visits.answer(point, second, Face.SAD)
    assert not visits.may_answer(point, "../etc")
    assert figures.read(point, "2026-11", "2026-11")["2026-11", "KV-0007"].faces == {}


def test_the_wards_own_word_counts_more_than_a_typed_one(point: Point) -> None:
    assert figures.note_ward_total(point, "2026-10", 170)
    assert figures.ward_totals_between(point, "2026-01", "2026-12") == {"2026-10": 170}
    assert not figures.note_ward_total(point, "2026-10", -1)
    assert figures.note_ward_total(point, "2026-10", 171, ToldBy.WARD)
    assert not figures.note_ward_total(point, "2026-10", 3)
    assert figures.is_told_by_ward(point, "2026-10")
    assert figures.note_ward_total(point, "2026-10", None, ToldBy.WARD)
    assert figures.ward_totals_between(point, "2026-01", "2026-12") == {}


def test_a_dossier_is_of_the_place_where_the_box_stood(point: Point, helper: Volunteer) -> None:
    at_home = dossiers.open_dossier(point, "khai-sinh", helper.id)
    hall = served.add(point, "Nhà văn hóa")
    assert hall is not None
    served.move(point, hall.key)
    away = dossiers.open_dossier(point, "khai-sinh", helper.id)
    takeaways.note_taken(point, away)
    with point.database.reading() as connection:
        rows = connection.execute(select(dossier.c.id, dossier.c.place, dossier.c.taken_at))
        found = {row.id: (row.place, row.taken_at is not None) for row in rows}
    assert found == {at_home: ("KV-0007", False), away: (hall.key, True)}


def test_visits_and_a_dossiers_place_survive_a_spoilt_card(
    point: Point, helper: Volunteer, config: Config, clock: TellingClock
) -> None:
    """No copy knows of them yet: they come from the diary."""
    from appliance.services import upkeep

    upkeep.run(point)
    hall = served.add(point, "Nhà văn hóa")
    assert hall is not None
    served.move(point, hall.key)
    upkeep.run(point)
    visits.mark(point, visits.touch(point, Purpose.ACCOUNT), HowDone.ALONE)
    visits.undo(point, visits.touch(point, Purpose.OTHER))
    opened = dossiers.open_dossier(point, "khai-sinh", helper.id)
    before = figures.read(point, "2026-11", "2026-11")
    fall(point)
    hurt_header(point.database.path)
    again, _ = start_again(config, clock)
    assert figures.read(again, "2026-11", "2026-11") == before
    with again.database.reading() as connection:
        place = connection.scalar(select(dossier.c.place).where(dossier.c.id == opened))
    assert place == hall.key
    again.database.close()
