"""The papers as PDFs that a citizen takes to the portal, made from the pages as they are now."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass

from sqlalchemy import Connection

from appliance.core.dossiers.dossier import Page
from appliance.core.dossiers.phone_link import PhoneLink
from appliance.core.errors import ApplianceError, DossierUnknown, Unexpected
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.files import files_until_noted
from appliance.desk.pages.sides import Clean
from appliance.desk.point import Point
from appliance.desk.sending.sealed import opened_now, papers_of
from appliance.failpoints import passing
from appliance.papers.names import paper_file_names
from appliance.store.dossier import dossiers, photos, takeaways


@dataclass(frozen=True, slots=True)
class TakeawayFile:
    """One PDF under the name that the portal accepts."""

    number: int  # from 1
    slot_key: str
    name: str
    bytes: int
    pages: int


@dataclass(frozen=True, slots=True)
class Takeaway:
    """How far the files are; *is_stale*: pages changed since."""

    state: str  # asked, ready, failed
    error_code: str | None
    files: tuple[TakeawayFile, ...]
    is_stale: bool


def ask(point: Point, link: PhoneLink, view: DossierView) -> None:
    """Have the files made from the pages of *view*; those made before go."""
    with point.database.writing() as connection:
        _forget(point, connection, link.dossier_id)
        takeaways.ask(connection, link.id, link.dossier_id, shown_by(view.pages), point.clock())


def takeaway_of(point: Point, view: DossierView) -> Takeaway | None:
    """What was made for this dossier; None when nobody asked."""
    with point.database.reading() as connection:
        row = takeaways.of_dossier(connection, view.dossier.id)
        found = takeaways.files(connection, row.id) if row else ()
    if row is None:
        return None
    files = tuple(TakeawayFile(f.number, f.slot_key, f.name, f.bytes, f.pages) for f in found)
    return Takeaway(row.state, row.error_code, files, row.shows != shown_by(view.pages))


def pdf_of(point: Point, dossier_id: str, number: int) -> tuple[str, bytes]:
    """Name and content of one file.

    Raises:
        DossierUnknown: there is none of that number, or not any more.
        DossierLocked, PageDamaged: it cannot be opened.
    """
    with point.database.reading() as connection:
        row = takeaways.of_dossier(connection, dossier_id)
        found = takeaways.files(connection, row.id) if row else ()
        desk_key = dossiers.row_of(connection, dossier_id).desk_key
    for file in found:
        if file.number == number:
            return file.name, point.vault.open(point.pages.read(file.file), desk_key)
    raise DossierUnknown(f"no file {number} of dossier {dossier_id}")


def note_taken(point: Point, dossier_id: str) -> None:
    """The citizen's phone has a file: the dossier may end at the portal. Noted the first time."""
    with point.database.reading() as connection:
        if dossiers.row_of(connection, dossier_id).taken_at is not None:
            return
    with point.database.writing() as connection:
        dossiers.set_columns(connection, dossier_id, taken_at=point.clock())


def make_next(point: Point, clean: Clean) -> bool:
    """Grant the oldest wish; False when there is none. A failure is noted for the phone."""
    with point.database.reading() as connection:
        wishes = takeaways.asked(connection)
    if not wishes:
        return False
    wish = wishes[0]
    try:
        _make(point, wish.id, wish.dossier_id, clean)
    except CancelledError:
        raise  # the station is stopping: the wish is granted at the next start
    except Exception as error:
        code = error.code if isinstance(error, ApplianceError) else Unexpected.code
        with point.database.writing() as connection:
            takeaways.end(connection, wish.id, code)
        if not isinstance(error, ApplianceError):
            raise
    return True


def forget_what_is_over(point: Point) -> int:
    """Erase the files of phones that are out. Returns how many dossiers there were."""
    with point.database.reading() as connection:
        gone = takeaways.over(connection, point.clock())
    for dossier_id in gone:
        with point.database.writing() as connection:
            _forget(point, connection, dossier_id)
    return len(gone)


def erase_phone_files(point: Point, connection: Connection, dossier_id: str) -> None:
    """Everything that phones brought or asked for goes with the dossier's pages."""
    for name in photos.files_of(connection, dossier_id):
        point.pages.remove(name)
    photos.forget(connection, dossier_id)
    _forget(point, connection, dossier_id)


def shown_by(shown: Sequence[Page]) -> str:
    """A short digest of everything about pages that changes a PDF."""
    looks = [(p.id, p.slot_key, p.position, p.turn, p.left_out, p.plain, p.edits) for p in shown]
    return hashlib.sha256(repr(looks).encode()).hexdigest()[:20]


def _make(point: Point, wish_id: int, dossier_id: str, clean: Clean) -> None:
    opened = opened_now(point, dossier_id)
    papers = [paper for slot in papers_of(point, opened, clean) for paper in slot]
    names = paper_file_names(paper.title for paper in papers)
    with files_until_noted(point) as save:
        kept = [save(point.vault.seal(paper.pdf, opened.desk_key)) for paper in papers]
        if __debug__:
            passing("takeaway-files-before-rows")
        with point.database.writing() as connection:
            if not takeaways.end(connection, wish_id):
                raise DossierUnknown(f"nobody waits for files of {dossier_id} any more")
            for number, (paper, name, file) in enumerate(
                zip(papers, names, kept, strict=True), start=1
            ):
                takeaways.add_file(
                    connection,
                    wish_id,
                    number,
                    slot_key=paper.slot,
                    name=name,
                    file=file,
                    bytes=len(paper.pdf),
                    pages=paper.pages,
                )


def _forget(point: Point, connection: Connection, dossier_id: str) -> None:
    gone = takeaways.files_of(connection, dossier_id)
    for name in gone:
        point.pages.remove(name)
    if gone:
        point.pages.sync()
    if __debug__:
        passing("takeaway-files-gone-before-rows")
    takeaways.forget(connection, dossier_id)
