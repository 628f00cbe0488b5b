"""The audit trail of this point: written along with each move, carried out, and checked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection

from appliance.core.dossiers.trail import BEGINNING, Fact, Head, Line, What
from appliance.desk.point import Point
from appliance.store.people import audit

_FIRST = Head(0, BEGINNING)


class BrokenTrail(Exception):
    """What is there is not what was written; the text says from which line on."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What a file says of itself in its first line."""

    point: str
    made_at: str
    head: str
    begins: str = f"0:{BEGINNING}"  # what the first line holds on to; older ones are not kept


def note(
    point: Point,
    connection: Connection,
    what: What,
    *,
    who: int | None = None,
    about: str | None = None,
    **facts: Fact,
) -> None:
    """Append a line, in the transaction that moves what it tells of."""
    audit.note(connection, what, point.clock(), who=who, about=about, **facts)


def note_alone(point: Point, what: What, *, who: int | None = None, **facts: Fact) -> None:
    """Append a line about something that no row tells of."""
    with point.database.writing() as connection:
        note(point, connection, what, who=who, about=None, **facts)


def export(point: Point) -> Iterator[str]:
    """The whole trail as JSON lines: what it is, then each entry. That it was taken is in it."""
    note_alone(point, What.EXPORTED)
    with point.database.reading() as connection:
        head = audit.head(connection)
        begins = audit.beginning(connection)
        code, now = point.config.point.code, point.clock().isoformat()
        said = Exported(code, now, str(head), str(begins))
        yield json.dumps(asdict(said))
        for line in audit.lines(connection):
            yield json.dumps({**line.told, "digest": line.digest}, ensure_ascii=False)


def check(point: Point, known: tuple[Head, ...] = ()) -> Head:
    """Walk the trail from its oldest line; each of *known* must be in it as it was.

    One that is older than every line that is kept proves nothing, see ``kept_since``. Returns the
    newest line.

    Raises:
        BrokenTrail: a line was changed, is missing, or stands elsewhere; or the end is gone.
    """
    with point.database.reading() as connection:
        return walk(audit.lines(connection), known, audit.beginning(connection))


def kept_since(point: Point) -> Head:
    """The last line that is no longer kept, number 0 while all are; upkeep drops the oldest."""
    with point.database.reading() as connection:
        return audit.beginning(connection)


def check_file(text: Iterator[str]) -> Head:
    """The same for an export, by itself.

    Raises:
        BrokenTrail: as ``check``; also when it is no export.
    """
    try:
        said = Exported(**json.loads(next(text)))
        promised = Head.read(said.head)
        return walk(map(_read, text), (promised,), Head.read(said.begins))
    except (StopIteration, ValueError, KeyError, TypeError) as error:
        raise BrokenTrail(f"this is no whole export of a trail: {type(error).__name__}") from error


def walk(lines: Iterator[Line], known: tuple[Head, ...], begins: Head = _FIRST) -> Head:
    """As ``check``, over any lines; *begins* is the last one that is no longer kept."""
    known = tuple(head for head in known if head.seq >= begins.seq and head.seq)
    wanted = {head.seq: head.digest for head in known}
    if len(wanted) < len(set(known)):
        raise BrokenTrail("two different lines are known under one number")
    if wanted.pop(begins.seq, begins.digest) != begins.digest:
        raise BrokenTrail(f"line {begins.seq} differs from the one known elsewhere")
    last, told = begins, not begins.seq
    for line in lines:
        if line.seq != last.seq + 1:
            raise BrokenTrail(f"after line {last.seq} comes line {line.seq}")
        if line.digest != audit.digest_of(last.digest, line):
            raise BrokenTrail(f"line {line.seq} is not what was written")
        last = Head(line.seq, line.digest)
        told |= line.what == What.SHORTENED and line.facts == _said_of(begins)
        if wanted.pop(line.seq, line.digest) != line.digest:
            raise BrokenTrail(f"line {line.seq} differs from the one known elsewhere")
    if wanted:
        raise BrokenTrail(f"lines {last.seq + 1} to {max(wanted)} are gone")
    if not told:
        raise BrokenTrail(f"the lines up to {begins.seq} are gone, and no line says so")
    return last


def _said_of(begins: Head) -> dict[str, Fact]:
    return {"upto": begins.seq, "digest": begins.digest}


def _read(text: str) -> Line:
    told = json.loads(text)
    at = datetime.fromisoformat(told.pop("at"))
    return Line(at=at, **told)
