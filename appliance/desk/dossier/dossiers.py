"""Open a dossier, fill it, look at it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row
from uuid6 import uuid7

from appliance.core.dossiers.dossier import Dossier, DossierState, Page
from appliance.core.dossiers.submission import Submission
from appliance.core.dossiers.supplement import (
    NOTHING_PLANNED,
    SupplementPlan,
    SupplementRequest,
    fields_asked,
    open_request,
    slots_asked,
)
from appliance.core.dossiers.trail import What
from appliance.core.errors import AnswersChangedElsewhere, DossierMovedOn, DossierUnknown
from appliance.core.forms.answers import Answers, default_answers, missing_slots, visible_slots
from appliance.core.forms.check import check_answers, check_corrections
from appliance.core.forms.fields import Answer, FormField
from appliance.core.forms.normalise import normalise
from appliance.core.forms.problem import Problem
from appliance.core.forms.procedure import Procedure, Slot
from appliance.core.wire.manifest import Event, Receipt, WardState
from appliance.desk import noting, served, trail
from appliance.desk.people.desk_keys import key_for_dossier, share
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.store.dossier import (
    dossiers,
    outbox,
    pages,
    procedure_versions,
    scan_requests,
    seal_requests,
    ward_events,
)

MERGE_TRIES = 5  # two screens saving different fields at the same moment


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How the latest batch of a dossier stands."""

    id: int
    state: str
    slot_key: str
    pages: int
    error_code: str | None
    sheets: int | None = None  # counted by the person who put them in


@dataclass(frozen=True, slots=True)
class SealProgress:
    """How the latest wish to seal stands; *step* of *steps* is done."""

    state: str
    step: int
    steps: int
    error_code: str | None


@dataclass(frozen=True, slots=True)
class DossierView:
    """Everything one page about a dossier shows."""

    dossier: Dossier
    procedure: Procedure
    answers: Answers  # empty when locked or sealed
    locked: bool  # open, but its desk key is not in memory
    pages: tuple[Page, ...]
    removed_pages: tuple[Page, ...]
    on_desk_slot: str | None  # the slot that the next press fills, when it is this dossier's
    replaces: str | None  # the page whose place the next one takes
    desk_is_elsewhere: bool  # the next press fills another dossier
    scan: ScanProgress | None
    seal: SealProgress | None
    submission: Submission | None
    receipt: Receipt | None
    events: tuple[Event, ...]  # without officers' own words, see desk.words
    request: SupplementRequest | None = None  # what the ward waits for and nobody sealed yet
    plan: SupplementPlan = NOTHING_PLANNED
    confirmed: frozenset[str] = frozenset()  # fields that were left as they stood from the start

    @property
    def national_code(self) -> str | None:
        """Mã hồ sơ: what the ward told last, else what a volunteer typed."""
        told = [event.national_code for event in self.events if event.national_code]
        return told[-1] if told else self.dossier.national_code

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Asked for by these answers, or holding pages anyway: a page is never hidden.

        For a supplement: asked for by the ward. All other papers stay closed.
        """
        if self.dossier.is_supplement:
            asked = slots_asked(self.procedure, self.request)
        else:
            asked = {slot.key for slot in visible_slots(self.procedure, self.answers)}
        return tuple(
            slot for slot in self.procedure.slots if slot.key in asked or self.pages_in(slot.key)
        )

    @property
    def corrections(self) -> tuple[FormField, ...]:
        """The fields whose answers the ward wants corrected, while they may be."""
        is_being_made = self.dossier.is_supplement and self.dossier.state is DossierState.OPEN
        return fields_asked(self.procedure, self.request) if is_being_made else ()

    def pages_in(self, slot_key: str) -> tuple[Page, ...]:
        """The pages of one slot, in reading order."""
        return tuple(page for page in self.pages if page.slot_key == slot_key)

    @property
    def missing_slots(self) -> tuple[Slot, ...]:
        """Required papers without a page that travels: blank ones stay here."""
        filled = {page.slot_key for page in self.pages if not page.left_out}
        if self.dossier.is_supplement:
            named = self.request.slots - filled if self.request else frozenset()
            return tuple(slot for slot in self.procedure.slots if slot.key in named)
        return missing_slots(self.procedure, self.answers, filled)


def open_dossier(point: Point, procedure_id: str, volunteer_id: int) -> str:
    """Begin a dossier, put it on the desk with its first slot; returns its id.

    The procedure is pinned: a newer file does not change a form half filled.
    """
    procedure = point.procedures[procedure_id]
    dossier_id = str(uuid7())
    now = point.clock()
    with point.database.writing() as connection:
        desk_key = key_for_dossier(point, connection)
        dossiers.add_dossier(
            connection,
            dossier_id=dossier_id,
            point_code=point.config.point.code,
            local_day=now.astimezone(point.zone),
            procedure_id=procedure.id,
            procedure_version=procedure.version,
            procedure_digest=procedure_versions.keep(connection, procedure),
            opened_at=now,
            touched_at=now,
            opened_by=volunteer_id,
            desk_key=desk_key,
            answers=_sealed(point, default_answers(procedure), desk_key),
            place=served.key_now(point, connection),
        )
        scan_requests.put_on_desk(connection, dossier_id, procedure.slots[0].key, now)
        share(point, connection, dossier_id, volunteer_id)
        trail.note(point, connection, What.DOSSIER_OPENED, who=volunteer_id, about=dossier_id)
        if __debug__:
            passing("key-copy-before-dossier-row")
    noting.dossier_opened(point, dossier_id)
    if __debug__:
        passing("dossier-row-before-word")
    return dossier_id


def look_at(point: Point, dossier_id: str) -> DossierView:
    """Everything about one dossier, as of one moment.

    Raises:
        DossierUnknown: there is none of that id.
    """
    with point.database.reading() as connection:
        row = dossiers.row_of(connection, dossier_id)
        dossier = dossiers.get_dossier(connection, dossier_id)
        on_desk = scan_requests.get_on_desk(connection)
        sent = outbox.submission_of(connection, dossier_id)
        told = tuple(ward_events.events_of(connection, dossier_id))
        answered = outbox.newest_answered(connection, dossier_id)
        return DossierView(
            dossier=dossier,
            procedure=_procedure(row),
            answers=_answers(point, row),
            locked=_is_locked(point, row),
            pages=tuple(pages.pages_of(connection, dossier_id)),
            removed_pages=tuple(pages.pages_of(connection, dossier_id, removed=True)),
            on_desk_slot=on_desk.slot_key if on_desk and on_desk.dossier_id == dossier_id else None,
            replaces=on_desk.replaces if on_desk and on_desk.dossier_id == dossier_id else None,
            desk_is_elsewhere=on_desk is not None and on_desk.dossier_id != dossier_id,
            scan=_scan(scan_requests.latest_request(connection, dossier_id)),
            seal=_seal(seal_requests.latest_seal(connection, dossier_id)),
            submission=sent,
            receipt=outbox.receipt_of(connection, sent.id) if sent else None,
            events=told,
            request=open_request(told, answered, outbox.brought_in_part(connection, dossier_id)),
            plan=SupplementPlan.read(row.supplement),
            confirmed=frozenset(json.loads(row.confirmed or "[]")),
        )


def dossier_of(point: Point, dossier_id: str) -> Dossier:
    """The row alone, for whoever only asks where it stands.

    Raises:
        DossierUnknown: there is none of that id.
    """
    with point.database.reading() as connection:
        return dossiers.get_dossier(connection, dossier_id)


def asked_by_ward(point: Point) -> list[Dossier]:
    """Dossiers for which the ward waits for better papers, those asked for first first."""
    with point.database.reading() as connection:
        return dossiers.asked_by_ward(connection)


def list_recent(
    point: Point, limit: int = 50, states: Sequence[DossierState] = tuple(DossierState)
) -> list[Dossier]:
    """The newest dossiers of those states, all of them when none is named."""
    with point.database.reading() as connection:
        return dossiers.list_dossiers(connection, states, limit)


def procedures_lately(point: Point, limit: int = 200) -> Counter[str]:
    """How often each procedure was begun among the newest dossiers."""
    with point.database.reading() as connection:
        return Counter(dossiers.lately_opened(connection, limit))


def ward_states(point: Point, listed: Sequence[Dossier]) -> dict[str, WardState]:
    """What the ward last answered to each of *listed*, by dossier; the unanswered are left out."""
    with point.database.reading() as connection:
        return ward_events.ward_states(connection, [dossier.id for dossier in listed])


def choose_slot(point: Point, dossier_id: str, slot_key: str) -> None:
    """From now on the button scans into this slot of this dossier."""
    with point.database.writing() as connection:
        put_on_desk(point, connection, dossier_id, slot_key)


def put_on_desk(
    point: Point,
    connection: Connection,
    dossier_id: str,
    slot_key: str,
    replaces: str | None = None,
) -> None:
    """As ``choose_slot``, inside a transaction that does more.

    Raises:
        DossierUnknown: no such dossier, or its procedure has no such slot.
        DossierMovedOn: it takes no more pages.
    """
    must_have_slot(connection, dossier_id, slot_key)
    state = dossiers.get_dossier(connection, dossier_id).state
    if state is not DossierState.OPEN:
        raise DossierMovedOn(f"dossier {dossier_id} is {state}")
    scan_requests.put_on_desk(connection, dossier_id, slot_key, point.clock(), replaces)


def must_have_slot(connection: Connection, dossier_id: str, slot_key: str) -> None:
    """Raise DossierUnknown unless the slot takes pages of that dossier.

    The pinned procedure has it, and for a supplement the ward asks for it.
    """
    if slot_key not in {slot.key for slot in slots_open(connection, dossier_id)}:
        raise DossierUnknown(f"dossier {dossier_id} has no slot {slot_key[:60]!r}")


def slots_open(connection: Connection, dossier_id: str) -> tuple[Slot, ...]:
    """The papers that pages may be laid into, in asking order."""
    row = dossiers.row_of(connection, dossier_id)
    procedure = _procedure(row)
    if row.revision == 1:
        return tuple(procedure.slots)
    asked = slots_asked(procedure, ward_events.open_request_of(connection, dossier_id))
    return tuple(slot for slot in procedure.slots if slot.key in asked)


def leave_desk(point: Point) -> None:
    """Nobody's dossier is on the desk; a press is answered with *call the helper*."""
    with point.database.writing() as connection:
        scan_requests.clear_desk(connection)


def somebody_is_on_desk(point: Point) -> bool:
    """Whether a press would have somewhere to go."""
    with point.database.reading() as connection:
        return scan_requests.get_on_desk(connection) is not None


def save_answers(
    point: Point,
    dossier_id: str,
    typed: Mapping[str, object],
    seen_revision: int | None = None,
) -> int:
    """Merge what was typed into the answers; returns the new revision.

    Each value is normalised by its field; unknown keys are ignored. With *seen_revision* the
    save only succeeds on top of it; without, it is merged onto whatever is there now, which is
    right for saving a single field the moment it is left.

    Raises:
        AnswersChangedElsewhere: another screen saved in between; nothing was written.
        DossierMovedOn: it is sealed already.
        DossierLocked: its desk key is not in memory.
    """
    for _ in range(MERGE_TRIES):
        with point.database.reading() as connection:
            row = dossiers.row_of(connection, dossier_id)
            fields = fields_open(connection, row)
        if row.state != DossierState.OPEN or not fields:
            raise DossierMovedOn(f"answers of {dossier_id} are sealed: {row.state}")
        merged = dict(_opened(point, row)) | {
            key: normalise(fields[key], raw) for key, raw in typed.items() if key in fields
        }
        sealed = _sealed(point, merged, row.desk_key)
        base = row.answers_revision if seen_revision is None else seen_revision
        try:
            with point.database.writing() as connection:
                saved = dossiers.put_answers(connection, dossier_id, sealed, base)
            noting.answers_saved(point, dossier_id)
            if __debug__:
                passing("answers-row-before-word")
            return saved
        except AnswersChangedElsewhere:
            if seen_revision is not None:
                raise
    raise AnswersChangedElsewhere(f"dossier {dossier_id}: busy on other screens")


def problems_of(point: Point, view: DossierView) -> list[Problem]:
    """What the answers of a view still lack, or what looks doubtful, today."""
    if view.dossier.is_supplement:  # all other answers are at the ward
        asked = (view.corrections, view.answers, point.today(), point.places)
        return check_corrections(*asked, view.plan.emptied)
    return check_answers(view.procedure, view.answers, point.today(), point.places)


def answers_of(point: Point, connection: Connection, dossier_id: str) -> tuple[Procedure, Answers]:
    """The pinned procedure and the answers, for the seal.

    Raises:
        DossierLocked: the desk key is not in memory.
    """
    row = dossiers.row_of(connection, dossier_id)
    return _procedure(row), _opened(point, row)


def fields_open(connection: Connection, row: Row[Any]) -> Mapping[str, FormField]:
    """What may be typed: the form; of a supplement what the ward wants corrected."""
    procedure = _procedure(row)
    if row.revision == 1:
        return procedure.fields
    asked = fields_asked(procedure, ward_events.open_request_of(connection, row.id))
    return {field.key: field for field in asked}


def _procedure(row: Row[Any]) -> Procedure:
    return procedure_versions.unpacked(row.form)


def _sealed(point: Point, answers: Answers, desk_key: str) -> bytes:
    return point.vault.seal(json.dumps(dict(answers)).encode(), desk_key)


def _opened(point: Point, row: Row[Any]) -> dict[str, Answer]:
    if row.answers is None:
        return {}
    answers: dict[str, Answer] = json.loads(point.vault.open(row.answers, row.desk_key))
    return answers


def _is_locked(point: Point, row: Row[Any]) -> bool:
    return row.answers is not None and not point.vault.is_open(row.desk_key)


def _answers(point: Point, row: Row[Any]) -> dict[str, Answer]:
    return {} if _is_locked(point, row) else _opened(point, row)


def _scan(row: Row[Any] | None) -> ScanProgress | None:
    if row is None:
        return None
    return ScanProgress(row.id, row.state, row.slot_key, row.pages, row.error_code, row.sheets)


def _seal(row: Row[Any] | None) -> SealProgress | None:
    return row and SealProgress(row.state, row.step, row.steps, row.error_code)
