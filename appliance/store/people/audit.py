"""The audit trail: lines that hold on to each other, written with the move they tell of.

Each digest covers its line and the digest before it, so that a changed, missing or swapped line
shows. Whoever can write the whole file could make a new chain, or cut off its end: that shows
against a head known elsewhere, which every heartbeat and every export carries away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from appliance.core.dossiers.trail import BEGINNING, Fact, Head, Line, What, must_be_nameless
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.store import status
from appliance.store.schema.trail_tables import audit_line

AT_ONCE = 5000  # lines in one transaction: a small log, and nobody waits long for the lock
AHEAD = timedelta(days=1)  # lines of the future: the clock had jumped


def note(
    connection: Connection,
    what: What,
    at: datetime,
    *,
    who: int | None = None,
    about: str | None = None,
    **facts: Fact,
) -> None:
    """Append a line; called in the transaction that moves what it tells of."""
    must_be_nameless(about, facts)
    last = head(connection)
    line = Line(last.seq + 1, at, what.value, who, about, facts, "")
    connection.execute(
        insert(audit_line).values(
            seq=line.seq,
            at=at,
            what=line.what,
            who=who,
            about=about,
            facts=json.dumps(facts, sort_keys=True),
            digest=digest_of(last.digest, line),
        )
    )


def head(connection: Connection) -> Head:
    """The newest line; number 0 before the first one."""
    row = connection.execute(
        select(audit_line.c.seq, audit_line.c.digest).order_by(audit_line.c.seq.desc()).limit(1)
    ).one_or_none()
    return Head(row.seq, row.digest) if row else Head(0, BEGINNING)


def beginning(connection: Connection) -> Head:
    """What the oldest line that is kept holds on to; number 0 while all of them are."""
    told = status.recall(connection, status.TRAIL_BEGINS)
    return Head.read(told) if told else Head(0, BEGINNING)


def oldest_at(connection: Connection) -> datetime | None:
    """When the oldest line that is kept was written."""
    first = select(audit_line.c.at).order_by(audit_line.c.seq).limit(1)
    at: datetime | None = connection.scalar(first)
    return at


def shorten(connection: Connection, before: datetime, now: datetime) -> int:
    """Drop the oldest lines, of before *before*; returns how many. Call again until none go.

    The digest of the last one is kept, and said in a new line: who cuts off more must make the
    whole chain anew. The newest line always stays.
    """
    oldest, newest = beginning(connection).seq + 1, head(connection).seq
    stays = audit_line.c.at.between(before, now + AHEAD)
    first_kept = connection.scalar(select(func.min(audit_line.c.seq)).where(stays))
    upto = min(first_kept or newest, newest, oldest + AT_ONCE) - 1
    if upto < oldest:
        return 0
    digest = connection.scalar(select(audit_line.c.digest).where(audit_line.c.seq == upto))
    gone = connection.execute(delete(audit_line).where(audit_line.c.seq <= upto)).rowcount
    status.remember(connection, status.TRAIL_BEGINS, str(Head(upto, str(digest))))
    note(connection, What.SHORTENED, now, upto=upto, digest=str(digest))
    return gone


def lines(connection: Connection, after: int = 0) -> Iterator[Line]:
    """From the oldest on; read as they are asked for, a year of them is no burden."""
    rows = connection.execution_options(yield_per=500).execute(
        select(audit_line).where(audit_line.c.seq > after).order_by(audit_line.c.seq)
    )
    return (_line(row) for row in rows)


def count_lately(connection: Connection, what: What, since: datetime, among: int = 300) -> int:
    """How many of the newest *among* lines tell of *what*, and are not older than *since*."""
    newest = (
        select(audit_line.c.what, audit_line.c.at).order_by(audit_line.c.seq.desc()).limit(among)
    )
    rows = connection.execute(newest)
    return sum(row.what == what.value and row.at >= since for row in rows)


def tells_of(connection: Connection, what: What, about: str) -> bool:
    """Whether such a line was ever written; walks the trail, so only for rare questions."""
    found = select(audit_line.c.seq).where(
        audit_line.c.what == what.value, audit_line.c.about == about
    )
    return connection.execute(found.limit(1)).first() is not None


def digest_of(before: str, line: Line) -> str:
    """What a line's digest must be after the digest *before*."""
    return sha256_hex(before.encode() + canonical_json(line.told))


def _line(row: Row[Any]) -> Line:
    return Line(row.seq, row.at, row.what, row.who, row.about, json.loads(row.facts), row.digest)
