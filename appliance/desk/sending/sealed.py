"""What goes under the seal: the papers' PDFs, the summary, the contents, the manifest.

Every file is encrypted to the ward (and the escrow) and durable when its name is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from appliance.core.dossiers.dossier import Dossier, Page
from appliance.core.dossiers.submission import SealedFile, revision_id
from appliance.core.dossiers.supplement import NOTHING_PLANNED, Brought, SupplementPlan, replaced_by
from appliance.core.forms.answers import Answers, counted_answers
from appliance.core.forms.condition import is_empty
from appliance.core.forms.procedure import Procedure, Slot
from appliance.core.forms.shown import (
    ShownSection,
    answers_in_portal_order,
    corrections_in_portal_order,
)
from appliance.core.wire.manifest import (
    CONTENTS_SLOT,
    SUMMARY_SLOT,
    Consent,
    Contents,
    ContentsFile,
    ContentsRow,
    ContentsSection,
    ContentsSlot,
    CopyKind,
    Follow,
    Manifest,
    ManifestFile,
    Replaced,
)
from appliance.desk.dossier.consent import consent_text, supplement_consent_text
from appliance.desk.dossier.dossiers import answers_of
from appliance.desk.pages.sides import Clean, Side, sides_of
from appliance.desk.point import Point, clock_is_trusted
from appliance.desk.sending.feed import clock_agrees_with_ward
from appliance.desk.sending.supplements import earlier_manifests
from appliance.desk.sending.ward_key import recipients_now
from appliance.failpoints import passing
from appliance.keys.age import seal
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.keys.letters import new_letters
from appliance.papers.apart import count_pages_apart, make_pdf_apart
from appliance.papers.fitting import page_title, part_title, shrunk_to_fit
from appliance.papers.names import paper_file_names
from appliance.papers.pdf import BUDGET_BYTES
from appliance.store.dossier import dossiers, pages

Progress = Callable[[int, int], None]  # steps done, steps in all
SECRET_LETTERS = 10  # 45 bits, as the ward's own secrets have
SUMMARY_TITLE = "Phiếu tóm tắt"


@dataclass(frozen=True, slots=True)
class Opened:
    """A dossier as the desk key shows it, frozen for the seal."""

    dossier: Dossier
    procedure: Procedure
    answers: Answers
    pages: tuple[Page, ...]
    desk_key: str
    plan: SupplementPlan = NOTHING_PLANNED  # of a later revision
    earlier: tuple[Manifest, ...] = ()
    recipients: tuple[str, ...] = ()  # to whom all of it is sealed; the ward first


@dataclass(frozen=True, slots=True)
class Sealed:
    """A dossier as the outbox keeps it."""

    manifest: Manifest
    body: bytes  # canonical JSON of the manifest; these bytes never change again
    files: tuple[SealedFile, ...]
    follow_secret: str | None = None  # new with the first revision
    brought: Brought | None = None  # when the rest of what was asked for comes later


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of a slot, as it goes under the seal."""

    slot: str
    title: str
    copy_kind: CopyKind | None
    pdf: bytes
    pages: int
    replaces: Replaced | None = None  # of an earlier revision


def opened_now(point: Point, dossier_id: str) -> Opened:
    """The dossier as of one moment, for its seal or for the citizen's own files.

    Raises:
        DossierLocked: the desk key is not in memory.
        DossierUnknown: there is none of that id.
    """
    earlier = earlier_manifests(point, dossier_id)
    recipients = recipients_now(point)
    with point.database.reading() as connection:
        procedure, answers = answers_of(point, connection, dossier_id)
        row = dossiers.row_of(connection, dossier_id)
        return Opened(
            dossier=dossiers.get_dossier(connection, dossier_id),
            procedure=procedure,
            answers=answers,
            pages=tuple(pages.pages_of(connection, dossier_id)),
            desk_key=row.desk_key,
            plan=SupplementPlan.read(row.supplement),
            earlier=earlier,
            recipients=recipients,
        )


def seal_up(
    point: Point, opened: Opened, helped_by: int, clean: Clean, progress: Progress
) -> Sealed:
    """Make and encrypt everything; nothing is moved yet.

    Raises:
        PageDamaged, PdfTooBig, PrintingFailed, DossierLocked, DiskFull: what is written so far
        is not listed anywhere and may be thrown away.
    """
    steps = len({page.slot_key for page in opened.pages if not page.left_out}) + 2
    is_supplement = opened.dossier.is_supplement
    # of a supplement only what was corrected: its other answers are at the ward already
    form = (opened.procedure, opened.answers, point.places)
    shown = (
        corrections_in_portal_order(*form, opened.plan.emptied)
        if is_supplement
        else answers_in_portal_order(*form)
    )
    listed: list[tuple[Paper, SealedFile]] = []
    progress(0, steps)
    for step, papers in enumerate(papers_of(point, opened, clean), start=1):
        for paper in papers:
            listed.append((paper, _sealed(point, opened, paper.slot, paper.pdf, paper.pages)))
        if __debug__:
            passing("seal-between-files")
        progress(step, steps)
    if not is_supplement:
        summary = _summary(point, opened, shown, [paper for paper, _ in listed])
        listed.append((summary, _sealed(point, opened, summary.slot, summary.pdf, summary.pages)))
    progress(steps - 1, steps)
    contents = canonical_json(_contents(point, opened, shown, listed))
    contents_file = _sealed(point, opened, CONTENTS_SLOT, contents, pages=0)
    secret = None if is_supplement else new_letters(SECRET_LETTERS)
    manifest = _manifest(point, opened, helped_by, listed, contents_file, secret)
    files = (*(file for _, file in listed), contents_file)
    return Sealed(manifest, canonical_json(manifest), files, secret, _brought(opened, manifest))


def papers_of(point: Point, opened: Opened, clean: Clean) -> Iterator[list[Paper]]:
    """The files of each slot that holds pages, in the procedure's order, one slot at a time."""

    def read(name: str) -> bytes:
        return point.vault.open(point.pages.read(name), opened.desk_key)

    for slot in opened.procedure.slots:
        inside = [page for page in opened.pages if page.slot_key == slot.key]
        single = opened.plan.pages_of(slot.key)
        if single:
            yield _pages_alone(
                point, opened, slot, inside, lambda page: sides_of([page], read, clean)
            )
            continue
        sides = sides_of(inside, read, clean)
        if not sides:
            continue
        parts = shrunk_to_fit(sides, BUDGET_BYTES)
        yield [
            Paper(
                slot.key,
                title := part_title(slot.title, number, len(parts)),
                slot.copy_kind,
                make_pdf_apart(part, title, point.clock()),
                len(part),
                replaced_by(opened.earlier, slot.key),
            )
            for number, part in enumerate(parts, start=1)
        ]


def _pages_alone(
    point: Point,
    opened: Opened,
    slot: Slot,
    inside: Sequence[Page],
    sides: Callable[[Page], Sequence[Side]],
) -> list[Paper]:
    """A file for each page that takes the place of one the office named, in the same order."""
    named = opened.plan.pages_of(slot.key)
    travelling = [page for page in inside if not page.left_out]
    papers = []
    for number, page in zip(named, travelling, strict=True):
        [part] = shrunk_to_fit(sides(page), BUDGET_BYTES)
        title = page_title(slot.title, number)
        pdf = make_pdf_apart(part, title, point.clock())
        replaces = replaced_by(opened.earlier, slot.key, number)
        papers.append(Paper(slot.key, title, slot.copy_kind, pdf, len(part), replaces))
    return papers


def _summary(
    point: Point, opened: Opened, shown: tuple[ShownSection, ...], papers: list[Paper]
) -> Paper:
    # Typst takes a while to load: only the station, and only when it seals, pays for it
    from appliance.papers import summary  # noqa: PLC0415

    pdf = summary.print_summary(
        summary.Summary(
            title=SUMMARY_TITLE,
            point_name=point.config.point.name,
            local_number=opened.dossier.number,
            procedure_name=opened.procedure.title,
            sections=[
                summary.SummarySection(
                    section.title,
                    [summary.SummaryRow(row.label, row.text) for row in section.rows],
                )
                for section in shown
            ],
            papers=[summary.PaperLine(paper.title, paper.pages) for paper in papers],
            made_at=point.clock().astimezone(point.zone),
        )
    )
    return Paper(SUMMARY_SLOT, SUMMARY_TITLE, None, pdf, count_pages_apart(pdf))


def _sealed(point: Point, opened: Opened, slot: str, plain: bytes, pages: int) -> SealedFile:
    ciphertext = seal(plain, opened.recipients)
    return SealedFile(
        slot=slot,
        sha256=point.sealed_files(_revision_id(opened)).save(ciphertext),
        bytes=len(ciphertext),
        content_sha256=sha256_hex(plain),
        content_bytes=len(plain),
        pages=pages,
    )


def _contents(
    point: Point,
    opened: Opened,
    shown: tuple[ShownSection, ...],
    listed: list[tuple[Paper, SealedFile]],
) -> Contents:
    names = paper_file_names(paper.title for paper, _ in listed)
    return Contents(
        dossier_id=opened.dossier.id,
        revision=opened.dossier.revision,
        local_number=opened.dossier.number,
        answers=(
            {r.field_key: opened.answers.get(r.field_key, "") for part in shown for r in part.rows}
            if opened.dossier.is_supplement
            else counted_answers(opened.procedure, opened.answers)
        ),
        sections=tuple(
            ContentsSection(
                title=section.title,
                rows=tuple(
                    ContentsRow(label=row.label, text=row.text, key=row.field_key)
                    for row in section.rows
                ),
            )
            for section in shown
        ),
        files=tuple(
            ContentsFile(
                slot=paper.slot,
                title=paper.title,
                name=name,
                sha256=file.content_sha256,
                bytes=file.content_bytes,
                pages=file.pages,
                sealed_sha256=file.sha256,
            )
            for name, (paper, file) in zip(names, listed, strict=True)
        ),
        consent_text=(
            supplement_consent_text(point, opened.procedure, corrects=bool(shown))
            if opened.dossier.is_supplement
            else consent_text(point, opened.procedure)
        ),
        slots=tuple(ContentsSlot(slot=s.key, title=s.title) for s in opened.procedure.slots),
    )


def _manifest(
    point: Point,
    opened: Opened,
    helped_by: int,
    listed: list[tuple[Paper, SealedFile]],
    contents_file: SealedFile,
    secret: str | None,
) -> Manifest:
    papers = tuple(
        ManifestFile(
            slot=file.slot,
            sha256=file.sha256,
            bytes=file.bytes,
            pages=file.pages,
            media_type="application/pdf",
            copy_kind=paper.copy_kind,
            replaces=paper.replaces,
        )
        for paper, file in listed
    )
    contents = ManifestFile(
        slot=CONTENTS_SLOT,
        sha256=contents_file.sha256,
        bytes=contents_file.bytes,
        media_type="application/json",
    )
    consented_at = opened.dossier.consent_at
    return Manifest(
        dossier_id=opened.dossier.id,
        revision=opened.dossier.revision,
        procedure=opened.procedure.ref,
        files=(*papers, contents),
        made_at=point.clock(),
        clock_trusted=clock_is_trusted() or clock_agrees_with_ward(point),
        point=point.config.point.code,
        volunteer=str(helped_by),
        consent=Consent(signed=True, at=consented_at) if consented_at else None,
        encrypted_for=opened.recipients[0],
        follow=(
            Follow(number=opened.dossier.number, secret_sha256=sha256_hex(secret.encode()))
            if secret
            else None
        ),
        answers_request=opened.plan.answers_request,
    )


def _brought(opened: Opened, manifest: Manifest) -> Brought | None:
    if not opened.plan.in_part:
        return None
    papers = {
        (file.slot, file.replaces.page if file.replaces else None)
        for file in manifest.files
        if file.slot != CONTENTS_SLOT
    }
    fields = {key for key, value in opened.answers.items() if not is_empty(value)}
    return Brought(opened.plan.seq, frozenset(papers), opened.plan.emptied | fields)


def _revision_id(opened: Opened) -> str:
    return revision_id(opened.dossier.id, opened.dossier.revision)
