"""Whose a page is: a dossier's, or a walk-up's that nobody claimed yet."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from appliance.core.dossiers.dossier import DossierState, Page
from appliance.core.dossiers.walk_up import WalkUpState
from appliance.core.errors import DossierMovedOn, DossierUnknown
from appliance.store.dossier import walk_ups
from appliance.store.point import appointments
from appliance.store.schema.tables import dossier, walk_up

_ON_THE_DESK = (DossierState.OPEN, DossierState.SEALING)


def desk_key_of(connection: Connection, page: Page) -> str:
    """The key that the files of a page are sealed to."""
    if page.walk_up_id is not None:
        return walk_ups.get(connection, page.walk_up_id).desk_key
    return key_of_dossier(connection, page.dossier_id)


def key_of_dossier(connection: Connection, dossier_id: str) -> str:
    """The key of a dossier, without reading its pinned procedure."""
    key = connection.scalar(select(dossier.c.desk_key).where(dossier.c.id == dossier_id))
    if key is None:
        raise DossierUnknown(f"no dossier {dossier_id}")
    return str(key)


def takes_changes(connection: Connection, page: Page) -> bool:
    """Whether its dossier is open, or nobody claimed or erased its walk-up."""
    if page.walk_up_id is not None:
        return walk_ups.get(connection, page.walk_up_id).state is WalkUpState.HELD
    state = connection.scalar(select(dossier.c.state).where(dossier.c.id == page.dossier_id))
    if state is None:
        raise DossierUnknown(f"no dossier {page.dossier_id}")
    return DossierState(state) is DossierState.OPEN


def must_take_changes(connection: Connection, page: Page) -> None:
    """Raise DossierMovedOn unless ``takes_changes``."""
    if not takes_changes(connection, page):
        raise DossierMovedOn(f"page {page.id} lies where nothing changes any more")


def dossier_keys(connection: Connection) -> dict[str, int]:
    """The desk keys that dossiers on the desk need, and how many each."""
    rows = connection.execute(
        select(dossier.c.desk_key, func.count())
        .where(dossier.c.state.in_(_ON_THE_DESK))
        .group_by(dossier.c.desk_key)
    )
    return {row[0]: row[1] for row in rows}


def lasting_keys(connection: Connection) -> set[str]:
    """The keys that copies on the card are for: of dossiers on the desk, and of appointments."""
    return set(dossier_keys(connection)) | appointments.keys(connection)


def keys_off_the_desk(connection: Connection, names: set[str]) -> set[str]:
    """Which of *names* belong to dossiers that were sealed or erased, or to appointments whose
    details are gone; not those of walk-ups."""
    unknown = names - wanted_keys(connection)
    if not unknown:
        return set()  # nearly always, and then no table is walked
    gone = select(dossier.c.desk_key).where(dossier.c.desk_key.in_(sorted(unknown)))
    return set(connection.scalars(gone)) | appointments.keys_over(connection, sorted(unknown))


def wanted_keys(connection: Connection) -> set[str]:
    """Every key that something here is still to be read with."""
    held = connection.scalars(select(walk_up.c.desk_key).where(walk_up.c.state == WalkUpState.HELD))
    return set(dossier_keys(connection)) | set(held) | appointments.keys(connection)
