"""Submissions that a stick carries: bound for it, copied to it, moved back to the network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, or_, select, update

from appliance.core.dossiers.submission import Bound, SubmissionState
from appliance.store.dossier.outbox import NO_RECEIPT
from appliance.store.schema.tables import submission

_NOT_COPIED = {"copied_at": None, "copied_to": None}


class Carried(NamedTuple):
    """Where a submission stands, as far as the stick has to know."""

    state: SubmissionState
    by_hand: bool
    copied_to: str | None


def bind(connection: Connection, submission_id: str, to: Bound) -> bool:
    """Send it that way from now on, the stick's copy anew; False when it has arrived.

    An upload that is under way may still finish: the ward takes both as one.
    """
    return bool(
        connection.execute(
            update(submission)
            .where(submission.c.id == submission_id, submission.c.state.in_(NO_RECEIPT))
            .values(
                destination=to,
                state=SubmissionState.WAITING,
                next_try_at=None,
                held_by=None,
                error_code=None,
                error_text=None,
                **_NOT_COPIED,
            )
        ).rowcount
    )


def to_copy(connection: Connection) -> list[str]:
    """What waits for a stick and is on none, the oldest first."""
    return list(
        connection.scalars(
            select(submission.c.id)
            .where(
                submission.c.state == SubmissionState.WAITING,
                submission.c.destination == Bound.FOLDER,
                submission.c.copied_at.is_(None),
            )
            .order_by(submission.c.created_at, submission.c.revision)
        )
    )


def copied_to(connection: Connection, stick: str) -> list[str]:
    """What should be whole on that stick."""
    return list(
        connection.scalars(
            select(submission.c.id).where(
                submission.c.state == SubmissionState.WAITING,
                submission.c.destination == Bound.FOLDER,
                submission.c.copied_to == stick,
            )
        )
    )


def note_copied(connection: Connection, submission_id: str, stick: str, now: datetime) -> bool:
    """It is whole on that stick; False when it was moved back to the network meanwhile."""
    return bool(
        connection.execute(
            update(submission)
            .where(
                submission.c.id == submission_id,
                submission.c.state == SubmissionState.WAITING,
                submission.c.destination == Bound.FOLDER,
            )
            .values(copied_at=now, copied_to=stick, error_code=None, error_text=None)
        ).rowcount
    )


def note_trouble(connection: Connection, submission_id: str, code: str, text: str) -> None:
    """Why it is on no stick; it is tried again by itself. Nothing is written twice."""
    connection.execute(
        update(submission)
        .where(
            submission.c.id == submission_id,
            submission.c.state == SubmissionState.WAITING,
            submission.c.destination == Bound.FOLDER,
            or_(submission.c.error_code.is_(None), submission.c.error_code != code),
        )
        .values(error_code=code, error_text=text, **_NOT_COPIED)
    )


def standing(connection: Connection, submission_ids: Iterable[str]) -> dict[str, Carried]:
    """Those of *submission_ids* that are ours."""
    rows = connection.execute(
        select(
            submission.c.id,
            submission.c.state,
            submission.c.destination,
            submission.c.copied_to,
        ).where(submission.c.id.in_(list(submission_ids)))
    )
    return {
        row.id: Carried(SubmissionState(row.state), row.destination == Bound.FOLDER, row.copied_to)
        for row in rows
    }
