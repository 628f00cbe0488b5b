"""Seal (chốt): from here the dossier never changes and only the ward can read it.

Files first, each durable; then one transaction moves the dossier and fills the outbox. A cut
anywhere before that transaction leaves an open wish, and the station begins again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from appliance.core.answers import counted_answers
from appliance.core.dossier import Dossier, DossierState, Page
from appliance.core.errors import DossierError, NotReadyToSeal, WardKeyMissing
from appliance.core.manifest import (
    CONTENTS_SLOT,
    SUMMARY_SLOT,
    Consent,
    Contents,
    ContentsFile,
    ContentsRow,
    ContentsSection,
    CopyKind,
    Manifest,
    ManifestFile,
)
from appliance.core.problem import Problem
from appliance.core.procedure import Procedure, Slot
from appliance.core.shown import ShownSection, answers_in_portal_order
from appliance.core.submission import SealedFile, SealState, Submission, SubmissionState
from appliance.desk.consent import consent_text
from appliance.desk.dossiers import DossierView, answers_of, look_at, problems_of
from appliance.desk.point import Point, clock_is_trusted
from appliance.keys.age import seal
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.papers.names import paper_file_name
from appliance.papers.pdf import PageSource, fit_pdf
from appliance.papers.summary import SheetSection, SummarySheet, summary_pdf
from appliance.store import dossiers, outbox, pages, scan_requests, seal_requests

WARD_DESTINATION = "ward"
Progress = Callable[[int, int], None]  # steps done, steps in all


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands between a dossier and its seal."""

    problems: tuple[Problem, ...]  # warnings too: they are shown, but do not hold it back
    missing_slots: tuple[Slot, ...]
    uncleaned: int

    @property
    def is_ready(self) -> bool:
        """Whether only the consent is still to be given."""
        return not self.missing_slots and not any(p.is_error for p in self.problems)


@dataclass(frozen=True, slots=True)
class Paper:
    """One PDF on its way into the seal."""

    slot: str
    title: str
    copy_kind: CopyKind | None
    pdf: bytes
    pages: int


def readiness(point: Point, view: DossierView) -> Readiness:
    """What is missing, for the check page."""
    return Readiness(
        problems=tuple(problems_of(point, view)),
        missing_slots=view.missing_slots,
        uncleaned=sum(1 for page in view.pages if page.preview is None and not page.clean_error),
    )


def ask_to_seal(point: Point, dossier_id: str, volunteer_id: int, *, consented: bool) -> None:
    """The citizen has seen the answers and ticked; the station does the rest.

    Raises:
        NotReadyToSeal: something is missing, or the tick is; nothing changed.
        WardKeyMissing: there is nobody to seal to; nothing changed.
        DossierMovedOn: sealed already, perhaps on another screen.
    """
    view = look_at(point, dossier_id)
    if not point.config.ward.recipient:
        raise WardKeyMissing("ward.recipient is not set in the configuration")
    if not consented:
        raise NotReadyToSeal("the consent was not ticked")
    if not readiness(point, view).is_ready:
        raise NotReadyToSeal(f"dossier {dossier_id} lacks papers or answers")
    now = point.clock()
    with point.database.writing() as connection:
        dossiers.touch_open(connection, dossier_id, consent_at=now, consent_by=volunteer_id)
        seal_requests.ask_seal(connection, dossier_id, volunteer_id, now)


def grant_next(point: Point) -> str | None:
    """Seal the dossier that waits longest for it; returns its id, None when none waits.

    A wish that fails for a known reason reopens the dossier with that reason.
    """
    with point.database.reading() as connection:
        wish = seal_requests.next_seal(connection)
    if wish is None:
        return None
    try:
        _grant(point, wish.dossier_id, wish.id, wish.asked_by)
    except DossierError as error:
        _refuse(point, wish.id, error.code)
        raise
    except Exception:
        _refuse(point, wish.id, "unexpected")
        raise
    erase_pages(point, wish.dossier_id)
    return str(wish.dossier_id)


def _refuse(point: Point, wish_id: int, code: str) -> None:
    with point.database.writing() as connection:
        seal_requests.end_seal(connection, wish_id, SealState.FAILED, point.clock(), code)


def _grant(point: Point, dossier_id: str, wish_id: int, volunteer_id: int) -> None:
    with point.database.reading() as connection:
        dossier = dossiers.get_dossier(connection, dossier_id)
        procedure, answers = answers_of(point, connection, dossier_id)
        desk_key = dossiers.row_of(connection, dossier_id).desk_key
        kept = pages.pages_of(connection, dossier_id)
    _forget_earlier_tries(point, dossier_id)

    def progress(step: int, steps: int) -> None:
        with point.database.writing() as connection:
            seal_requests.note_progress(connection, wish_id, step, steps)

    shown = answers_in_portal_order(procedure, answers, point.places)
    papers = _papers(point, procedure, kept, desk_key)
    steps = len({page.slot_key for page in kept}) + 2
    entries: list[tuple[ContentsFile, ManifestFile]] = []
    listed: list[tuple[str, int]] = []
    progress(0, steps)
    for paper in papers:
        entries.append(_save_sealed(point, dossier_id, paper, {e.name for e, _ in entries}))
        listed.append((paper.title, paper.pages))
        progress(len(entries), steps)
    summary = _summary(point, dossier, procedure, shown, listed)
    entries.append(_save_sealed(point, dossier_id, summary, {e.name for e, _ in entries}))
    progress(len(entries), steps)
    contents = Contents(
        dossier_id=dossier_id,
        revision=1,
        local_number=dossier.number,
        answers=counted_answers(procedure, answers),
        sections=tuple(
            ContentsSection(
                title=section.title,
                rows=tuple(ContentsRow(label=row.label, text=row.text) for row in section.lines),
            )
            for section in shown
        ),
        files=tuple(inside for inside, _ in entries),
        consent_text=consent_text(point, procedure),
    )
    plain = canonical_json(contents)
    contents_name, contents_bytes = _seal_to_file(point, dossier_id, plain)
    manifest = Manifest(
        dossier_id=dossier_id,
        revision=1,
        procedure=procedure.ref,
        files=(
            *(outside for _, outside in entries),
            ManifestFile(
                slot=CONTENTS_SLOT,
                sha256=contents_name,
                bytes=contents_bytes,
                media_type="application/json",
            ),
        ),
        made_at=point.clock(),
        clock_trusted=clock_is_trusted(),
        point=point.config.point.code,
        volunteer=str(volunteer_id),
        consent=Consent(signed=True, at=dossier.consent_at) if dossier.consent_at else None,
        encrypted_for=point.config.ward.recipient,
    )
    files = [
        SealedFile(
            slot=inside.slot,
            sha256=outside.sha256,
            bytes=outside.bytes,
            content_sha256=inside.sha256,
            content_bytes=inside.bytes,
            pages=inside.pages,
        )
        for inside, outside in entries
    ]
    files.append(
        SealedFile(CONTENTS_SLOT, contents_name, contents_bytes, sha256_hex(plain), len(plain), 0)
    )
    body = canonical_json(manifest)
    with point.database.writing() as connection:
        _move_to_outbox(point, connection, manifest, body, tuple(files))
        seal_requests.end_seal(connection, wish_id, SealState.DONE, point.clock())


def _move_to_outbox(
    point: Point,
    connection: Connection,
    manifest: Manifest,
    body: bytes,
    files: tuple[SealedFile, ...],
) -> None:
    now = point.clock()
    dossiers.move_dossier(
        connection,
        manifest.dossier_id,
        DossierState.SEALING,
        DossierState.SEALED,
        answers=None,
        sealed_at=now,
    )
    outbox.add_submission(
        connection,
        Submission(
            id=manifest.dossier_id,
            dossier_id=manifest.dossier_id,
            revision=manifest.revision,
            destination=WARD_DESTINATION,
            state=SubmissionState.WAITING,
            body=body,
            manifest_sha256=sha256_hex(body),
            created_at=now,
            attempts=0,
            next_try_at=None,
            error_code=None,
            error_text=None,
            files=files,
        ),
    )
    desk = scan_requests.get_on_desk(connection)
    if desk and desk.dossier_id == manifest.dossier_id:
        scan_requests.clear_desk(connection)


def _papers(point: Point, procedure: Procedure, kept: list[Page], desk_key: str) -> Iterator[Paper]:
    """One PDF for each slot that holds pages, in the procedure's order, one at a time."""
    for slot in procedure.slots:
        inside = [page for page in kept if page.slot_key == slot.key]
        if not inside:
            continue
        pdf = fit_pdf([_source(point, page, desk_key) for page in inside], slot.title)
        yield Paper(slot.key, slot.title, slot.copy_kind, pdf.content, pdf.pages)


def _source(point: Point, page: Page, desk_key: str) -> PageSource:
    def read(name: str) -> bytes:
        return point.vault.open(point.pages.read(name), desk_key)

    rendition = page.rendition
    return PageSource(
        master=lambda: read(page.master),
        master_dpi=page.resolution_dpi,
        turn=page.turn,
        rendition=(lambda: read(rendition)) if rendition else None,
        rendition_dpi=page.rendition_dpi,
    )


def _summary(
    point: Point,
    dossier: Dossier,
    procedure: Procedure,
    shown: tuple[ShownSection, ...],
    listed: list[tuple[str, int]],
) -> Paper:
    sheet = SummarySheet(
        point_name=point.config.point.name,
        local_number=dossier.number,
        procedure=procedure.title,
        code=procedure.code,
        day=point.today(),
        sections=tuple(
            SheetSection(s.title, tuple((row.label, row.text) for row in s.lines)) for s in shown
        ),
        papers=tuple(listed),
    )
    pdf = summary_pdf(sheet)
    return Paper(SUMMARY_SLOT, "Phiếu tóm tắt", None, pdf.content, pdf.pages)


def _save_sealed(
    point: Point, dossier_id: str, paper: Paper, taken: set[str]
) -> tuple[ContentsFile, ManifestFile]:
    name, size = _seal_to_file(point, dossier_id, paper.pdf)
    inside = ContentsFile(
        slot=paper.slot,
        title=paper.title,
        name=paper_file_name(paper.title, taken),
        sha256=sha256_hex(paper.pdf),
        bytes=len(paper.pdf),
        pages=paper.pages,
        sealed_sha256=name,
    )
    outside = ManifestFile(
        slot=paper.slot,
        sha256=name,
        bytes=size,
        pages=paper.pages,
        media_type="application/pdf",
        copy_kind=paper.copy_kind,
    )
    return inside, outside


def _seal_to_file(point: Point, dossier_id: str, plain: bytes) -> tuple[str, int]:
    sealed = seal(plain, point.config.ward.recipients)
    return point.sealed_files(dossier_id).save(sealed), len(sealed)


def _forget_earlier_tries(point: Point, dossier_id: str) -> None:
    """A try that was cut short left ciphertexts that no submission lists."""
    files = point.sealed_files(dossier_id)
    for name in files.names():
        files.remove(name)


def erase_pages(point: Point, dossier_id: str) -> None:
    """The desk's copies of a sealed dossier go: files first, then rows. Safe to repeat."""
    with point.database.reading() as connection:
        gone = pages.pages_of(connection, dossier_id) + pages.pages_of(
            connection, dossier_id, removed=True
        )
    for page in gone:
        for name in (page.master, page.preview, page.rendition):
            if name:
                point.pages.remove(name)
    with point.database.writing() as connection:
        pages.forget_pages(connection, dossier_id)
