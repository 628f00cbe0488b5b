"""Walk-up rows: a short number for papers without a dossier, until somebody claims them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from appliance.core.dossiers.walk_up import WalkUp, WalkUpState
from appliance.core.errors import DossierUnknown
from appliance.core.errors.walk_up import WalkUpElsewhere, WalkUpGone
from appliance.store.rows import insert_numbered
from appliance.store.schema.tables import page, scan_request, walk_up

_FACTS = [walk_up.c[name] for name in WalkUp.__dataclass_fields__]
_HELD = walk_up.c.state == literal_column(f"'{WalkUpState.HELD}'")


def begin(
    connection: Connection,
    request_id: int,
    *,
    desk_key: str,
    day: date,
    now: datetime,
    due_s: float,
) -> WalkUp:
    """The first page of a request without a dossier is being saved: it gets its number.

    The next one after all that were given today or are held: a clock that jumped to another day
    must not call two people by the same one.
    """
    taken = connection.scalar(
        select(func.max(walk_up.c.number)).where(
            or_(walk_up.c.day == day.isoformat(), walk_up.c.state == WalkUpState.HELD)
        )
    )
    number = insert_numbered(
        connection,
        insert(walk_up).values(
            number=(taken or 0) + 1,
            day=day.isoformat(),
            desk_key=desk_key,
            state=WalkUpState.HELD,
            made_at=now,
            due_s=due_s,
        ),
    )
    connection.execute(
        update(scan_request).where(scan_request.c.id == request_id).values(walk_up_id=number)
    )
    return get(connection, number)


def get(connection: Connection, walk_up_id: int) -> WalkUp:
    """One walk-up, whatever became of it, or WalkUpGone."""
    row = connection.execute(select(*_FACTS).where(walk_up.c.id == walk_up_id)).one_or_none()
    if row is None:
        raise WalkUpGone(f"no walk-up {walk_up_id}")
    return _walk_up(row)


def of_request(connection: Connection, request_id: int) -> WalkUp | None:
    """What a request brought its pages to so far; None before the first one."""
    row = connection.execute(
        select(*_FACTS)
        .join(scan_request, scan_request.c.walk_up_id == walk_up.c.id)
        .where(scan_request.c.id == request_id)
    ).one_or_none()
    return _walk_up(row) if row else None


def request_of(connection: Connection, walk_up_id: int) -> Row[Any]:
    """The press that brought it."""
    return connection.execute(
        select(scan_request).where(scan_request.c.walk_up_id == walk_up_id)
    ).one()


def held(connection: Connection) -> list[WalkUp]:
    """All that may be claimed or are to be erased, the oldest first.

    Asked for by every page each second: the state is written out, so that the index of the few
    that are held serves it, however many there were in a year.
    """
    return _listed(connection, _HELD)


def half_erased(connection: Connection) -> list[WalkUp]:
    """Those whose erasing a cut interrupted."""
    return _listed(connection, walk_up.c.state == WalkUpState.ERASING)


def lately_erased(connection: Connection, limit: int) -> list[WalkUp]:
    """Those of the latest *limit* walk-ups that nobody claimed in time, the newest first."""
    newest = connection.scalar(select(func.max(walk_up.c.id))) or 0
    gone = walk_up.c.state.in_((WalkUpState.ERASING, WalkUpState.ERASED))
    return _listed(connection, gone & (walk_up.c.id > newest - limit))[::-1]


def page_counts(connection: Connection) -> dict[int, int]:
    """Scanned sides of every walk-up that still has any."""
    rows = connection.execute(
        select(page.c.walk_up_id, func.count())
        .where(page.c.walk_up_id.is_not(None), page.c.item == 0)
        .group_by(page.c.walk_up_id)
    )
    return {row[0]: row[1] for row in rows}


def put_off(connection: Connection, walk_up_id: int, due_s: float) -> None:
    """It is erased at *due_s* at the earliest; never sooner than it was said before."""
    moved = connection.execute(
        update(walk_up)
        .where(walk_up.c.id == walk_up_id, walk_up.c.state == WalkUpState.HELD)
        .values(due_s=func.max(walk_up.c.due_s, due_s))
    )
    if moved.rowcount != 1:
        raise WalkUpGone(f"walk-up {walk_up_id} is not held any more")


def open_for(connection: Connection, walk_up_id: int, volunteer_id: int) -> None:
    """From now on this volunteer sees its pages, and nobody else."""
    _move(connection, walk_up_id, WalkUpState.HELD, opened_by=volunteer_id)


def must_be_held(one: WalkUp) -> None:
    """Raise WalkUpGone once it was claimed or erased."""
    if one.state is not WalkUpState.HELD:
        raise WalkUpGone(f"walk-up {one.id} is {one.state}")


def must_be_opened_by(one: WalkUp, volunteer_id: int) -> None:
    """Raise unless it is held, and *volunteer_id* opened it last."""
    must_be_held(one)
    if one.opened_by != volunteer_id:
        raise WalkUpElsewhere(f"walk-up {one.id} was opened by {one.opened_by}")


def claim(
    connection: Connection,
    walk_up_id: int,
    dossier_id: str,
    slot_key: str,
    *,
    now: datetime,
    old_files: Iterable[str],
) -> None:
    """Its request belongs to the dossier from now on; its old files are still to be removed."""
    _move(
        connection,
        walk_up_id,
        WalkUpState.CLAIMED,
        ended_at=now,
        dossier_id=dossier_id,
        old_files=json.dumps(sorted(old_files)),
    )
    moved = connection.execute(
        update(scan_request)
        .where(scan_request.c.walk_up_id == walk_up_id)
        .values(dossier_id=dossier_id, slot_key=slot_key)
    )
    if moved.rowcount != 1:
        raise DossierUnknown(f"walk-up {walk_up_id} has no request")


def with_old_files(connection: Connection) -> list[tuple[WalkUp, list[str]]]:
    """Claimed ones whose first files may still be there."""
    rows = connection.execute(
        select(*_FACTS, walk_up.c.old_files).where(walk_up.c.old_files.is_not(None))
    )
    return [(_walk_up(row), json.loads(row.old_files)) for row in rows]


def forget_old_files(connection: Connection, walk_up_id: int) -> None:
    """They are gone."""
    connection.execute(update(walk_up).where(walk_up.c.id == walk_up_id).values(old_files=None))


def start_erasing(connection: Connection, walk_up_id: int, now: datetime) -> None:
    """Nobody opens or claims it any more. WalkUpGone when somebody was faster."""
    _move(connection, walk_up_id, WalkUpState.ERASING, ended_at=now)


def end_erasing(connection: Connection, walk_up_id: int) -> None:
    """Key and files are gone; what stays is that there was such a number."""
    connection.execute(
        update(walk_up)
        .where(walk_up.c.id == walk_up_id, walk_up.c.state == WalkUpState.ERASING)
        .values(state=WalkUpState.ERASED)
    )


def _move(connection: Connection, walk_up_id: int, new: WalkUpState, **columns: Any) -> None:
    moved = connection.execute(
        update(walk_up)
        .where(walk_up.c.id == walk_up_id, walk_up.c.state == WalkUpState.HELD)
        .values(state=new, **columns)
    )
    if moved.rowcount != 1:
        raise WalkUpGone(f"walk-up {walk_up_id} is not held any more")


def _listed(connection: Connection, condition: ColumnElement[bool]) -> list[WalkUp]:
    # sorted here: SQLite would rather walk the whole table in order than use an index
    rows = connection.execute(select(*_FACTS).where(condition))
    return sorted((_walk_up(row) for row in rows), key=lambda one: one.id)


def _walk_up(row: Any) -> WalkUp:
    plain = {name: getattr(row, name) for name in WalkUp.__dataclass_fields__}
    plain["state"] = WalkUpState(row.state)
    return WalkUp(**plain)
