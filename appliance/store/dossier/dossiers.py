"""Dossier rows: made, read, and moved from one state to the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects import sqlite

from appliance.core.dossiers.dossier import Dossier, DossierState, local_number
from appliance.core.errors import AnswersChangedElsewhere, DossierMovedOn, DossierUnknown
from appliance.store.schema.tables import dossier, number_given, procedure_version, volunteer

# without sealed answers, which a list has no use for
_FACTS = [dossier.c[name] for name in Dossier.__dataclass_fields__]


def add_dossier(
    connection: Connection,
    *,
    dossier_id: str,
    point_code: str,
    local_day: datetime,
    **columns: Any,
) -> str:
    """Insert an OPEN dossier; returns its local number, which was never given before."""
    day = local_number(point_code, local_day, 0)[:-2]
    # between two texts, not LIKE: along the index, however many there are of other days
    taken = connection.scalars(
        select(dossier.c.number).where(dossier.c.number > day, dossier.c.number < f"{day}:")
    )
    gone = connection.scalar(select(number_given.c.newest).where(number_given.c.day == day)) or 0
    serial = max((int(number[len(day) :]) for number in taken), default=0)
    serial = max(serial, gone) + 1
    number = local_number(point_code, local_day, serial)
    connection.execute(
        sqlite.insert(number_given)
        .values(day=day, newest=serial)
        .on_conflict_do_update(index_elements=["day"], set_={"newest": serial})
    )
    connection.execute(
        insert(dossier).values(id=dossier_id, number=number, state=DossierState.OPEN, **columns)
    )
    return number


def get_dossier(connection: Connection, dossier_id: str) -> Dossier:
    """One dossier, or DossierUnknown."""
    row = connection.execute(select(*_FACTS).where(dossier.c.id == dossier_id)).one_or_none()
    if row is None:
        raise DossierUnknown(f"no dossier {dossier_id}")
    return _dossier(row)


def row_of(connection: Connection, dossier_id: str) -> Row[Any]:
    """The whole row with sealed answers, and as ``form`` the procedure that is pinned, packed."""
    row = connection.execute(
        select(dossier, procedure_version.c.text.label("form"))
        .join(procedure_version, procedure_version.c.digest == dossier.c.procedure_digest)
        .where(dossier.c.id == dossier_id)
    ).one_or_none()
    if row is None:
        raise DossierUnknown(f"no dossier {dossier_id}")
    return row


def by_number(connection: Connection, number: str) -> Dossier | None:
    """The dossier of a slip's number; numbers are given once."""
    row = connection.execute(select(*_FACTS).where(dossier.c.number == number)).one_or_none()
    return _dossier(row) if row else None


def was_given(connection: Connection, number: str) -> bool:
    """Whether this point ever gave that number, also to a dossier that it has forgotten."""
    day = number.rstrip("0123456789")
    serial = number[len(day) :]
    newest = connection.scalar(select(number_given.c.newest).where(number_given.c.day == day))
    return newest is not None and len(serial) < 10 and 0 < int(serial or 0) <= newest


def list_dossiers(
    connection: Connection, states: Sequence[DossierState], limit: int = 100
) -> list[Dossier]:
    """Newest first."""
    rows: list[Row[Any]] = []
    newest_first = dossier.c.id.desc()  # UUIDv7: the order of opening, also when the clock jumped
    for state in states:  # one at a time each is read along an index: ten thousand cost nothing
        of_state = select(*_FACTS).where(dossier.c.state == state)
        rows += connection.execute(of_state.order_by(newest_first).limit(limit)).all()
    newest = sorted(rows, key=lambda row: str(row.id), reverse=True)[:limit]
    return [_dossier(row) for row in newest]


def asked_by_ward(connection: Connection, limit: int = 100) -> list[Dossier]:
    """Dossiers for which the ward waits for better papers, those asked for first first."""
    rows = connection.execute(
        select(*_FACTS)
        .where(dossier.c.ward_asks.is_not(None), dossier.c.state != DossierState.ERASED)
        .order_by(dossier.c.ward_asks)
        .limit(limit)
    )
    return [_dossier(row) for row in rows]


def lately_opened(connection: Connection, limit: int) -> list[str]:
    """The procedures of the newest dossiers, one entry each."""
    newest = select(dossier.c.procedure_id).order_by(dossier.c.id.desc()).limit(limit)
    return list(connection.scalars(newest))


def holders(connection: Connection, dossier_ids: Sequence[str]) -> list[Row[Any]]:
    """``id``, ``held_by``, ``held_at`` and ``name`` of those that somebody works on."""
    return list(
        connection.execute(
            select(dossier.c.id, dossier.c.held_by, dossier.c.held_at, volunteer.c.name)
            .join(volunteer, volunteer.c.id == dossier.c.held_by)
            .where(dossier.c.id.in_(dossier_ids))
        )
    )


def move_dossier(
    connection: Connection,
    dossier_id: str,
    old: DossierState,
    new: DossierState,
    **columns: Any,
) -> None:
    """From *old* to *new*, or DossierMovedOn when it no longer is *old*."""
    moved = connection.execute(
        update(dossier)
        .where(dossier.c.id == dossier_id, dossier.c.state == old)
        .values(state=new, **columns)
    ).rowcount
    if moved != 1:
        raise DossierMovedOn(f"dossier {dossier_id} is no longer {old}")


def touch_open(
    connection: Connection, dossier_id: str, *, seen_revision: int, **columns: Any
) -> None:
    """Write columns of a dossier that must still be OPEN, with the answers the caller saw.

    Raises:
        DossierMovedOn: it is not OPEN any more.
        AnswersChangedElsewhere: somebody saved answers in between.
    """
    current = get_dossier(connection, dossier_id)
    if current.answers_revision != seen_revision:
        raise AnswersChangedElsewhere(
            f"dossier {dossier_id}: at {current.answers_revision}, not {seen_revision}"
        )
    move_dossier(connection, dossier_id, DossierState.OPEN, DossierState.OPEN, **columns)


def set_holder(connection: Connection, dossier_id: str, volunteer_id: int, now: datetime) -> None:
    """Note who works on it, and since when there is a sign of that."""
    connection.execute(
        update(dossier)
        .where(dossier.c.id == dossier_id)
        .values(held_by=volunteer_id, held_at=now, touched_at=now, warned_at=None)
    )


def let_go_of(connection: Connection, dossier_id: str) -> None:
    """Nobody works on it any more."""
    gone = {"held_by": None, "held_at": None}
    connection.execute(update(dossier).where(dossier.c.id == dossier_id).values(**gone))


def forget_holder(connection: Connection, volunteer_id: int) -> None:
    """That volunteer works on nothing any more."""
    connection.execute(
        update(dossier).where(dossier.c.held_by == volunteer_id).values(held_by=None, held_at=None)
    )


def opened(connection: Connection) -> list[Dossier]:
    """All that lie on the desk, the newest first."""
    rows = connection.execute(select(*_FACTS).where(dossier.c.state == DossierState.OPEN))
    return sorted((_dossier(row) for row in rows), key=lambda one: one.id, reverse=True)


def erased_ids(connection: Connection) -> set[str]:
    """Those that were erased before the ward had them."""
    gone = select(dossier.c.id).where(dossier.c.state == DossierState.ERASED)
    return set(connection.scalars(gone))


def set_columns(connection: Connection, dossier_id: str, **columns: Any) -> None:
    """Note facts that belong to no state, such as its mã hồ sơ."""
    connection.execute(update(dossier).where(dossier.c.id == dossier_id).values(**columns))


def put_answers(connection: Connection, dossier_id: str, sealed: bytes, seen_revision: int) -> int:
    """Store sealed answers on top of *seen_revision*; returns the new revision.

    Raises:
        AnswersChangedElsewhere: somebody saved in between; nothing was written.
        DossierMovedOn: it is not OPEN any more.
    """
    written = connection.execute(
        update(dossier)
        .where(
            dossier.c.id == dossier_id,
            dossier.c.state == DossierState.OPEN,
            dossier.c.answers_revision == seen_revision,
        )
        .values(answers=sealed, answers_revision=seen_revision + 1)
    ).rowcount
    if written != 1:
        current = get_dossier(connection, dossier_id)
        if current.state is not DossierState.OPEN:
            raise DossierMovedOn(f"dossier {dossier_id} is {current.state}")
        raise AnswersChangedElsewhere(
            f"dossier {dossier_id}: at {current.answers_revision}, not {seen_revision}"
        )
    return seen_revision + 1


def _dossier(row: Row[Any]) -> Dossier:
    return Dossier(
        id=row.id,
        number=row.number,
        procedure_id=row.procedure_id,
        procedure_version=row.procedure_version,
        state=DossierState(row.state),
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        answers_revision=row.answers_revision,
        consent_at=row.consent_at,
        sealed_at=row.sealed_at,
        revision=row.revision,
        national_code=row.national_code,
        follow_secret=row.follow_secret,
        touched_at=row.touched_at,
        warned_at=row.warned_at,
        erased_at=row.erased_at,
        erased_why=row.erased_why,
    )
