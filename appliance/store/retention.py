"""Rows of what is long over: found, and dropped with all that hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
)

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.walk_up import WalkUpState
from appliance.failpoints import passing
from appliance.store.people.sessions import SWEPT
from appliance.store.people.tried_addresses import FORGOTTEN_AFTER
from appliance.store.point import appointments, duty
from appliance.store.schema.tables import (
    dossier,
    number_given,
    on_desk,
    phone_link,
    photo,
    receipt,
    scan_request,
    seal_request,
    submission,
    submission_file,
    takeaway,
    takeaway_file,
    tried_address,
    volunteer,
    walk_up,
    ward_event,
)
from appliance.store.schema.tables import page as paper
from appliance.store.schema.trail_tables import web_session

DAYS_OF_NUMBERS = 3650  # a row a day, thirty bytes
_ENDED = (WalkUpState.CLAIMED, WalkUpState.ERASED)


def over(
    connection: Connection, before: datetime, asked_before: datetime, after: str, limit: int
) -> Sequence[Any]:
    """``id``, ``number``, ``state`` of dossiers that nothing happened to since *before*.

    Delivered ones count from the receipt, the ward's last word or a hand here, whichever came
    last; one that the ward waits for, from *asked_before*. Erased ones count from the erasing.
    In the order of their ids, those behind *after*.
    """
    delivered = dossier.c.state == DossierState.DELIVERED
    due = or_(
        and_(delivered, dossier.c.ward_asks.is_(None), _quiet_since(before)),
        and_(delivered, _quiet_since(asked_before)),
        and_(dossier.c.state == DossierState.ERASED, dossier.c.erased_at < before),
    )
    wanted = select(dossier.c.id, dossier.c.number, dossier.c.state)
    return connection.execute(
        wanted.where(due, dossier.c.id > after).order_by(dossier.c.id).limit(limit)
    ).all()


def receipt_codes(connection: Connection, dossier_id: str) -> list[str]:
    """Of every revision, the first one first."""
    return list(
        connection.scalars(
            select(receipt.c.code)
            .join(submission, submission.c.id == receipt.c.submission_id)
            .where(submission.c.dossier_id == dossier_id)
            .order_by(submission.c.revision)
        )
    )


def submission_ids(connection: Connection, dossier_id: str) -> list[str]:
    """Whose sealed files could lie here."""
    return list(
        connection.scalars(select(submission.c.id).where(submission.c.dossier_id == dossier_id))
    )


def drop(connection: Connection, dossier_id: str) -> None:
    """Every row about a dossier but its lines in the trail. Its files are gone already."""
    sent = select(submission.c.id).where(submission.c.dossier_id == dossier_id)
    sets = select(takeaway.c.id).where(takeaway.c.dossier_id == dossier_id)
    came = select(walk_up.c.id).where(walk_up.c.dossier_id == dossier_id)
    for part, of_these in (
        (takeaway_file.c.takeaway_id, sets),
        (submission_file.c.submission_id, sent),
        (receipt.c.submission_id, sent),
        (scan_request.c.walk_up_id, came),
    ):
        connection.execute(delete(part.table).where(part.in_(of_these)))
    for table in (
        takeaway, photo, phone_link, paper, scan_request, walk_up,
        seal_request, submission, ward_event, on_desk,
    ):  # fmt: skip
        connection.execute(delete(table).where(table.c.dossier_id == dossier_id))
    if __debug__:
        passing("forgotten-parts-before-row")
    connection.execute(delete(dossier).where(dossier.c.id == dossier_id))


def sweep(connection: Connection, before: datetime, people_before: datetime, now: datetime) -> None:
    """What belongs to no dossier: presses, short numbers, the ward's word about strangers, people
    who left, browsers that nobody signed out of, addresses of wrong PINs, days of numbers."""
    connection.execute(
        delete(scan_request).where(
            scan_request.c.dossier_id.is_(None),
            scan_request.c.ended_at < before,
            scan_request.c.id.not_in(select(paper.c.scan_request_id)),
        )
    )
    asked = select(scan_request.c.walk_up_id).where(scan_request.c.walk_up_id.is_not(None))
    lying = select(paper.c.walk_up_id).where(paper.c.walk_up_id.is_not(None))
    connection.execute(
        delete(walk_up).where(
            walk_up.c.state.in_(_ENDED),
            walk_up.c.ended_at < before,
            walk_up.c.id.not_in(asked),
            walk_up.c.id.not_in(lying),
        )
    )
    duty.sweep(connection, now)
    appointments.sweep(connection, now)
    if __debug__:
        passing("swept-presses-before-people")
    known = select(dossier.c.id)
    connection.execute(
        delete(ward_event).where(ward_event.c.at < before, ward_event.c.dossier_id.not_in(known))
    )
    connection.execute(
        delete(volunteer).where(volunteer.c.left_at < people_before, ~_is_named_anywhere())
    )
    # moments of the future too: the clock fell back, and nobody knows how old they are
    old = or_(web_session.c.begun_at < now - SWEPT, web_session.c.begun_at > now + SWEPT)
    connection.execute(delete(web_session).where(old))
    gone = tried_address.c.last_at < now - FORGOTTEN_AFTER
    ahead = tried_address.c.last_at > now + FORGOTTEN_AFTER
    connection.execute(delete(tried_address).where(or_(gone, ahead)))
    newest = select(number_given.c.day).order_by(number_given.c.day.desc()).limit(DAYS_OF_NUMBERS)
    connection.execute(delete(number_given).where(number_given.c.day.not_in(newest)))


def _quiet_since(moment: datetime) -> ColumnElement[bool]:
    word = exists().where(ward_event.c.dossier_id == dossier.c.id, ward_event.c.at >= moment)
    proof = exists().where(
        submission.c.dossier_id == dossier.c.id,
        receipt.c.submission_id == submission.c.id,
        receipt.c.received_at >= moment,
    )
    worked_on = func.coalesce(dossier.c.touched_at, dossier.c.opened_at)
    return and_(dossier.c.sealed_at < moment, worked_on < moment, ~word, ~proof)


def _is_named_anywhere() -> ColumnElement[bool]:
    """Whether a row still points at that volunteer; the trail does by number alone."""
    return or_(
        *(
            exists().where(key.parent == volunteer.c.id)
            for table in volunteer.metadata.sorted_tables
            for key in table.foreign_keys
            if key.column is volunteer.c.id
        )
    )
