"""Page rows: added once, edited undoably, never deleted while the dossier is open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from uuid6 import uuid7

from appliance.core.dossiers.dossier import DossierState, Page
from appliance.core.errors import DossierMovedOn, DossierUnknown
from appliance.core.paper.crop import crop_of
from appliance.core.paper.findings import Kind, Warn
from appliance.store.dossier.dossiers import get_dossier
from appliance.store.dossier.owners import must_take_changes
from appliance.store.schema.tables import dossier, page, photo, takeaway_file

FILES = ("master", "preview", "rendition", "findings", "text")
"""The columns that name an encrypted file."""


def add_page(connection: Connection, dossier_id: str, slot_key: str, **columns: Any) -> int:
    """Append to the slot of an OPEN dossier; returns the position."""
    if get_dossier(connection, dossier_id).state is not DossierState.OPEN:
        raise DossierMovedOn(f"dossier {dossier_id} takes no more pages")
    position = _last(connection, dossier_id, slot_key) + 1
    connection.execute(
        insert(page).values(dossier_id=dossier_id, slot_key=slot_key, position=position, **columns)
    )
    return position


def add_held(connection: Connection, walk_up_id: int, **columns: Any) -> None:
    """Add to a walk-up; its place among others is settled when somebody claims it."""
    connection.execute(
        insert(page).values(
            walk_up_id=walk_up_id, slot_key="", position=columns["number"], **columns
        )
    )


def held_pages(connection: Connection, walk_up_id: int) -> list[Page]:
    """Everything of a walk-up, in paper order."""
    rows = connection.execute(
        select(page).where(page.c.walk_up_id == walk_up_id).order_by(page.c.number, page.c.item)
    )
    return [_page(row) for row in rows]


def claim_page(
    connection: Connection, seen: Page, dossier_id: str, slot_key: str, **files: str | None
) -> bool:
    """Lay a walk-up's page at the end of a slot, its *files* resealed for the dossier.

    False when the page is no longer as it was *seen*: cleaned meanwhile, say.
    """
    unchanged = [page.c[name].is_not_distinct_from(getattr(seen, name)) for name in FILES]
    moved = connection.execute(
        update(page)
        .where(page.c.id == seen.id, page.c.walk_up_id == seen.walk_up_id, *unchanged)
        .values(
            walk_up_id=None,
            dossier_id=dossier_id,
            slot_key=slot_key,
            position=_last(connection, dossier_id, slot_key) + 1,
            **files,
        )
    )
    return moved.rowcount == 1


def forget_held(connection: Connection, walk_up_id: int) -> None:
    """Drop the rows of a walk-up that is being erased; its files are gone already."""
    connection.execute(delete(page).where(page.c.walk_up_id == walk_up_id))


def pages_of(connection: Connection, dossier_id: str, *, removed: bool = False) -> list[Page]:
    """Pages in slot and reading order; the removed ones only when asked for."""
    rows = connection.execute(
        select(page)
        .where(page.c.dossier_id == dossier_id, page.c.removed == removed)
        .order_by(page.c.slot_key, page.c.position)
    )
    return [_page(row) for row in rows]


def get_page(connection: Connection, page_id: str) -> Page:
    """One page, or DossierUnknown."""
    row = connection.execute(select(page).where(page.c.id == page_id)).one_or_none()
    if row is None:
        raise DossierUnknown(f"no page {page_id}")
    return _page(row)


def edit_page(connection: Connection, page_id: str, **columns: Any) -> None:
    """Record an edit; the dossier must still be OPEN, a walk-up unclaimed."""
    must_take_changes(connection, get_page(connection, page_id))
    connection.execute(update(page).where(page.c.id == page_id).values(**columns))


def edit_pixels(connection: Connection, page_id: str, **columns: Any) -> None:
    """As ``edit_page``, for edits after which the page must be cleaned again."""
    edit_page(connection, page_id, edits=page.c.edits + 1, clean_error=None, **columns)


def set_cleaned(connection: Connection, page_id: str, **columns: Any) -> bool:
    """Note what cleaning made of a page, whatever the dossier's state is by now.

    False when the page is gone: sealed and erased meanwhile.
    """
    noted = connection.execute(update(page).where(page.c.id == page_id).values(**columns))
    return noted.rowcount == 1


def uncleaned(connection: Connection) -> list[Page]:
    """Pages whose clean copy is missing or older than an edit, oldest first."""
    rows = connection.execute(
        select(page)
        .where(
            page.c.cleaned_edits.is_distinct_from(page.c.edits),
            page.c.clean_error.is_(None),
            page.c.removed.is_(False),
        )
        .order_by(page.c.id)
    )
    return [_page(row) for row in rows]


def unread(connection: Connection) -> list[Page]:
    """Clean pages of open dossiers whose words nobody read, oldest first.

    Not what is left out, and neither cards nor photographs: theirs are not what is searched for.
    """
    rows = connection.execute(
        select(page)
        .join(dossier, dossier.c.id == page.c.dossier_id)
        .where(
            page.c.text.is_(None),
            page.c.rendition.is_not(None),
            page.c.cleaned_edits == page.c.edits,
            page.c.removed.is_(False),
            page.c.is_blank.is_(False) | page.c.kept,
            page.c.kind.not_in((Kind.ID_CARD, Kind.PHOTO)),
            dossier.c.state == DossierState.OPEN,
        )
        .order_by(page.c.id)
    )
    return [_page(row) for row in rows]


def undecided(connection: Connection) -> list[Page]:
    """Pages of which nobody knows yet which way is up."""
    rows = connection.execute(
        select(page).where(page.c.auto_turn.is_(None), page.c.removed.is_(False))
    )
    return [_page(row) for row in rows]


def pages_of_batch(connection: Connection, request_id: int) -> list[Page]:
    """Everything that one press brought and nobody took out, in paper order."""
    rows = connection.execute(
        select(page)
        .where(page.c.scan_request_id == request_id, page.c.removed.is_(False))
        .order_by(page.c.number, page.c.item)
    )
    return [_page(row) for row in rows]


def side_of_batch(connection: Connection, request_id: int, number: int) -> Page | None:
    """The side of that *number* in its batch, taken out or not."""
    row = connection.execute(
        select(page).where(
            page.c.scan_request_id == request_id, page.c.number == number, page.c.item == 0
        )
    ).one_or_none()
    return _page(row) if row else None


def add_things(connection: Connection, first: Page, more: int) -> list[str]:
    """Rows for *more* things that lay beside *first* on the glass, right behind it; their ids."""
    if more < 1:
        return []
    behind = (
        (page.c.dossier_id == first.dossier_id)
        & (page.c.slot_key == first.slot_key)
        & (page.c.position > first.position)
    )
    connection.execute(update(page).where(behind).values(position=page.c.position + more))
    row = connection.execute(select(page).where(page.c.id == first.id)).one()._asdict()
    added = [
        row | {"id": str(uuid7()), "item": number, "position": first.position + number}
        for number in range(1, more + 1)
    ]
    connection.execute(insert(page), added)
    return [one["id"] for one in added]


def forget_pages(connection: Connection, dossier_id: str) -> None:
    """Drop the rows of a dossier that is sealed; its files are gone already."""
    if get_dossier(connection, dossier_id).state in (DossierState.OPEN, DossierState.SEALING):
        raise DossierMovedOn(f"dossier {dossier_id} still needs its pages")
    connection.execute(delete(page).where(page.c.dossier_id == dossier_id))


def sealed_with_pages(connection: Connection) -> list[str]:
    """Dossiers that left the desk and whose copies are not all erased (a cut came between)."""
    return list(
        connection.scalars(
            select(page.c.dossier_id)
            .join(dossier, dossier.c.id == page.c.dossier_id)
            .where(dossier.c.state.not_in((DossierState.OPEN, DossierState.SEALING)))
            .distinct()
        )
    )


def file_names(connection: Connection) -> set[str]:
    """Every page file that a row points to, those of phones among them."""
    rows = connection.execute(select(*(page.c[name] for name in FILES)))
    brought = connection.scalars(select(photo.c.file))
    taken_along = connection.scalars(select(takeaway_file.c.file))
    names = [name for row in rows for name in row]
    return {name for name in (*names, *brought, *taken_along) if name}


def files_of(one: Page) -> set[str]:
    """Every file of one page; its master may be another page's too."""
    return {name for column in FILES if (name := getattr(one, column))}


def warnings_text(warnings: Sequence[Warn]) -> str:
    """As the column ``warnings`` holds them: codes and places, nothing of the citizen."""
    return json.dumps([[warn.code, warn.place, warn.severe] for warn in warnings])


def _last(connection: Connection, dossier_id: str, slot_key: str) -> int:
    last = connection.scalar(
        select(func.max(page.c.position)).where(
            page.c.dossier_id == dossier_id, page.c.slot_key == slot_key
        )
    )
    return last or 0


def _page(row: Row[Any]) -> Page:
    plain = {name: getattr(row, name) for name in Page.__dataclass_fields__}
    plain["dossier_id"] = row.dossier_id or ""
    plain["kind"] = Kind(row.kind)
    plain["crop"] = crop_of(row.crop) if row.crop else None
    plain["warnings"] = tuple(Warn(*said) for said in json.loads(row.warnings))
    return Page(**plain)
