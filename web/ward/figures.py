"""Months of the points, box by box, and what they come to together.

A box tells a month whole each time; its revision decides which telling is the newest. So a place
that two boxes visit is the sum of both, and a box that was at two places is told apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from appliance.core.point.figures import Figures, share_percent, total
from appliance.core.point.figures_told import HeardMonth, HeardMonthTold
from web.ward.tables import device, dossier, figure_month, ward_total

LAST_MONTH = "2099-12"
MOST_MONTHS = 3_000  # of one box: twenty-five places, ten years


class OlderRevision(Exception):
    """A newer telling of that month is here already, or another one of the same number."""

    def __init__(self, known: int) -> None:
        super().__init__(f"revision {known} is known")
        self.known = known


class TooManyMonths(Exception):
    """More places and months than one box can have been at."""


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """One place, all boxes that served there added up."""

    commune: str
    place: str
    name: str
    boxes: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class CommuneShare:
    """How much of a commune's dossiers came through its points."""

    code: str
    name: str
    through_points: int
    in_all: int | None  # None: the number of some month is not typed in

    @property
    def percent(self) -> float | None:
        """None while the commune's own number is not known."""
        return share_percent(self.through_points, self.in_all)


def take(
    conn: Connection, device_id: int, told: HeardMonthTold, sha256: str, now: datetime
) -> bool:
    """Keep a month, in a transaction of ``writing``. False: that very telling was here already.

    Raises:
        OlderRevision: something else is known that is as new or newer.
        TooManyMonths: the box told of too many.
    """
    figures = told.figures
    here = (
        figure_month.c.device_id == device_id,
        figure_month.c.place == figures.place,
        figure_month.c.month == figures.month,
    )
    known = conn.execute(
        select(figure_month.c.revision, figure_month.c.sha256).where(*here)
    ).first()
    row: dict[str, Any] = {
        "revision": told.revision,
        "sha256": sha256,
        "commune": told.commune.code if told.commune else "",
        "commune_name": told.commune.name if told.commune else "",
        "told": figures.model_dump_json(exclude_defaults=True),
        "told_at": now,
    }
    if known is None:
        count = select(func.count()).where(figure_month.c.device_id == device_id)
        if (conn.scalar(count) or 0) >= MOST_MONTHS:
            raise TooManyMonths
        key = {"device_id": device_id, "place": figures.place, "month": figures.month}
        conn.execute(insert(figure_month).values(**key, **row))
        return True
    if (known.revision, known.sha256) == (told.revision, sha256):
        return False
    if known.revision >= told.revision:
        raise OlderRevision(known.revision)
    conn.execute(update(figure_month).where(*here).values(**row))
    return True


def known_of(conn: Connection, device_id: int) -> list[dict[str, Any]]:
    """What is here of one box, for the box to compare."""
    rows = conn.execute(
        select(
            figure_month.c.place,
            figure_month.c.month,
            figure_month.c.revision,
            figure_month.c.sha256,
        )
        .where(figure_month.c.device_id == device_id)
        .order_by(figure_month.c.month, figure_month.c.place)
    )
    return [dict(row._mapping) for row in rows]


def places(
    conn: Connection, first: str, last: str, commune: str | None = None
) -> list[PlaceFigures]:
    """Every place from month *first* to *last*, both included, by commune and name."""
    query = (
        select(figure_month, device.c.name.label("box"))
        .join(device, device.c.id == figure_month.c.device_id)
        .where(figure_month.c.month.between(first, last))
        .order_by(figure_month.c.month, figure_month.c.told_at)
    )
    if commune is not None:
        query = query.where(figure_month.c.commune == commune)
    found: dict[tuple[str, str], list[Any]] = {}
    for row in conn.execute(query):
        found.setdefault((row.commune, row.place), []).append(row)
    together = [_place(key, rows) for key, rows in found.items()]
    return sorted(together, key=lambda one: (one.commune, one.name, one.place))


def months_of(
    conn: Connection, first: str, last: str, commune: str | None = None
) -> list[tuple[str, HeardMonth]]:
    """Every month that a box told, with the commune's code; nothing added up."""
    query = (
        select(figure_month.c.commune, figure_month.c.told)
        .where(figure_month.c.month.between(first, last))
        .order_by(figure_month.c.month, figure_month.c.told_at)
    )
    if commune is not None:
        query = query.where(figure_month.c.commune == commune)
    return [(row.commune, _month(row.told)) for row in conn.execute(query)]


def by_month(conn: Connection, first: str, last: str, commune: str | None) -> dict[str, Figures]:
    """All places together, month by month; months without anything lack."""
    found: dict[str, list[Figures]] = {}
    for _, one in months_of(conn, first, last, commune):
        found.setdefault(one.month, []).append(one)
    return {month: total(parts) for month, parts in found.items()}


def communes(conn: Connection) -> dict[str, str]:
    """Code and name of every commune that a box named, as it was named last."""
    rows = conn.execute(
        select(figure_month.c.commune, figure_month.c.commune_name)
        .where(figure_month.c.commune != "")
        .order_by(figure_month.c.told_at)
    )
    return dict(sorted({row.commune: row.commune_name for row in rows}.items()))


def commune_of(conn: Connection, device_id: int) -> str:
    """Where that box says it stands; empty while it said nothing."""
    newest = (
        select(figure_month.c.commune)
        .where(figure_month.c.device_id == device_id)
        .order_by(figure_month.c.told_at.desc())
        .limit(1)
    )
    return conn.scalar(newest) or ""


def totals(conn: Connection, first: str, last: str, commune: str) -> dict[str, int]:
    """The commune's own numbers by month.

    One that stands for the whole office counts for a commune while the office has only that one.
    """
    names = {"", commune} if len(communes(conn)) < 2 else {commune}
    rows = conn.execute(
        select(ward_total.c.month, ward_total.c.dossiers)
        .where(ward_total.c.month.between(first, last), ward_total.c.commune.in_(names))
        .order_by(ward_total.c.commune)  # a commune's own comes after the office's, and holds
    )
    return {row.month: row.dossiers for row in rows}


def ward_totals(conn: Connection, device_id: int, now: datetime) -> list[dict[str, Any]]:
    """What a heartbeat's answer tells a box: its commune's own numbers of thirteen months."""
    first = f"{now.year - 1}-{now.month:02}"
    own = totals(conn, first, LAST_MONTH, commune_of(conn, device_id))
    return [{"month": month, "dossiers": count} for month, count in sorted(own.items())]


def note_total(
    conn: Connection, commune: str, month: str, dossiers: int | None, officer: str, now: datetime
) -> None:
    """Keep the office's number of a month; None takes it back."""
    conn.execute(
        delete(ward_total).where(ward_total.c.commune == commune, ward_total.c.month == month)
    )
    if dossiers is not None:
        conn.execute(
            insert(ward_total).values(
                commune=commune, month=month, dossiers=dossiers, officer=officer, at=now
            )
        )


def shares(conn: Connection, first: str, last: str) -> list[CommuneShare]:
    """Each commune against its own numbers of the months in which its points did something."""
    named = communes(conn)
    told = {one.commune for one in places(conn, first, last)} or set(named) or {""}
    found = []
    for code in sorted(told):
        through = by_month(conn, first, last, code)
        own = totals(conn, first, last, code)
        months = set(through) | set(own)
        in_all = sum(own.values()) if months and months == set(own) else None
        done = sum(one.dossiers_in_all for one in through.values())
        found.append(CommuneShare(code, named.get(code, code), done, in_all))
    return found


def procedure_titles(conn: Connection, ids: Iterable[str]) -> Mapping[str, str]:
    """What procedures are called, as dossiers brought it along; ids where none ever came."""
    wanted = set(ids)
    rows: Sequence[Any] = conn.execute(
        select(dossier.c.procedure_id, func.max(dossier.c.procedure_title))
        .where(dossier.c.procedure_id.in_(wanted))
        .group_by(dossier.c.procedure_id)
    ).all()
    titles = {row[0]: row[1] for row in rows if row[1]}
    return {one: titles.get(one, one) for one in sorted(wanted)}


def _place(key: tuple[str, str], rows: Sequence[Any]) -> PlaceFigures:
    months = [_month(row.told) for row in rows]
    boxes = tuple(sorted({row.box for row in rows}))
    return PlaceFigures(*key, months[-1].place_name or key[1], boxes, total(months))


def _month(told: str) -> HeardMonth:
    return HeardMonth.model_validate(json.loads(told))
