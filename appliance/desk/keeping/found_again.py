"""Bring back into the database what was noted after the copy that it comes from.

Every entry says how a row stood when a person was promised it. One that the database knows, or
that something later overtook, changes nothing, so all that is kept may be read again and again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.submission import ScanRequestState, SealState
from appliance.core.errors import ApplianceError, FoundAgain
from appliance.core.point.visits import HowDone
from appliance.core.wire.manifest import Receipt
from appliance.desk import noting
from appliance.desk.dossier.dossiers import slots_open
from appliance.desk.keeping.found_at_point import STEPS, Step, somebody
from appliance.desk.keeping.set_aside import back_in_place
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.store import status
from appliance.store.card.diary import Entry, columns_from
from appliance.store.dossier import outbox, pages, procedure_versions
from appliance.store.people import sessions
from appliance.store.point import figures, visits
from appliance.store.rows import insert_numbered
from appliance.store.schema.tables import (
    dossier,
    page,
    receipt,
    scan_request,
    seal_request,
    submission,
    submission_file,
    volunteer,
)
from appliance.store.schema.visit_tables import visit

log = logging.getLogger(__name__)

_ON_THE_DESK = (DossierState.OPEN, DossierState.SEALING)
_OURS = "found-again"  # who asked for the batch that found pages are shown under


@dataclass
class Found:
    """Ids of what was brought back."""

    dossiers: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)  # of which dossiers
    seals: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    people: list[int] = field(default_factory=list)  # new here, another PIN or key, or gone
    ward_keys: list[int] = field(default_factory=list)  # their numbers
    visits: list[str] = field(default_factory=list)
    at_point: list[str] = field(default_factory=list)  # what of bookings, roster, places, queue

    def count(self) -> int:
        """How many things."""
        return sum(len(getattr(self, part)) for part in self.__dataclass_fields__)


def find_again(point: Point) -> Found:
    """Read the diary into the database, in its order; only while no service is at work."""
    return _Finding(point).run()


class _Finding:
    def __init__(self, point: Point) -> None:
        self._point = point
        self._found = Found()
        self._told: set[str] = set()
        self._batches: dict[tuple[str, int], int] = {}  # dossier and old batch: the new one
        self._steps: dict[str, Callable[[Connection, dict[str, Any]], None]] = {
            noting.DOSSIER: self._dossier,
            noting.PAGE: self._page,
            noting.ANSWERS: self._answers,
            noting.SEAL: self._seal,
            noting.VISIT: self._visit,
            noting.VISIT_UNDONE: self._visit_undone,
            noting.RECEIPT: self._receipt,
            noting.PERSON: self._person,
            noting.WARD_KEY: self._ward_key,
        }

    def run(self) -> Found:
        entries = list(self._point.diary.entries())
        for entry in _still_valid(entries):
            if step := self._steps.get(entry.kind):
                self._take(step, entry)
            elif at_point := STEPS.get(entry.kind):
                self._take(partial(self._at_point, at_point), entry)
        for entry in entries:
            if entry.kind == noting.ERASED:
                self._take(self._erased, entry)
        return self._found

    def _take(self, step: Callable[[Connection, dict[str, Any]], None], entry: Entry) -> None:
        """One that does not fit costs itself, none of the others."""
        try:
            with self._point.database.writing() as connection:
                step(connection, entry.row)
        except (SQLAlchemyError, ApplianceError, KeyError, ValueError) as error:
            log.error("a noted %s does not fit: %s", entry.kind, error)

    def _at_point(self, step: Step, connection: Connection, row: dict[str, Any]) -> None:
        self._found.at_point += step(self._point, connection, row)

    def _dossier(self, connection: Connection, row: dict[str, Any]) -> None:
        noted = columns_from(dossier, row)
        there = _row(connection, noted["id"])
        if there is None:
            noted["procedure_digest"] = self._pinned(connection, noted)
            noted["opened_by"] = somebody(connection, noted["opened_by"], noted["opened_at"])
            noted |= {"held_by": None, "held_at": None, "consent_by": None, "consent_at": None}
            connection.execute(insert(dossier).values(**noted))
        elif there.state == DossierState.DELIVERED and noted["revision"] > there.revision:
            begun = ("state", "revision", "desk_key", "answers", "supplement")
            connection.execute(
                update(dossier)
                .where(dossier.c.id == there.id)
                .values(consent_at=None, **{name: noted[name] for name in begun})
            )
        else:
            return
        self._found.dossiers.append(noted["id"])
        self._tell(connection, noted["id"])

    def _page(self, connection: Connection, row: dict[str, Any]) -> None:
        noted = columns_from(page, row)
        there = _row(connection, noted["dossier_id"])
        known = connection.scalar(select(page.c.id).where(page.c.id == noted["id"]))
        if known or there is None or there.state != DossierState.OPEN:
            return
        if not back_in_place(self._point, noted["master"]):
            return  # erased rightly, or lost with the card
        if __debug__:
            passing("found-file-back-before-row")
        request = self._batch(connection, noted)
        last = connection.scalar(
            select(func.max(page.c.position)).where(
                page.c.dossier_id == there.id, page.c.slot_key == noted["slot_key"]
            )
        )
        connection.execute(
            insert(page).values(
                **noted
                | {"scan_request_id": request, "position": (last or 0) + 1}
                | {name: None for name in pages.FILES if name != "master"}
                | {"cleaned_edits": None}
            )
        )
        connection.execute(
            update(scan_request)
            .where(scan_request.c.id == request)
            .values(pages=scan_request.c.pages + 1)
        )
        self._found.pages.append(noted["id"])

    def _answers(self, connection: Connection, row: dict[str, Any]) -> None:
        noted = columns_from(dossier, row)
        changed = connection.execute(
            update(dossier)
            .where(
                dossier.c.id == noted["id"],
                dossier.c.state == DossierState.OPEN,
                dossier.c.revision == noted["revision"],
                dossier.c.desk_key == noted["desk_key"],
                dossier.c.answers_revision < noted["answers_revision"],
            )
            .values(answers=noted["answers"], answers_revision=noted["answers_revision"])
        )
        if changed.rowcount:
            self._tell(connection, noted["id"])
            if noted["id"] not in self._found.answers:
                self._found.answers.append(noted["id"])

    def _seal(self, connection: Connection, row: dict[str, Any]) -> None:
        noted = columns_from(submission, row)
        there = _row(connection, noted["dossier_id"])
        known = connection.scalar(select(submission.c.id).where(submission.c.id == noted["id"]))
        if known or there is None or there.revision > noted["revision"]:
            return
        held = {"held_by": None, "next_try_at": None}
        connection.execute(insert(submission).values(**noted | held))
        for file in row["files"]:
            connection.execute(insert(submission_file).values(columns_from(submission_file, file)))
        now = self._point.clock()
        connection.execute(
            update(dossier)
            .where(dossier.c.id == there.id)
            .values(
                state=DossierState.SEALED,
                revision=noted["revision"],
                answers=None,
                supplement=None,
                **columns_from(dossier, row["dossier"]),
            )
        )
        connection.execute(
            update(seal_request)
            .where(
                seal_request.c.dossier_id == there.id,
                seal_request.c.state.in_((SealState.ASKED, SealState.SEALING)),
            )
            .values(state=SealState.DONE, ended_at=now)
        )
        self._found.seals.append(noted["id"])

    def _receipt(self, connection: Connection, row: dict[str, Any]) -> None:
        noted = columns_from(receipt, row)
        name = noted["submission_id"]
        waits = connection.scalar(select(submission.c.id).where(submission.c.id == name))
        if waits is None or outbox.receipt_of(connection, name) is not None:
            return
        sent = outbox.get_submission(connection, name)
        outbox.mark_delivered(connection, sent, Receipt.model_validate_json(noted["message"]))
        self._found.receipts.append(name)

    def _person(self, connection: Connection, row: dict[str, Any]) -> None:
        """The later of both stands; an older PIN, or who left, must not come back."""
        noted = columns_from(volunteer, row)
        known = select(volunteer.c.changes).where(volunteer.c.id == noted["id"])
        changes = connection.scalar(known)
        if changes is None:
            connection.execute(insert(volunteer).values(**noted))
        elif changes < noted["changes"]:
            connection.execute(
                update(volunteer).where(volunteer.c.id == noted["id"]).values(**noted)
            )
            sessions.end_all(connection, noted["id"])
        else:
            return
        self._found.people.append(noted["id"])

    def _visit(self, connection: Connection, row: dict[str, Any]) -> None:
        noted = columns_from(visit, row)
        if noted["day"] < figures.visits_settled_before(connection):
            return  # it is a count already
        known = select(visit.c.id).where(visit.c.id == noted["id"])
        if connection.scalar(known) is None:
            connection.execute(insert(visit).values(**noted))
            self._found.visits.append(noted["id"])
        elif noted["how"]:
            visits.mark(connection, noted["id"], HowDone(noted["how"]))

    def _visit_undone(self, connection: Connection, row: dict[str, Any]) -> None:
        connection.execute(delete(visit).where(visit.c.id == row["id"]))

    def _ward_key(self, connection: Connection, row: dict[str, Any]) -> None:
        told = status.recall(connection, status.WARD_KEY)
        number = json.loads(row["kept"])["told"]["number"]
        if told is None or json.loads(told)["told"]["number"] < number:
            status.remember(connection, status.WARD_KEY, row["kept"])
            self._found.ward_keys.append(number)

    def _erased(self, connection: Connection, row: dict[str, Any]) -> None:
        """The copy is older than the erasing: what went stays gone, key and files are no more."""
        there = _row(connection, row["id"])
        if there is None or there.state in (DossierState.ERASED, DossierState.DELIVERED):
            return
        sent = select(submission.c.id).where(submission.c.dossier_id == there.id)
        connection.execute(delete(submission_file).where(submission_file.c.submission_id.in_(sent)))
        connection.execute(delete(submission).where(submission.c.dossier_id == there.id))
        codes = dict.fromkeys(("answers", "follow_secret", "national_code", "warned_at"))
        gone = {"state": DossierState.ERASED, **codes, **columns_from(dossier, row)}
        connection.execute(update(dossier).where(dossier.c.id == there.id).values(**gone))

    def _batch(self, connection: Connection, noted: dict[str, Any]) -> int:
        """Pages of one batch stay together, under a number that nobody else has."""
        key = noted["dossier_id"], noted["scan_request_id"]
        if key not in self._batches:
            self._batches[key] = _found_batch(connection, noted["slot_key"], key[0], self._now)
        return self._batches[key]

    def _tell(self, connection: Connection, dossier_id: str) -> None:
        """The volunteer reads on the dossier's page that something was brought back."""
        if dossier_id not in self._told:
            slot = slots_open(connection, dossier_id)[0]
            _found_batch(connection, slot.key, dossier_id, self._now)
            self._told.add(dossier_id)

    @property
    def _now(self) -> datetime:
        return self._point.clock()

    def _pinned(self, connection: Connection, noted: dict[str, Any]) -> str:
        """The form it was opened with: kept, a neighbour's, or as the catalogue has it now.

        A neighbour's is for notes of the release before digests.
        """
        digest = noted.get("procedure_digest")
        if digest is not None and procedure_versions.is_kept(connection, digest):
            return str(digest)
        version = noted["procedure_id"], noted["procedure_version"]
        same = select(dossier.c.procedure_digest).where(
            (dossier.c.procedure_id == version[0]) & (dossier.c.procedure_version == version[1])
        )
        neighbour = connection.scalar(same.limit(1)) if digest is None else None
        if neighbour is not None:
            return str(neighbour)
        now = self._point.procedures[version[0]]
        if now.version != version[1]:
            raise ValueError(f"{now.id} is at {now.version}, not {version[1]}")
        return procedure_versions.keep(connection, now)


def _row(connection: Connection, dossier_id: str) -> Any:
    return connection.execute(
        select(dossier.c.id, dossier.c.state, dossier.c.revision).where(dossier.c.id == dossier_id)
    ).one_or_none()


def _still_valid(entries: list[Entry]) -> list[Entry]:
    """Without what was erased, or taken back by a supplement that nobody wants any more."""
    gone: dict[str, tuple[int, int]] = {}  # dossier: up to which entry, beyond which revision
    for number, entry in enumerate(entries):
        if entry.kind in (noting.ERASED, noting.FORGOTTEN):
            gone[entry.row["id"]] = number, 0
        elif entry.kind == noting.TAKEN_BACK:
            gone[entry.row["id"]] = number, entry.row["revision"]
    return [
        entry
        for number, entry in enumerate(entries)
        if not _is_over(entry, number, *gone.get(_whose(entry), (-1, 0)))
    ]


def _is_over(entry: Entry, number: int, until: int, beyond: int) -> bool:
    return number <= until and entry.row.get("revision", beyond + 1) > beyond


def _whose(entry: Entry) -> str:
    return str(entry.row.get("dossier_id") or entry.row.get("id"))


def _found_batch(connection: Connection, slot_key: str, dossier_id: str, now: datetime) -> int:
    return insert_numbered(
        connection,
        insert(scan_request).values(
            dossier_id=dossier_id,
            slot_key=slot_key,
            asked_by=_OURS,
            asked_at=now,
            state=ScanRequestState.FAILED,
            error_code=FoundAgain.code,
            ended_at=now,
        ),
    )
