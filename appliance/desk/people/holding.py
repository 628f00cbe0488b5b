"""Who works on a dossier: one volunteer at a time, and the next one sees who it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.trail import What
from appliance.core.errors import DossierUnknown
from appliance.desk import trail
from appliance.desk.people.desk_keys import share
from appliance.desk.point import Point
from appliance.store.dossier import dossiers, scan_requests

FORGOTTEN = timedelta(minutes=30)  # nobody stays signed in longer without a sign of life
TOUCH_EVERY = timedelta(minutes=1)  # so that looking at a page seldom writes


@dataclass(frozen=True, slots=True)
class Holder:
    """The volunteer who works on a dossier, and when there was last a sign of it."""

    id: int
    name: str
    at: datetime


def holder_of(point: Point, dossier_id: str) -> Holder | None:
    """Who works on it; None when nobody does, or did not for half an hour."""
    return holders_of(point, [dossier_id]).get(dossier_id)


def holders_of(point: Point, dossier_ids: Sequence[str]) -> dict[str, Holder]:
    """The same for several; those that nobody holds, or that do not exist, are left out."""
    now = point.clock()
    with point.database.reading() as connection:
        rows = dossiers.holders(connection, dossier_ids)
    # also free when the clock fell back to before it was taken
    return {
        row.id: Holder(row.held_by, row.name, row.held_at)
        for row in rows
        if timedelta(0) <= now - row.held_at < FORGOTTEN
    }


def hold(
    point: Point, dossier_id: str, volunteer_id: int, *, take_over: bool = False
) -> Holder | None:
    """Take a dossier into one's hands; returns who has it instead, None when one may work on it.

    With *take_over* it is taken from another's hands; that one's next save is refused then.
    A dossier that is no longer open, or unknown, belongs to nobody.
    """
    with point.database.reading() as connection:
        try:
            is_open = dossiers.get_dossier(connection, dossier_id).state is DossierState.OPEN
        except DossierUnknown:
            is_open = False
    if not is_open:
        return None
    holder = holder_of(point, dossier_id)
    if holder is not None and holder.id != volunteer_id and not take_over:
        return holder
    now = point.clock()
    if holder is None or holder.id != volunteer_id or now - holder.at >= TOUCH_EVERY:
        with point.database.writing() as connection:
            dossiers.set_holder(connection, dossier_id, volunteer_id, now)
            if holder is not None and holder.id != volunteer_id:
                trail.note(
                    point,
                    connection,
                    What.TAKEN_OVER,
                    who=volunteer_id,
                    about=dossier_id,
                    held_by=holder.id,
                )
            share(point, connection, dossier_id, volunteer_id)
    return None


def let_go(point: Point, volunteer_id: int) -> None:
    """Whoever leaves holds nothing any more.

    What lay on the desk for that one is put away where a press needs no dossier: the next person
    at the button is somebody else, and no paper may fall into another's dossier.
    """
    with point.database.writing() as connection:
        desk = scan_requests.get_on_desk(connection)
        if desk is not None and point.config.drafts.walk_ups:
            held = dossiers.holders(connection, [desk.dossier_id])
            if any(row.held_by == volunteer_id for row in held):
                scan_requests.clear_desk(connection)
        dossiers.forget_holder(connection, volunteer_id)
