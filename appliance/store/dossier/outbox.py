"""Sealed dossiers without a receipt. Hold, send, write the receipt: the only way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Row,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import (
    HOLD,
    LONGEST_REST,
    Bound,
    SealedFile,
    Submission,
    SubmissionState,
    revision_id,
)
from appliance.core.dossiers.supplement import Brought
from appliance.core.errors import BeingSent, DossierMovedOn, SupplementNotWanted
from appliance.core.wire.manifest import Receipt
from appliance.keys.canonical import canonical_json
from appliance.store.dossier.dossiers import move_dossier
from appliance.store.schema.tables import (
    dossier,
    outbox_count,
    receipt,
    submission,
    submission_file,
)

NO_RECEIPT = (SubmissionState.WAITING, SubmissionState.NEEDS_PERSON)


class Queue(NamedTuple):
    """What waits: the age of the oldest is on the first screen."""

    waiting: int
    needs_person: int
    oldest_at: datetime | None


def add_submission(connection: Connection, new: Submission) -> None:
    """Put a sealed dossier into the outbox, together with the move to SEALED."""
    connection.execute(
        insert(submission).values(
            id=new.id,
            dossier_id=new.dossier_id,
            revision=new.revision,
            destination=new.destination,
            state=SubmissionState.WAITING,
            body=new.body,
            manifest_sha256=new.manifest_sha256,
            created_at=new.created_at,
            answers_seq=new.answers_seq,
            brought=new.brought,
        )
    )
    connection.execute(
        insert(submission_file),
        [
            {name: getattr(file, name) for name in SealedFile.__dataclass_fields__}
            | {"submission_id": new.id}
            for file in new.files
        ],
    )


def has_due(connection: Connection, now: datetime) -> bool:
    """Whether ``take_next`` would find something; takes no lock."""
    return _due_id(connection, now) is not None


def take_next(connection: Connection, held_by: str, now: datetime) -> Submission | None:
    """Hold the longest-waiting due submission for ten minutes; None when nothing is due.

    What a stick carries is none of it, see ``store.dossier.carried``.

    The hold runs out by itself, so a sender that was killed blocks nobody. A moment further
    ahead than the longest hold or rest comes from a clock that jumped and counts as due.
    """
    found = _due_id(connection, now)
    if found is None:
        return None
    connection.execute(
        update(submission)
        .where(submission.c.id == found)
        .values(held_by=held_by, next_try_at=now + HOLD, attempts=submission.c.attempts + 1)
    )
    return get_submission(connection, found)


def get_submission(connection: Connection, submission_id: str) -> Submission:
    """One submission with its files."""
    row = connection.execute(select(submission).where(submission.c.id == submission_id)).one()
    files = connection.execute(
        select(submission_file).where(submission_file.c.submission_id == submission_id)
    ).all()
    return _submission(row, files)


def submission_of(connection: Connection, dossier_id: str) -> Submission | None:
    """The newest revision's submission of a dossier."""
    found = connection.scalar(
        select(submission.c.id)
        .where(submission.c.dossier_id == dossier_id)
        .order_by(submission.c.revision.desc())
        .limit(1)
    )
    return get_submission(connection, found) if found else None


def submissions_of(connection: Connection, dossier_id: str) -> list[Submission]:
    """Every revision of a dossier that was sealed, the first one first, with its files."""
    ids = connection.scalars(
        select(submission.c.id)
        .where(submission.c.dossier_id == dossier_id)
        .order_by(submission.c.revision)
    ).all()
    return [get_submission(connection, one) for one in ids]


def newest_answered(connection: Connection, dossier_id: str) -> int:
    """The newest of the ward's requests that a sealed revision answers; 0 when none does."""
    return (
        connection.scalar(
            select(func.max(submission.c.answers_seq)).where(submission.c.dossier_id == dossier_id)
        )
        or 0
    )


def brought_in_part(connection: Connection, dossier_id: str) -> tuple[Brought, ...]:
    """What sealed revisions brought of requests that they answer only in part."""
    told = connection.scalars(
        select(submission.c.brought)
        .where(submission.c.dossier_id == dossier_id, submission.c.brought.is_not(None))
        .order_by(submission.c.revision)
    )
    return tuple(Brought.read(one) for one in told)


def withdraw(connection: Connection, submission_id: str) -> None:
    """Take back what the ward said it does not want; it must need a person for that reason."""
    gone = delete(submission_file).where(submission_file.c.submission_id == submission_id)
    connection.execute(gone)
    taken = connection.execute(
        delete(submission).where(
            submission.c.id == submission_id,
            submission.c.state == SubmissionState.NEEDS_PERSON,
            submission.c.error_code == SupplementNotWanted.code,
        )
    ).rowcount
    if taken != 1:
        raise DossierMovedOn(f"submission {submission_id} was not refused as unwanted")


def take_out(connection: Connection, submission_id: str, now: datetime) -> None:
    """The citizen takes it back before there is a receipt.

    Raises:
        BeingSent: a sender holds it; in ten minutes at most it is free.
        DossierMovedOn: its receipt is stored.
    """
    row = connection.execute(select(submission).where(submission.c.id == submission_id)).one()
    held_until = row.next_try_at if row.held_by else None
    if held_until is not None and now < held_until <= now + HOLD:
        raise BeingSent(f"submission {submission_id} is held by {row.held_by}")
    gone = delete(submission_file).where(submission_file.c.submission_id == submission_id)
    connection.execute(gone)
    taken = connection.execute(
        delete(submission).where(
            submission.c.id == submission_id, submission.c.state.in_(NO_RECEIPT)
        )
    ).rowcount
    if taken != 1:
        raise DossierMovedOn(f"submission {submission_id} has left the outbox")


def list_outbox(connection: Connection, limit: int = 200) -> list[Submission]:
    """All that have no receipt, oldest first; file lists are left out."""
    rows: list[Row[Any]] = []
    for state in NO_RECEIPT:  # one at a time each is read along an index, however many there are
        rows += connection.execute(
            select(submission)
            .where(submission.c.state == state)
            .order_by(submission.c.created_at)
            .limit(limit)
        ).all()
    return [_submission(row, ()) for row in sorted(rows, key=_age)[:limit]]


def waiting_lines(connection: Connection, limit: int) -> list[Row[Any]]:
    """As ``list_outbox``, only what a list tells: no manifest is read, one question a state."""
    told = (
        submission.c.dossier_id,
        dossier.c.number,
        submission.c.state,
        submission.c.created_at,
        submission.c.attempts,
        submission.c.error_code,
        submission.c.destination,
        submission.c.copied_at,
    )
    rows: list[Any] = []
    for state in reversed(NO_RECEIPT):  # those that need a person are never cut off by the limit
        rows += connection.execute(
            select(*told)
            .join(dossier, dossier.c.id == submission.c.dossier_id)
            .where(submission.c.state == state)
            .order_by(submission.c.created_at)
            .limit(limit - len(rows))
        ).all()
    return sorted(rows, key=_age)


def prolong(connection: Connection, submission_id: str, held_by: str, now: datetime) -> None:
    """Bytes still travel: the hold lasts ten more minutes from *now*."""
    connection.execute(
        update(submission)
        .where(submission.c.id == submission_id, submission.c.held_by == held_by)
        .values(next_try_at=now + HOLD)
    )


def recall_upload(connection: Connection, submission_id: str, sha256: str) -> str | None:
    """Where the upload of a sealed file was begun, if it was."""
    return connection.scalar(
        select(submission_file.c.upload_url).where(
            submission_file.c.submission_id == submission_id, submission_file.c.sha256 == sha256
        )
    )


def remember_upload(connection: Connection, submission_id: str, sha256: str, url: str) -> None:
    """Keep where an upload can be resumed; called before its first byte travels."""
    connection.execute(
        update(submission_file)
        .where(submission_file.c.submission_id == submission_id, submission_file.c.sha256 == sha256)
        .values(upload_url=url)
    )


def mark_delivered(connection: Connection, sent: Submission, proof: Receipt) -> bool:
    """Store a verified receipt; the only way out of the outbox. False: it was here already."""
    stored = connection.scalar(select(receipt.c.code).where(receipt.c.submission_id == sent.id))
    if stored is not None:
        return False
    _leave(connection, sent.id, state=SubmissionState.DELIVERED, error_code=None, error_text=None)
    connection.execute(
        insert(receipt).values(
            submission_id=sent.id,
            code=proof.code,
            received_at=proof.received_at,
            message=canonical_json(proof),
        )
    )
    move_dossier(connection, sent.dossier_id, DossierState.SEALED, DossierState.DELIVERED)
    return True


def rest(connection: Connection, submission_id: str, until: datetime, code: str, text: str) -> None:
    """It did not arrive this time; try again at *until*."""
    _leave(
        connection,
        submission_id,
        state=SubmissionState.WAITING,
        next_try_at=until,
        error_code=code,
        error_text=text,
    )


def needs_person(connection: Connection, submission_id: str, code: str, text: str) -> None:
    """It will not succeed by itself; it stays, with the reason, until somebody retries."""
    _leave(
        connection,
        submission_id,
        state=SubmissionState.NEEDS_PERSON,
        next_try_at=None,
        error_code=code,
        error_text=text,
    )


def retry(connection: Connection, submission_id: str | None = None) -> int:
    """Try one, or all that wait or need a person, now. Returns how many."""
    again = (
        update(submission)
        .where(submission.c.state.in_(NO_RECEIPT))
        .values(state=SubmissionState.WAITING, next_try_at=None, held_by=None)
    )
    if submission_id is not None:
        again = again.where(submission.c.id == submission_id)
    return connection.execute(again).rowcount


def queue(connection: Connection) -> Queue:
    """How much waits and since when; costs the same however much it is."""
    counts = {row.state: row.submissions for row in connection.execute(select(outbox_count))}
    oldest: list[datetime] = []
    for state in NO_RECEIPT:
        of_state = submission.c.state == state
        first = connection.scalar(select(func.min(submission.c.created_at)).where(of_state))
        oldest += [first] if first else []
    return Queue(
        waiting=counts.get(SubmissionState.WAITING, 0),
        needs_person=counts.get(SubmissionState.NEEDS_PERSON, 0),
        oldest_at=min(oldest, default=None),
    )


def count_receipts(connection: Connection) -> int:
    """Grows with each dossier that arrives; falls back only when all of them are long over."""
    return connection.scalar(select(func.max(literal_column("rowid"))).select_from(receipt)) or 0


def known_ids(connection: Connection) -> set[str]:
    """Every submission that may own a folder of sealed files: sealed, or being sealed."""
    being_sealed = connection.execute(
        select(dossier.c.id, dossier.c.revision).where(dossier.c.state == DossierState.SEALING)
    )
    coming = {revision_id(row.id, row.revision) for row in being_sealed}
    return set(connection.scalars(select(submission.c.id))) | coming


def delivered_ids(connection: Connection) -> set[str]:
    """Every submission whose receipt is stored."""
    return set(connection.scalars(select(receipt.c.submission_id)))


def receipt_of(connection: Connection, submission_id: str) -> Receipt | None:
    """The verified receipt, if it is here."""
    message = connection.scalar(
        select(receipt.c.message).where(receipt.c.submission_id == submission_id)
    )
    return Receipt.model_validate_json(message) if message else None


def _due_id(connection: Connection, now: datetime) -> str | None:
    """The one that waits longest; a step along the index, however many rest."""
    waiting = select(submission.c.id, submission.c.next_try_at).where(
        submission.c.state == SubmissionState.WAITING, submission.c.destination == Bound.WARD
    )
    order = (submission.c.next_try_at, submission.c.created_at)  # never tried comes first
    first = connection.execute(waiting.order_by(*order).limit(1)).one_or_none()
    if first is None:
        return None
    if first.next_try_at is None or first.next_try_at <= now:
        return str(first.id)
    last = connection.execute(waiting.order_by(order[0].desc()).limit(1)).one()
    return str(last.id) if last.next_try_at > now + max(HOLD, LONGEST_REST) else None


def _leave(connection: Connection, submission_id: str, **columns: Any) -> None:
    moved = connection.execute(
        update(submission)
        .where(
            submission.c.id == submission_id,
            submission.c.state.in_(NO_RECEIPT),
        )
        .values(held_by=None, **columns)
    ).rowcount
    if moved != 1:
        raise DossierMovedOn(f"submission {submission_id} has left the outbox")


def _submission(row: Row[Any], files: Sequence[Row[Any]]) -> Submission:
    plain = {
        name: getattr(row, name) for name in Submission.__dataclass_fields__ if name != "files"
    }
    return Submission(
        **plain | {"state": SubmissionState(row.state)},
        files=tuple(
            SealedFile(**{n: getattr(file, n) for n in SealedFile.__dataclass_fields__})
            for file in files
        ),
    )


def _age(row: Row[Any]) -> datetime:
    made_at: datetime = row.created_at
    return made_at
