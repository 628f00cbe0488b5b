"""Months as rows tell them, and months of rows that are gone; each thing counts exactly once.

A row counts as long as it is there. In the transaction that drops it, what it counted for is
added to ``figure_month``: a cut leaves both as they were, or both done.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from appliance.core.dossiers.submission import Bound
from appliance.core.point.figures import Figures
from appliance.core.point.figuring import Came, Key, Made, gathered, of_dossier, of_visits
from appliance.core.point.visits import Face, HowDone, Purpose
from appliance.core.wire.manifest import EventType, WardState
from appliance.store import status
from appliance.store.schema.tables import dossier, receipt, submission, ward_event
from appliance.store.schema.visit_tables import figure_month, queue_number, visit, ward_total

MONTHS_KEPT = 120
QUEUES_KEPT = 7  # days


class Here(NamedTuple):
    """What figures must know of the point: its calendar, and its own place's key."""

    zone: ZoneInfo
    own_place: str


def months(connection: Connection, here: Here, first: str, last: str) -> dict[Key, Figures]:
    """Every place's months from *first* to *last*, both included; months without anything lack."""
    settled = connection.execute(
        select(figure_month).where(figure_month.c.month.between(first, last))
    )
    parts = [((row.month, row.place), Figures.model_validate_json(row.counts)) for row in settled]
    days = visit.c.day.between(f"{first}-01", f"{last}-31")
    parts += of_visits(_came(connection, days))
    of_dossiers = (part for made in _made(connection, here) for part in of_dossier(made, here.zone))
    parts += [part for part in of_dossiers if first <= part[0][0] <= last]
    return dict(gathered(parts))


def settle_dossier(connection: Connection, here: Here, dossier_id: str) -> None:
    """Keep what a dossier counted for; in the transaction that drops its rows."""
    for made in _made(connection, here, dossier.c.id == dossier_id):
        _add(connection, gathered(of_dossier(made, here.zone)))


def settle_visits(connection: Connection, before: date) -> int:
    """Visits of days before *before* become counts, and go. Returns how many."""
    old = visit.c.day < before.isoformat()
    _add(connection, gathered(of_visits(_came(connection, old))))
    # a diary that is read again must not bring back what has become a count
    if before.isoformat() > visits_settled_before(connection):
        status.remember(connection, status.VISITS_SETTLED, before.isoformat())
    return connection.execute(delete(visit).where(old)).rowcount


def visits_settled_before(connection: Connection) -> str:
    """The day before which visits are counts and no rows; empty while none are."""
    return status.recall(connection, status.VISITS_SETTLED) or ""


def add_face(connection: Connection, month: str, place: str, face: Face) -> None:
    """One answer more in that month: it is kept as a count from the first moment."""
    _add(connection, {(month, place): Figures(faces={face: 1})})


def sweep(connection: Connection, today: date) -> None:
    """Months of ten years ago and more go, and the queues of last week."""
    kept_from = f"{today.year - MONTHS_KEPT // 12:04}-{today.month:02}"
    for table in (figure_month, ward_total):
        connection.execute(delete(table).where(table.c.month < kept_from))
    day = date.fromordinal(today.toordinal() - QUEUES_KEPT).isoformat()
    # days of the future too: the clock fell back, and nobody waits there
    wrong = or_(queue_number.c.day < day, queue_number.c.day > today.isoformat())
    connection.execute(delete(queue_number).where(wrong))


def _add(connection: Connection, counts: Mapping[Key, Figures]) -> None:
    for (month, place), more in counts.items():
        known = connection.scalar(
            select(figure_month.c.counts).where(
                figure_month.c.month == month, figure_month.c.place == place
            )
        )
        told = (Figures.model_validate_json(known) + more if known else more).model_dump_json(
            exclude_defaults=True
        )
        connection.execute(
            insert(figure_month)
            .values(month=month, place=place, counts=told)
            .on_conflict_do_update(index_elements=["month", "place"], set_={"counts": told})
        )


def _came(connection: Connection, wanted: ColumnElement[bool]) -> Iterable[Came]:
    month = func.substr(visit.c.day, 1, 7)
    alike = (month, visit.c.place, visit.c.purpose, visit.c.how)
    rows = connection.execute(select(*alike, func.count()).where(wanted).group_by(*alike))
    for when, place, purpose, how, count in rows:
        yield Came(when, place, Purpose(purpose), HowDone(how) if how else None, count)


def _made(connection: Connection, here: Here, *wanted: ColumnElement[bool]) -> list[Made]:
    """What every dossier that is here, or the *wanted* one, counts by."""
    ids = select(dossier.c.id).where(*wanted)
    sent = _by_dossier(
        connection.execute(
            select(
                submission.c.dossier_id,
                submission.c.revision,
                submission.c.created_at,
                submission.c.destination,
                receipt.c.received_at,
            )
            .outerjoin(receipt, receipt.c.submission_id == submission.c.id)
            .where(submission.c.dossier_id.in_(ids))
            .order_by(submission.c.revision)
        )
    )
    said = _by_dossier(
        connection.execute(
            select(
                ward_event.c.dossier_id, ward_event.c.at, ward_event.c.state, ward_event.c.message
            )
            .where(ward_event.c.dossier_id.in_(ids))
            .order_by(ward_event.c.at)
        )
    )
    rows = connection.execute(
        select(
            dossier.c.id,
            dossier.c.place,
            dossier.c.procedure_id,
            dossier.c.opened_at,
            dossier.c.taken_at,
        ).where(*wanted)
    )
    return [_one(row, here, sent.get(row.id, ()), said.get(row.id, ())) for row in rows]


def _one(row: Any, here: Here, sent: Sequence[Row[Any]], said: Sequence[Row[Any]]) -> Made:
    first = next((one for one in sent if one.revision == 1), None)
    words = [(one.at, WardState(one.state)) for one in said]
    return Made(
        place=row.place or here.own_place,
        procedure=row.procedure_id,
        opened_at=row.opened_at,
        sealed_at=first.created_at if first else None,
        by_hand=first is not None and first.destination == Bound.FOLDER,
        taken_at=row.taken_at,
        received_at=first.received_at if first else None,
        supplements=tuple(one.created_at for one in sent if one.revision > 1),
        said=tuple(words),
        asked=tuple(one.at for one in said if _asks(one)),
    )


def _asks(event: Row[Any]) -> bool:
    """Whether it is a request, and not only a word about one that stands."""
    if event.state != WardState.SUPPLEMENT_REQUESTED:
        return False
    told = json.loads(event.message)
    return told["type"] == EventType.SUPPLEMENT_REQUESTED or bool(told.get("items"))


def _by_dossier(rows: Iterable[Row[Any]]) -> Mapping[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.dossier_id].append(row)
    return found
