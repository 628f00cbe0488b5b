"""What an officer can do with a dossier: guarded moves, each with an entry in the feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, update

from appliance.core.dossiers.national_code import looks_like_a_code, tidy_code
from appliance.core.errors import DossierMovedOn
from appliance.core.wire.manifest import Event, EventType, SupplementItem, WardState
from appliance.failpoints import passing
from web.ward.audit import Deed, note
from web.ward.boxes.feed import note_event
from web.ward.database import writing
from web.ward.tables import dossier

# Also after a supplement was asked for: the citizen may bring the paper to the office itself.
ACCEPTED_FROM = frozenset({WardState.RECEIVED, WardState.CHECKING, WardState.SUPPLEMENT_REQUESTED})
ASKED_FROM = ACCEPTED_FROM | {WardState.ACCEPTED, WardState.PROCESSING}
CODED_FROM = ASKED_FROM


@dataclass(frozen=True, slots=True)
class Touch:
    """An officer's hand on one dossier; *seen* is the state that stood on the officer's page."""

    dossier_id: str
    seen: WardState
    officer: str
    now: datetime


def accept(engine: Engine, touch: Touch) -> None:
    """The office takes the dossier on (đã tiếp nhận).

    Raises:
        DossierMovedOn: it no longer stands where the officer saw it, or cannot go there.
    """
    to = WardState.ACCEPTED
    with writing(engine) as conn:
        _move(conn, touch, ACCEPTED_FROM, to)
        _note(conn, touch, EventType.STATE_CHANGED, to)
        note(conn, touch.now, touch.officer, Deed.ACCEPTED, touch.dossier_id)


def ask_for_supplement(
    engine: Engine, touch: Touch, text_vi: str | None, items: tuple[SupplementItem, ...]
) -> None:
    """Ask the citizen, through the point, for better or further papers.

    Raises:
        DossierMovedOn: as for ``accept``.
    """
    to = WardState.SUPPLEMENT_REQUESTED
    with writing(engine) as conn:
        _move(conn, touch, ASKED_FROM, to)
        _note(conn, touch, EventType.SUPPLEMENT_REQUESTED, to, text_vi=text_vi, items=items)
        note(conn, touch.now, touch.officer, Deed.ASKED, touch.dossier_id, papers=len(items))


def enter_national_code(engine: Engine, touch: Touch, code: str) -> None:
    """Note the mã hồ sơ of the national system; from here the office works on it there.

    Raises:
        DossierMovedOn: as for ``accept``.
        ValueError: not the look of a mã hồ sơ.
    """
    code = tidy_code(code)
    if not looks_like_a_code(code):
        raise ValueError("not the look of a national dossier code")
    to = WardState.PROCESSING
    with writing(engine) as conn:
        _move(conn, touch, CODED_FROM, to, national_code=code)
        _note(conn, touch, EventType.STATE_CHANGED, to, national_code=code)
        note(conn, touch.now, touch.officer, Deed.CODED, touch.dossier_id)


def _move(
    conn: Connection, touch: Touch, allowed: frozenset[WardState], to: WardState, **also: str
) -> None:
    moved = 0
    if touch.seen in allowed:
        moved = conn.execute(
            update(dossier)
            .where(dossier.c.id == touch.dossier_id, dossier.c.state == touch.seen)
            .values(state=to, moved_at=touch.now, **also)
        ).rowcount
    if moved != 1:
        raise DossierMovedOn(f"dossier {touch.dossier_id} does not stand at {touch.seen}")


def _note(conn: Connection, touch: Touch, kind: EventType, to: WardState, **told: Any) -> None:
    event = Event(seq="", dossier_id=touch.dossier_id, at=touch.now, type=kind, state=to, **told)
    if __debug__:
        passing("ward-state-before-event")
    note_event(conn, event, officer=touch.officer)
