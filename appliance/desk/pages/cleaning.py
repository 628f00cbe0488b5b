"""What cleaning finds on a page, kept as proposals that a person may undo.

The station asks for ``next_work`` and brings back what came of it. Which pages wait is in the
store alone, so a cut at any point costs one page's work.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from appliance.core.cards.seen import seen_of, seen_text
from appliance.core.dossiers.dossier import CAMERA, Page
from appliance.core.dossiers.submission import ScanRequestState
from appliance.core.errors import DossierError, DossierMovedOn, DossierUnknown, PageDamaged
from appliance.core.paper.findings import TURN_UNSURE, Kind, Quad, Warn, with_places_turned
from appliance.core.paper.scan import PaperSource
from appliance.core.paper.turns import agreed
from appliance.core.paper.two_sizes import joined
from appliance.desk.files import files_until_noted
from appliance.desk.pages.damaged import look_over
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.imaging.child.wire import CleanOrder, CleanPage, CleanThing
from appliance.store.dossier import owners, pages, scan_requests

_SHEET_MM = 140.0  # A5 is 148 wide, a photograph of 10 × 15 cm 102


@dataclass(frozen=True, slots=True)
class Work:
    """A page to clean: its master, how, and the other side of its sheet where that is known."""

    page: Page
    master: bytes
    order: CleanOrder
    other: bytes = b""
    own: Quad | None = None  # where the box saw it before


def next_work(point: Point, *, lying: bool = False) -> Work | None:
    """The oldest page that waits and can be opened; *lying*: somebody can tell which way is up.

    A damaged page is noted, so that it does not block the ones after it; a locked one waits
    until somebody signs in, and the front of a sheet until its back is there.
    """
    with point.database.reading() as connection:
        waiting = [
            (page, _behind(point, connection, page), owners.desk_key_of(connection, page))
            for page in pages.uncleaned(connection)
            if owners.takes_changes(connection, page)
        ]
    for page, (must_wait, behind), desk_key in waiting:
        if must_wait or not point.vault.is_open(desk_key):
            continue
        try:
            master = point.vault.open(point.pages.read(page.master), desk_key)
        except PageDamaged as error:
            if not look_over(point, [page]):  # whole as a file, but it does not decrypt
                give_up_cleaning(point, page, error.code)
            continue
        other = _other(point, behind, desk_key)
        other_dpi = behind.resolution_dpi if behind is not None and other else 0
        own = _own_quad(point, page, desk_key)
        order = order_for(page, own, lying=lying, other_dpi=other_dpi)
        return Work(page, master, order, other, own)
    return None


def order_for(
    page: Page, own: Quad | None = None, *, lying: bool = False, **more: Any
) -> CleanOrder:
    """What to ask of the cleaner, after everything that a person said of *page*.

    *own* is where the box saw it before. The number of a thing on a glass says which one it is
    only to the release that counted; another one may count the neighbour's paper there.
    """
    seen_before = page.findings is not None
    if page.mode == CAMERA:
        own = None  # it lies on the flattened sheet, not on the master
    return CleanOrder(
        page.resolution_dpi,
        kind=page.kind if not seen_before else Kind.AUTO,
        item=page.item if seen_before else None,
        turn=page.auto_turn if seen_before else None,
        plain=page.plain,
        keep_blank=page.kept,
        lying=lying,
        camera=page.mode == CAMERA,
        quad=page.crop or own,
        **more,
    )


def save_cleaned(point: Point, work: Work, things: CleanPage) -> list[str]:
    """Keep what came of a page, encrypted like the page itself; the ids of its rows in order.

    Several things on one glass become several pages. An edit that came in between stays, and
    the page waits for cleaning again.

    Raises:
        DossierUnknown: the page was sealed and erased meanwhile; nothing of it is left.
        DossierMovedOn: it is being sealed, which cleans for itself what was not clean yet; or
            it was claimed into a dossier, where it waits for cleaning again.
        DiskFull: nothing was noted.
    """
    with point.database.reading() as connection:
        desk_key = owners.desk_key_of(connection, work.page)
    with files_until_noted(point) as save:
        columns = []
        for thing in things:
            pictures = joined(thing.preview, thing.small)
            names = {"preview": pictures, "rendition": thing.page}
            if not work.order.plain:  # what was found of the page before still holds
                own = work.own  # settled once: a later release must not see another thing there
                if own is None and work.page.crop is None:
                    own = thing.seen.found.item.quad
                names["findings"] = seen_text(replace(thing.seen, own=own)).encode()
            sealed = {key: save(point.vault.seal(what, desk_key)) for key, what in names.items()}
            columns.append(sealed | _noted(thing) | {"cleaned_edits": work.page.edits})
        if __debug__:
            passing("clean-files-before-row")
        with point.database.writing() as connection:
            page = pages.get_page(connection, work.page.id)
            owners.must_take_changes(connection, page)
            if page.walk_up_id != work.page.walk_up_id:
                raise DossierMovedOn(f"page {page.id} lies in a dossier now")
            ids = [page.id]
            if work.order.item is None and not work.order.plain:
                ids += pages.add_things(connection, page, len(things) - 1)
            for page_id, thing, noted in zip(ids, things, columns, strict=False):
                found = {} if work.order.plain else _found(page, thing)
                pages.set_cleaned(connection, page_id, **noted, **found)
    if __debug__:
        passing("clean-row-before-old-files")
    for name in pages.files_of(page) - {page.master} - _still_named(point, ids):
        point.pages.remove(name)
    return ids


def give_up_cleaning(point: Point, page: Page, code: str) -> None:
    """A page that cannot be cleaned keeps its master; the screen says so.

    *page* as it was tried: one that was edited since, perhaps to be shown as scanned, waits on.
    """
    # sealed and erased meanwhile: nothing to say any more
    with suppress(DossierUnknown), point.database.writing() as connection:
        if pages.get_page(connection, page.id).edits == page.edits:
            pages.set_cleaned(connection, page.id, clean_error=code)


def settle_turn(point: Point, page_id: str, turn: int) -> None:
    """Which way is up was found out after all, clockwise; a person who was faster is right."""
    with point.database.writing() as connection:
        page = pages.get_page(connection, page_id)
        if page.auto_turn is not None or not owners.takes_changes(connection, page):
            return
        warnings = tuple(warn for warn in page.warnings if warn.code != TURN_UNSURE)
        columns = {"auto_turn": turn, "warnings": pages.warnings_text(warnings)}
        edit = pages.edit_pixels if turn else pages.edit_page  # drawn anew, or right as it lies
        edit(connection, page_id, **columns)


def let_batches_vote(point: Point) -> bool:
    """In every batch that is wholly clean the sure pages lend their turn to the unsure ones.

    For when nobody is left to be asked but people. Whether some batch is still to vote: one that
    runs, or waits for a page of it to be cleaned.
    """
    with point.database.reading() as connection:
        undecided = {page.scan_request_id for page in pages.undecided(connection)}
        batches = [
            (
                scan_requests.state_of(connection, number) is ScanRequestState.SCANNING,
                pages.pages_of_batch(connection, number),
            )
            for number in undecided
        ]
    some_wait = False
    for runs, batch in batches:
        if runs or any(page.awaits_cleaning for page in batch):
            some_wait = True
            continue
        voters = [page for page in batch if _may_vote(page)]
        for page, turn in zip(voters, agreed([page.auto_turn for page in voters]), strict=True):
            if page.auto_turn is None and turn is not None and _is_sheet(point, page):
                settle_turn(point, page.id, turn)
    return some_wait


def _may_vote(page: Page) -> bool:
    """Print has a say: blank sides, cards and photographs lie as they lie."""
    return not page.is_blank and page.turn == 0 and page.kind not in (Kind.ID_CARD, Kind.PHOTO)


def _own_quad(point: Point, page: Page, desk_key: str) -> Quad | None:
    """Where the box saw *page* before any person cut it; None: it looks anew."""
    if page.findings is None:
        return None
    try:
        return seen_of(point.vault.open(point.pages.read(page.findings), desk_key)).own
    except (PageDamaged, ValueError, KeyError, TypeError):
        return None


def _is_sheet(point: Point, page: Page) -> bool:
    """Paper that is fed the same way as its neighbours. A portrait lies as somebody laid it."""
    with point.database.reading() as connection:
        desk_key = owners.desk_key_of(connection, page)
    try:
        name = page.findings or ""
        item = seen_of(point.vault.open(point.pages.read(name), desk_key)).found.item
    except (DossierError, ValueError, KeyError, TypeError):
        return False  # nobody can look: a person is asked
    return min(item.width_mm, item.height_mm) >= _SHEET_MM


def _behind(point: Point, connection: Connection, page: Page) -> tuple[bool, Page | None]:
    """Whether to wait for the other side of *page*'s sheet, and that side if it is there."""
    if point.config.scanner.source is not PaperSource.DUPLEX:
        return False, None
    number = page.number + 1 if page.number % 2 else page.number - 1
    behind = pages.side_of_batch(connection, page.scan_request_id, number)
    state = scan_requests.state_of(connection, page.scan_request_id)
    return behind is None and state is ScanRequestState.SCANNING, behind


def _other(point: Point, behind: Page | None, desk_key: str) -> bytes:
    if behind is None:
        return b""
    try:
        return point.vault.open(point.pages.read(behind.master), desk_key)
    except PageDamaged:
        return b""  # it is evidence only


def _noted(thing: CleanThing) -> dict[str, Any]:
    return {
        "rendition_dpi": thing.resolution_dpi,
        "clean_bytes": thing.size_bytes,
        "text": None,  # words that were read from an older copy lie elsewhere
        "clean_error": None,
    }


def _found(page: Page, thing: CleanThing) -> dict[str, Any]:
    """What is told of *thing* beside its pictures; a turn that a person made stays as seen."""
    found = thing.seen.found
    auto, turn, warnings = found.turn, page.turn, found.warnings
    if thing.seen.card is not None:
        auto = auto or 0  # a card's own warning asks, where both cards are seen together
    if turn:
        turn = (turn - (auto or 0) + (page.auto_turn or 0)) % 360
        auto = auto or 0
    if auto is not None:
        warnings = tuple(warn for warn in warnings if warn.code != TURN_UNSURE)
    if thing.seen.card is not None and not thing.seen.card.upright_known:
        warnings = (*warnings, Warn("card-turn-unsure"))
    return {
        "kind": found.item.kind,
        "is_blank": found.blank.is_blank,
        "angle_deg": found.angle_deg,
        "auto_turn": auto,
        "turn": turn,
        "warnings": pages.warnings_text(with_places_turned(warnings, turn)),
    }


def _still_named(point: Point, ids: list[str]) -> set[str]:
    with point.database.reading() as connection:
        return {name for one in ids for name in pages.files_of(pages.get_page(connection, one))}
