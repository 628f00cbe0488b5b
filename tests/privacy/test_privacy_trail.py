"""The audit trail: every move leaves a line without a name, and no line can be changed unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from appliance.core.dossiers.trail import Head, What
from appliance.core.errors import PinLocked, WrongPin
from appliance.core.wire.manifest import Receipt
from appliance.desk import trail
from appliance.desk.dossier import dossiers
from appliance.desk.people import holding, people
from appliance.desk.people.door import come_in
from appliance.desk.point import Point
from appliance.desk.sending import sealing, supplements
from appliance.desk.sending.delivery import take_receipt
from appliance.imaging.child.main import cleaned
from appliance.pretend.sample_answers import sample_answers
from appliance.store.dossier import outbox
from appliance.store.people import audit
from appliance.store.people.volunteers import Role, Volunteer, add_volunteer
from tests.point.conftest import *
from tests.point.conftest import PIN, TellingClock, in_threads, scan_into
from tests.point.test_point_supplement import ask_for


def told(point: Point) -> list[tuple[str, int | None]]:
    with point.database.reading() as connection:
        return [(line.what, line.who) for line in audit.lines(connection)]


def sealed(point: Point, helper: Volunteer, dossier_id: str) -> None:
    dossiers.save_answers(point, dossier_id, sample_answers("khai-sinh", point.today()))
    scan_into(point, dossier_id, "giay_chung_sinh")
    sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    assert sealing.grant_next(point, cleaned) == dossier_id


def test_each_move_of_a_dossier_leaves_a_line_with_who_and_when(
    point: Point, helper: Volunteer, dossier_id: str, clock: TellingClock
) -> None:
    with point.database.writing() as connection:
        other = add_volunteer(connection, "Bình", PIN, Role.VOLUNTEER, point.clock())
    holding.hold(point, dossier_id, other.id)
    clock.pass_by(minutes=2)
    holding.hold(point, dossier_id, helper.id, take_over=True)
    sealed(point, helper, dossier_id)
    assert told(point) == [
        ("dossier.opened", helper.id),
        ("dossier.taken-over", helper.id),
        ("dossier.consented", helper.id),
        ("dossier.sealed", helper.id),
        ("desk-keys.destroyed", None),
    ]
    with point.database.reading() as connection:
        lines = list(audit.lines(connection))
    assert {line.about for line in lines} == {dossier_id, None}
    assert lines[1].at == clock.now


def test_what_comes_after_the_seal_is_told_too(
    point: Point, helper: Volunteer, dossier_id: str
) -> None:
    sealed(point, helper, dossier_id)
    with point.database.reading() as connection:
        sent = outbox.submission_of(connection, dossier_id)
    assert sent is not None
    proof = Receipt(
        dossier_id=dossier_id, code="BD-7K3M-94QX", received_at=point.clock(),
        manifest_sha256=sent.manifest_sha256, signature="checked elsewhere",
    )  # fmt: skip
    take_receipt(point, sent, proof)
    take_receipt(point, sent, proof)  # a stick brought it as well
    ask_for(point, dossier_id, 1, ("giay_chung_sinh", None))
    supplements.begin(point, dossier_id, helper.id)
    supplements.give_up(point, dossier_id, helper.id)
    assert told(point)[-3:] == [
        ("dossier.delivered", None),
        ("supplement.begun", helper.id),
        ("supplement.given-up", helper.id),
    ]


def test_there_is_no_word_of_the_trail_that_nothing_writes() -> None:
    root = Path(__file__).parents[2] / "appliance"
    code = "".join(path.read_text("utf-8") for path in root.rglob("*.py"))
    assert [what.name for what in What if f"What.{what.name}" not in code] == []


def test_no_name_no_number_and_no_answer_stands_in_the_trail(
    point: Point, helper: Volunteer, dossier_id: str
) -> None:
    sealed(point, helper, dossier_id)
    with point.database.writing() as connection:
        trail.note(point, connection, What.SIGNED_IN, who=helper.id)
    whole = "".join(trail.export(point))
    for answer in sample_answers("khai-sinh", point.today()).values():
        assert len(str(answer)) < 6 or str(answer) not in whole
    assert helper.name not in whole


@pytest.mark.parametrize("words", ["Trần Thị Mẫu", "012345678901 Hoa", "", "a b"])
def test_a_line_refuses_words_that_are_no_code(point: Point, words: str) -> None:
    with point.database.writing() as connection, pytest.raises(ValueError, match="codes"):
        trail.note(point, connection, What.SIGNED_IN, reason=words)
    with point.database.writing() as connection, pytest.raises(ValueError, match="codes"):
        trail.note(point, connection, What.SIGNED_IN, about=words)


def test_a_move_that_is_refused_leaves_no_line(
    point: Point, helper: Volunteer, dossier_id: str
) -> None:
    before = told(point)
    with pytest.raises(Exception, match="lacks"):
        sealing.ask_to_seal(point, dossier_id, helper.id, consented=True)
    assert told(point) == before


def test_the_door_tells_who_came_and_whom_it_refused_with_the_count(
    point: Point, helper: Volunteer
) -> None:
    for _ in range(4):
        with pytest.raises(WrongPin):
            come_in(point, "192.0.2.7", helper.name, "000000")
    with pytest.raises(PinLocked):
        come_in(point, "192.0.2.7", helper.name, PIN)
    with pytest.raises(WrongPin):
        come_in(point, "192.0.2.7", "Không có ai", "000000")
    assert told(point) == [("sign-in.refused", helper.id)] * 4 + [("sign-in.refused", None)]
    with point.database.reading() as connection:
        counts = [line.facts.get("wrong") for line in audit.lines(connection)]
    assert counts == [1, 2, 3, 4, None]


def test_a_fresh_pin_and_somebody_who_leaves_are_told(point: Point, helper: Volunteer) -> None:
    people.add_person(point, "Cúc", Role.VOLUNTEER, by=helper.id)
    people.fresh_pin(point, helper.id, by=helper.id)
    people.let_go_home(point, helper.id)
    assert told(point) == [
        ("person.added", helper.id),
        ("person.pin-changed", helper.id),
        ("person.left", None),
    ]


# ── a chain that shows where it was touched ──────────────────────────────────


def ten_lines(point: Point) -> None:
    for number in range(10):
        trail.note_alone(point, What.SIGNED_IN, who=number)


Touch = Callable[[Connection], object]
TOUCHES: dict[str, tuple[str, str]] = {
    "changed": ("UPDATE audit_line SET who = 99 WHERE seq = 5", "line 5 is not"),
    "moved in time": ("UPDATE audit_line SET at = '2020-01-01T00:00:00+00:00' WHERE seq = 5", "5"),
    "missing": ("DELETE FROM audit_line WHERE seq = 5", "after line 4 comes line 6"),
    "the first missing": ("DELETE FROM audit_line WHERE seq = 1", "after line 0 comes line 2"),
}


@pytest.mark.parametrize("how", TOUCHES)
def test_a_touched_line_is_named(point: Point, how: str) -> None:
    ten_lines(point)
    statement, named = TOUCHES[how]
    assert trail.check(point).seq == 10
    with point.database.writing() as connection:
        connection.exec_driver_sql(statement)
    with pytest.raises(trail.BrokenTrail, match=named):
        trail.check(point)


def test_two_lines_that_changed_places_are_found(point: Point) -> None:
    ten_lines(point)
    with point.database.writing() as connection:
        for statement in (
            "UPDATE audit_line SET seq = 99 WHERE seq = 4",
            "UPDATE audit_line SET seq = 4 WHERE seq = 5",
            "UPDATE audit_line SET seq = 5 WHERE seq = 99",
        ):
            connection.exec_driver_sql(statement)
    with pytest.raises(trail.BrokenTrail, match="line 4"):
        trail.check(point)


def test_a_line_written_anew_with_a_digest_that_fits_breaks_the_next_one(point: Point) -> None:
    ten_lines(point)
    with point.database.writing() as connection:
        lines = list(audit.lines(connection))
        changed = replace(lines[3], who=99)
        fitting = audit.digest_of(lines[2].digest, changed)
        connection.exec_driver_sql(
            "UPDATE audit_line SET who = 99, digest = ? WHERE seq = 4", (fitting,)
        )
    with pytest.raises(trail.BrokenTrail, match="line 5"):
        trail.check(point)


def test_an_end_that_was_cut_off_shows_only_against_what_is_known_elsewhere(point: Point) -> None:
    ten_lines(point)
    head = trail.check(point)
    with point.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit_line WHERE seq > 7")
    assert trail.check(point).seq == 7  # a chain alone cannot tell
    with pytest.raises(trail.BrokenTrail, match="lines 8 to 10 are gone"):
        trail.check(point, (head,))


def test_a_trail_that_was_written_anew_differs_from_the_head_the_ward_knows(point: Point) -> None:
    ten_lines(point)
    head = trail.check(point)
    with point.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit_line")
    ten_lines(point)
    trail.note_alone(point, What.SIGNED_OUT)
    assert trail.check(point).seq == 11
    with point.database.writing() as connection:  # the same moves, one moment later
        connection.exec_driver_sql("DELETE FROM audit_line")
    for number in range(11):
        trail.note_alone(point, What.SIGNED_OUT, who=number)
    with pytest.raises(trail.BrokenTrail, match="line 10 differs"):
        trail.check(point, (head,))


def test_an_export_is_checked_by_itself_and_what_comes_after_it_against_it(
    point: Point, tmp_path: Path
) -> None:
    ten_lines(point)
    lines = list(trail.export(point))
    head = trail.check_file(iter(lines))
    assert head.seq == 11  # the export itself is a line
    ten_lines(point)
    assert trail.check(point, (head,)).seq == 21
    changed = [line.replace('"who": 3', '"who": 4') for line in lines]
    with pytest.raises(trail.BrokenTrail, match="line 4"):
        trail.check_file(iter(changed))
    with pytest.raises(trail.BrokenTrail, match="gone"):
        trail.check_file(iter(lines[:-1]))
    for broken in ([], ["{}"], ["none"], [lines[0], "x"], lines[1:]):
        with pytest.raises(trail.BrokenTrail):
            trail.check_file(iter(broken))


def test_many_at_once_make_one_chain(point: Point) -> None:
    in_threads(6, lambda _: [trail.note_alone(point, What.SIGNED_IN) for _ in range(5)])
    assert trail.check(point).seq == 30


def test_the_heartbeat_carries_the_head_and_how_many_drafts_lie_open(
    point: Point, dossier_id: str
) -> None:
    from appliance.desk.sending.delivery import health

    beat = health(point, "0.1.0")
    assert beat.drafts == 1
    assert beat.audit is not None
    assert Head(beat.audit.seq, beat.audit.digest) == trail.check(point)


def test_a_head_reads_back_as_it_was_written() -> None:
    head = Head(12, "a" * 64)
    assert Head.read(str(head)) == head
    for wrong in ("", "12", "12:xyz", "x:" + "a" * 64, json.dumps(str(head))):
        with pytest.raises(ValueError, match="number and digest"):
            Head.read(wrong)
