"""Who opened what, and when: a line for each, chained so that a changed one is noticed.

Lines name officers and dossiers, never citizens. They are written in the transaction of what
they tell of; a reading is written down before anything is decrypted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from appliance.keys.canonical import canonical_json, sha256_hex
from web.ward.tables import audit, dossier

BEGINNING = "0" * 64
PAGE = 100


class Deed(StrEnum):
    """What somebody did. Stored as written, so never rename a value."""

    SIGNED_IN = "signed-in"
    REFUSED = "refused"  # a wrong password for a known name
    SIGNED_OUT = "signed-out"
    OPENED = "opened"  # the page of a dossier, with what was filled in
    READ = "read"  # one paper
    SAVED = "saved"  # one paper, as a file
    ACCEPTED = "accepted"
    ASKED = "asked"  # for a supplement
    CODED = "coded"  # a mã hồ sơ was entered
    ADDED = "officer-added"
    RENEWED = "password-renewed"
    RETIRED = "officer-retired"
    ROLE = "role-changed"
    TOTALLED = "total-entered"  # how many dossiers the ward had in a month


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line; *told* are ids and numbers."""

    seq: int
    at: datetime
    officer: str
    deed: str
    dossier_id: str | None
    code: str | None  # of the dossier's receipt
    told: dict[str, Any]


def note(
    conn: Connection,
    at: datetime,
    officer: str,
    deed: Deed,
    dossier_id: str | None = None,
    **told: Any,
) -> None:
    """Add one line, in a transaction of ``writing``: the chain has one end."""
    last = conn.execute(select(audit.c.chain).order_by(audit.c.seq.desc()).limit(1)).scalar()
    line: dict[str, Any] = {
        "at": at,
        "officer": officer,
        "deed": str(deed),
        "dossier_id": dossier_id,
        "told": json.dumps(told, ensure_ascii=False, sort_keys=True),
    }
    conn.execute(insert(audit).values(**line, chain=_link(last or BEGINNING, **line)))


def lines_before(
    conn: Connection, before: int | None = None, dossier_id: str | None = None
) -> Sequence[AuditLine]:
    """A page of lines, newest first."""
    query = select(audit, dossier.c.code).join(
        dossier, dossier.c.id == audit.c.dossier_id, isouter=True
    )
    if before is not None:
        query = query.where(audit.c.seq < before)
    if dossier_id is not None:
        query = query.where(audit.c.dossier_id == dossier_id)
    rows = conn.execute(query.order_by(audit.c.seq.desc()).limit(PAGE))
    return [_line(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a walk along the chain found."""

    count: int
    end: str  # the last link: kept elsewhere, it shows later whether the end was cut off
    broken_at: int | None  # the first line that does not fit the one before it


def checked(conn: Connection) -> Checked:
    """Follow the chain from its beginning.

    It shows a line that was changed, taken out or put in. It cannot show that the newest lines
    are gone, or that whoever may write to the database made a whole new chain: for that an
    earlier *end* must be known.
    """
    count, end = 0, BEGINNING
    for row in _all(conn):
        here = _link(
            end,
            at=row.at,
            officer=row.officer,
            deed=row.deed,
            dossier_id=row.dossier_id,
            told=row.told,
        )
        if here != row.chain:
            return Checked(count, end, row.seq)
        count, end = count + 1, here
    return Checked(count, end, None)


def exported(conn: Connection) -> Iterator[str]:
    """Every line as JSON, oldest first, with its link."""
    for row in _all(conn):
        told = {"seq": row.seq, "at": row.at.isoformat(), "officer": row.officer}
        told |= {"deed": row.deed, "dossier_id": row.dossier_id}
        yield json.dumps(told | json.loads(row.told) | {"chain": row.chain}, ensure_ascii=False)


def has_link(conn: Connection, link: str) -> bool:
    """Whether the chain still goes through *link*, which was its end once."""
    return link == BEGINNING or bool(
        conn.execute(select(audit.c.seq).where(audit.c.chain == link)).first()
    )


def _all(conn: Connection) -> Iterator[Row[Any]]:
    """Every row, oldest first, a few at a time: years of lines do not fit into memory."""
    query = select(audit).order_by(audit.c.seq).execution_options(yield_per=1000)
    return iter(conn.execute(query))


def _link(before: str, *, at: datetime, **line: Any) -> str:
    whole = {"before": before, "at": at.isoformat(), **line}
    return sha256_hex(canonical_json(whole))


def _line(row: Row[Any]) -> AuditLine:
    return AuditLine(
        row.seq, row.at, row.officer, row.deed, row.dossier_id, row.code, json.loads(row.told)
    )
