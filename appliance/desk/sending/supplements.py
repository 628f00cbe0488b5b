"""The ward asks for better papers: the same dossier lies on the desk again, for those only.

DELIVERED → OPEN with the next revision number; from there it is scanned, sealed and sent like
the first time, and becomes DELIVERED again. Its answers stay at the ward.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import revision_id
from appliance.core.dossiers.supplement import SupplementPlan, replaced_by
from appliance.core.dossiers.trail import What
from appliance.core.errors import DossierMovedOn, SupplementNotWanted
from appliance.core.forms.condition import is_empty
from appliance.core.forms.fields import FormField
from appliance.core.forms.problem import Problem
from appliance.core.forms.procedure import Slot
from appliance.core.wire.manifest import Manifest
from appliance.desk import files, noting, trail
from appliance.desk.dossier.dossiers import DossierView, fields_open, put_on_desk, slots_open
from appliance.desk.people.desk_keys import key_for_dossier, share
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.store.dossier import dossiers, outbox, photos, scan_requests, ward_events


@dataclass(frozen=True, slots=True)
class AskedPaper:
    """One paper that the ward asks for, and how far it is."""

    slot: Slot
    pages_named: tuple[int, ...]  # by the officer; empty: the whole paper
    sent_whole: bool  # although only pages are named
    scanned: int  # pages that would travel now
    held_by_ward: int  # pages of it that the ward has; 0: it is new there

    @property
    def only_pages(self) -> tuple[int, ...]:
        """The pages whose place is taken; empty when the whole paper is sent anew."""
        return () if self.sent_whole else self.pages_named

    @property
    def is_ready(self) -> bool:
        """Whether it may be sent: as many pages as are replaced, or any for a whole paper."""
        return self.scanned == len(self.only_pages) if self.only_pages else self.scanned > 0

    @property
    def too_many(self) -> int:
        """Pages to take out before it may be sent: each stands for one the ward has."""
        return max(0, self.scanned - len(self.only_pages)) if self.only_pages else 0


def begin(point: Point, dossier_id: str, volunteer_id: int) -> None:
    """Lay the dossier on the desk for the papers the ward asks for. Safe to repeat.

    Raises:
        SupplementNotWanted: the ward waits for nothing, or went on meanwhile.
        DossierMovedOn: an earlier revision is still on its way.
    """
    noting.pay(point)  # of one taken back before, while the row still tells of that one
    with point.database.writing() as connection:
        desk_key = key_for_dossier(point, connection)
        row = dossiers.row_of(connection, dossier_id)
        if row.state == DossierState.OPEN and row.revision > 1:
            return
        request = ward_events.open_request_of(connection, dossier_id)
        if request is None:
            raise SupplementNotWanted(f"the ward asks for nothing of {dossier_id}")
        if row.state == DossierState.DELIVERED:  # what a crash kept of one that was given up
            files.erase_pages(point, connection, dossier_id)
        dossiers.move_dossier(
            connection,
            dossier_id,
            DossierState.DELIVERED,
            DossierState.OPEN,
            revision=row.revision + 1,
            desk_key=desk_key,
            touched_at=point.clock(),
            warned_at=None,
            # nothing is in them; they tell whether this desk key is still in memory
            answers=point.vault.seal(json.dumps({}).encode(), desk_key),
            consent_at=None,
            consent_by=None,
            supplement=None,
        )
        if __debug__:
            passing("supplement-open-before-desk")
        slots = slots_open(connection, dossier_id)
        if slots:  # else only answers are to be corrected, and a press is not for it
            put_on_desk(point, connection, dossier_id, slots[0].key)
        share(point, connection, dossier_id, volunteer_id)
        trail.note(point, connection, What.SUPPLEMENT_BEGUN, who=volunteer_id, about=dossier_id)
    noting.dossier_opened(point, dossier_id)


def give_up(point: Point, dossier_id: str, volunteer_id: int | None = None) -> None:
    """Take it off the desk again: what was scanned for it is erased, the ward goes on waiting.

    Erase its pages afterwards (``sealing.erase_pages``); a cut in between is made good at start.

    Raises:
        DossierMovedOn: it is no supplement, or sealed by now.
        AlreadyScanning: pages are still coming in.
    """
    with point.database.writing() as connection:
        dossier = dossiers.get_dossier(connection, dossier_id)
        if not dossier.is_supplement:
            raise DossierMovedOn(f"dossier {dossier_id} is at its first revision")
        scan_requests.must_be_still(connection, dossier_id)
        if photos.count_waiting(connection, dossier_id):
            raise DossierMovedOn(f"a photograph for {dossier_id} is no page yet")
        _back_to_delivered(connection, dossier_id, DossierState.OPEN, dossier.revision)
        on_desk = scan_requests.get_on_desk(connection)
        if on_desk and on_desk.dossier_id == dossier_id:
            scan_requests.clear_desk(connection)
        trail.note(point, connection, What.SUPPLEMENT_GIVEN_UP, who=volunteer_id, about=dossier_id)
    if __debug__:
        passing("given-up-row-before-noted")
    noting.pay(point)


def withdraw(point: Point, dossier_id: str, volunteer_id: int | None = None) -> None:
    """Take a sealed supplement out of the outbox that the ward said it does not want.

    Raises:
        DossierMovedOn: it waits for something else, or arrived.
    """
    with point.database.writing() as connection:
        dossier = dossiers.get_dossier(connection, dossier_id)
        name = revision_id(dossier_id, dossier.revision)
        outbox.withdraw(connection, name)
        _back_to_delivered(connection, dossier_id, DossierState.SEALED, dossier.revision)
        what = What.SUPPLEMENT_WITHDRAWN
        trail.note(point, connection, what, who=volunteer_id, about=dossier_id)
    if __debug__:
        passing("withdrawn-row-before-noted")
    noting.pay(point)
    shutil.rmtree(point.sealed_files(name).folder, ignore_errors=True)


def send_whole(point: Point, dossier_id: str, slot_key: str, *, whole: bool) -> None:
    """Only pages of a paper are asked for: send all of it anew, or those pages after all."""
    with point.database.writing() as connection:
        row = dossiers.row_of(connection, dossier_id)
        plan = SupplementPlan.read(row.supplement)
        chosen = plan.whole | {slot_key} if whole else plan.whole - {slot_key}
        _keep_plan(connection, row, replace(plan, whole=frozenset(chosen)))


def leave_empty(point: Point, dossier_id: str, field_key: str, *, empty: bool) -> None:
    """An answer that the ward asks about shall be left empty, or be asked for after all.

    What is typed later counts instead.

    Raises:
        DossierMovedOn: the ward does not ask about it, or the form always needs it.
    """
    with point.database.writing() as connection:
        row = dossiers.row_of(connection, dossier_id)
        asked = fields_open(connection, row) if row.revision > 1 else {}
        if field_key not in asked or not may_be_empty(asked[field_key]):
            raise DossierMovedOn(f"{field_key[:60]!r} of {dossier_id} may not be left empty")
        plan = SupplementPlan.read(row.supplement)
        chosen = plan.emptied | {field_key} if empty else plan.emptied - {field_key}
        _keep_plan(connection, row, replace(plan, emptied=frozenset(chosen)))


def may_be_empty(field: FormField) -> bool:
    """Whether a form may be without it; where that hangs on other answers, the ward has those."""
    return field.required is not True


def papers_asked(view: DossierView, held: Counter[str] | None = None) -> tuple[AskedPaper, ...]:
    """Every paper that is asked for, or open for it; *held* as ``pages_at_ward`` tells."""
    named = view.request.slots if view.request else frozenset()
    slots = (
        view.slots
        if view.dossier.is_supplement
        else tuple(slot for slot in view.procedure.slots if slot.key in named)
    )
    scanned = Counter(page.slot_key for page in view.pages if not page.left_out)
    return tuple(
        AskedPaper(
            slot=slot,
            pages_named=view.request.pages_of(slot.key) if view.request else (),
            sent_whole=slot.key in view.plan.whole,
            scanned=scanned[slot.key],
            held_by_ward=(held or Counter())[slot.key],
        )
        for slot in slots
    )


def unfit_slots(view: DossierView) -> tuple[Slot, ...]:
    """Papers that hold the seal up: named and not there, or not as many pages as are replaced."""
    asked = papers_asked(view)
    if view.request and view.request.slots:
        return tuple(one.slot for one in asked if not one.is_ready)
    return () if any(one.scanned for one in asked) else tuple(one.slot for one in asked[:1])


def may_go_in_part(view: DossierView, problems: Sequence[Problem]) -> bool:
    """Whether what is there may travel while the ward waits for the rest; *problems* as found.

    Only what is whole: a paper half scanned would be erased at the seal and have to be scanned
    again, and nobody could tell which page stands for which.
    """
    asked = papers_asked(view)
    lacking = {problem.field_key for problem in problems if problem.code == "missing"}
    begun = [one for one in asked if one.scanned]
    typed = [field for field in view.corrections if field.key not in lacking]
    rest = len(begun) < len(asked) or lacking
    sound = not any(p.is_error for p in problems if p.code != "missing")
    return bool(
        (begun or typed)
        and rest
        and sound
        and all(one.is_ready for one in begun)
        and view.request
        and (view.request.slots or view.corrections)
    )


def plan_of(view: DossierView, *, in_part: bool = False) -> SupplementPlan:
    """What the revision will take the place of, as of the moment the citizen agrees."""
    pages = tuple(
        (one.slot.key, one.only_pages)
        for one in papers_asked(view)
        if one.only_pages and one.scanned
    )
    seq = view.request.seq if view.request else 0
    return SupplementPlan(view.plan.whole, seq, pages, in_part, left_empty(view))


def left_empty(view: DossierView) -> frozenset[str]:
    """The answers that will be sent without a text: chosen so, and nothing typed since."""
    still = {f.key for f in view.corrections if is_empty(view.answers.get(f.key))}
    return view.plan.emptied & still


def earlier_manifests(point: Point, dossier_id: str) -> tuple[Manifest, ...]:
    """What was sealed of a dossier so far, the first revision first."""
    with point.database.reading() as connection:
        sent = outbox.submissions_of(connection, dossier_id)
    return tuple(Manifest.model_validate_json(one.body) for one in sent)


def pages_at_ward(earlier: tuple[Manifest, ...]) -> Counter[str]:
    """How many pages of each paper the ward holds now."""
    held: Counter[str] = Counter()
    for slot in {file.slot for manifest in earlier for file in manifest.files}:
        newest = replaced_by(earlier, slot)
        for manifest in earlier:
            if newest is not None and manifest.revision == newest.revision:
                held[slot] = sum(file.pages or 0 for file in manifest.files if file.slot == slot)
    return held


def _keep_plan(connection: Connection, row: Row[Any], plan: SupplementPlan) -> None:
    dossiers.touch_open(
        connection, row.id, seen_revision=row.answers_revision, supplement=plan.as_json()
    )


def _back_to_delivered(
    connection: Connection, dossier_id: str, old: DossierState, revision: int
) -> None:
    dossiers.move_dossier(
        connection,
        dossier_id,
        old,
        DossierState.DELIVERED,
        revision=revision - 1,
        answers=None,
        supplement=None,
    )
    noting.owe(connection, noting.TAKEN_BACK, dossier_id)
    ward_events.note_what_is_asked(connection, [dossier_id])
