"""A walk-up becomes ordinary pages of a dossier: one volunteer wins, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from appliance.core.dossiers.dossier import DossierState, Page
from appliance.core.dossiers.trail import What
from appliance.core.dossiers.walk_up import WalkUp
from appliance.core.errors import AlreadyScanning, DossierLocked, DossierMovedOn, PageDamaged
from appliance.core.errors.walk_up import WalkUpGone
from appliance.desk import noting, trail
from appliance.desk.dossier.dossiers import must_have_slot
from appliance.desk.files import files_until_noted
from appliance.desk.point import Point
from appliance.desk.walk_up.walk_up_erasing import remove_old_files
from appliance.desk.walk_up.walk_ups import opened
from appliance.failpoints import passing
from appliance.store.dossier import dossiers, owners, pages, walk_ups

TRIES = 5  # the station may clean a page while it is being resealed


class _ChangedMeanwhile(Exception):
    """A page was cleaned between the look and the claim."""


@dataclass(frozen=True, slots=True)
class _Resealed:
    """One walk-up with its pages, and the names their files have under the dossier's key."""

    walk_up: WalkUp
    pages: list[Page]
    names: dict[str, str]


def claim(
    point: Point, numbers: Collection[int], volunteer_id: int, dossier_id: str, slot_key: str
) -> int:
    """Lay the pages of all *numbers* at the end of a slot; returns how many pages there are.

    Their files are sealed to the dossier's key first, so a cut before the one commit leaves the
    walk-ups as they were.

    Raises:
        WalkUpGone, WalkUpElsewhere: another volunteer was faster, or its time was over.
        AlreadyScanning: paper still moves into one of them.
        DossierMovedOn, DossierUnknown, DossierLocked: the dossier cannot take them.
        DiskFull, PageDamaged: nothing changed.
    """
    with point.database.reading() as connection:
        _must_take(connection, dossier_id, slot_key)
        desk_key = owners.key_of_dossier(connection, dossier_id)
    for _ in range(TRIES):
        with suppress(_ChangedMeanwhile):
            claimed = _claim_once(point, numbers, volunteer_id, dossier_id, slot_key, desk_key)
            if __debug__:
                passing("claimed-before-old-files-gone")
            for one in claimed:
                for page in one.pages:
                    noting.page_saved(point, page.id)
                remove_old_files(point, one.walk_up, one.names)
            return sum(len(one.pages) for one in claimed)
    raise DossierMovedOn(f"walk-ups {numbers} do not stand still")


def _claim_once(
    point: Point,
    numbers: Collection[int],
    volunteer_id: int,
    dossier_id: str,
    slot_key: str,
    desk_key: str,
) -> list[_Resealed]:
    looked_at = opened(point, numbers, volunteer_id)
    if any(one.is_running for one, _ in looked_at):
        raise AlreadyScanning(f"walk-ups {numbers}: paper still moves")
    with files_until_noted(point) as save:
        resealed = [
            _reseal(point, one.walk_up, inside, desk_key, save) for one, inside in looked_at
        ]
        if __debug__:
            passing("claim-files-before-rows")
        with point.database.writing() as connection:
            _must_take(connection, dossier_id, slot_key)
            for one in resealed:
                _must_be_there(point, one.names.values())
                _move(point, connection, one, volunteer_id, dossier_id, slot_key)
            if __debug__:
                passing("claim-rows-before-commit")
    return resealed


def _reseal(
    point: Point, one: WalkUp, inside: list[Page], desk_key: str, save: Callable[[bytes], str]
) -> _Resealed:
    names: dict[str, str] = {}
    for name in sorted({name for page in inside for name in pages.files_of(page)}):
        try:
            plain = point.vault.open(point.pages.read(name), one.desk_key)
        except (DossierLocked, PageDamaged):
            with point.database.reading() as connection:  # claimed or erased under our hands?
                walk_ups.must_be_held(walk_ups.get(connection, one.id))
                if pages.held_pages(connection, one.id) != inside:
                    raise _ChangedMeanwhile from None
            raise
        names[name] = save(point.vault.seal(plain, desk_key))
    return _Resealed(one, inside, names)


def _move(
    point: Point,
    connection: Connection,
    one: _Resealed,
    volunteer_id: int,
    dossier_id: str,
    slot_key: str,
) -> None:
    current = walk_ups.get(connection, one.walk_up.id)
    walk_ups.must_be_opened_by(current, volunteer_id)
    if not point.vault.is_open(current.desk_key):
        raise WalkUpGone(f"walk-up {current.id} lost its key")
    if len(pages.held_pages(connection, current.id)) != len(one.pages):
        raise _ChangedMeanwhile  # several things were found on one glass
    for page in one.pages:
        files = {
            column: one.names[name]
            for column in pages.FILES
            if (name := getattr(page, column)) is not None
        }
        if not pages.claim_page(connection, page, dossier_id, slot_key, **files):
            raise _ChangedMeanwhile
    walk_ups.claim(
        connection, current.id, dossier_id, slot_key, now=point.clock(), old_files=one.names
    )
    trail.note(
        point,
        connection,
        What.WALK_UP_CLAIMED,
        who=volunteer_id,
        about=f"walk-up-{current.id}",
        dossier=dossier_id,
    )


def _must_be_there(point: Point, names: Iterable[str]) -> None:
    """A station that started just now may have taken files without a row for left-overs."""
    if not all(point.pages.path_of(name).exists() for name in names):
        raise _ChangedMeanwhile


def _must_take(connection: Connection, dossier_id: str, slot_key: str) -> None:
    must_have_slot(connection, dossier_id, slot_key)
    state = dossiers.get_dossier(connection, dossier_id).state
    if state is not DossierState.OPEN:
        raise DossierMovedOn(f"dossier {dossier_id} is {state}")
