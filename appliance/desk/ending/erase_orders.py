"""The ward ordered that a dossier, or everything, is erased here: the station obeys.

It alone reaches the keys in memory. Orders come with the feed, or signed (``erase_all``); what was
done stays, dated, in the trail.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from appliance.core.dossiers.dossier import DossierState, Why
from appliance.core.dossiers.trail import What
from appliance.core.errors import ApplianceError, DossierMovedOn, DossierUnknown
from appliance.desk import trail
from appliance.desk.ending import erasing
from appliance.desk.keeping import set_aside
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.desk.running import appointments
from appliance.desk.walk_up import walk_up_erasing
from appliance.failpoints import passing
from appliance.store import erase_orders
from appliance.store.dossier import dossiers

log = logging.getLogger(__name__)

AT_ONCE = 20  # dossiers in one turn of the station: a press is still answered


def is_ordered(point: Point) -> bool:
    """Whether there is something to obey."""
    with point.database.reading() as connection:
        wanted = erase_orders.noted(connection)
        return bool(wanted) or erase_orders.all_wanted(connection) is not None


def obey(point: Point) -> bool:
    """Erase a few of what was ordered; whether more is to be done at once.

    What cannot go now (paper still moves into it, it is on the line) is tried again later.
    """
    with point.database.reading() as connection:
        wanted, number = erase_orders.noted(connection), erase_orders.all_wanted(connection)
    now = wanted[:AT_ONCE]
    done = [dossier_id for dossier_id in now if _erase(point, dossier_id)]
    if __debug__:
        passing("ordered-erased-before-forgotten")
    with point.database.writing() as connection:
        left = erase_orders.forget(connection, done)
        held_up = [one for one in now if one in left]
        if held_up and len(left) > len(held_up):  # behind the others, whose turn it is now
            erase_orders.forget(connection, held_up)
            erase_orders.note(connection, held_up)
    if number is not None and not left:
        _erase_the_rest(point, number)
    return bool(done) and bool(left)


def _erase(point: Point, dossier_id: str) -> bool:
    """Whether nothing of it is left here that could be erased."""
    try:
        with point.database.reading() as connection:
            state = dossiers.get_dossier(connection, dossier_id).state
        if state is DossierState.OPEN:
            erasing.erase_draft(point, dossier_id, Why.WARD_ASKED)
        elif state is DossierState.SEALED:
            erasing.take_back(point, dossier_id, Why.WARD_ASKED)
        elif state is DossierState.SEALING:
            return False
        with suppress(DossierMovedOn):  # erased wholly: no codes of it are left either
            erasing.forget_codes(point, dossier_id)
    except DossierUnknown:
        return True
    except ApplianceError as error:
        log.info("dossier %s is erased later: %s", dossier_id, error.code)
        return False
    return True


def _erase_the_rest(point: Point, number: int) -> None:
    """Walk-ups, keys and strays; then it is done and written down."""
    walk_up_erasing.erase_over(point, lambda _point, _one: True)
    appointments.erase_all(point)
    with point.database.reading() as connection:
        opened = dossiers.list_dossiers(connection, (DossierState.OPEN,), 1 << 30)
    if opened:  # while the others went
        with point.database.writing() as connection:
            erase_orders.note(connection, [one.id for one in opened])
        return
    desk_keys.retire(point)
    things = set_aside.empty(point, everything=True)
    point.database.empty_log()  # first: whoever is cut off here begins again, and empties it then
    if __debug__:
        passing("all-erased-before-row")
    with point.database.writing() as connection:
        erase_orders.note_all_done(connection, number, point.clock())
        trail.note(point, connection, What.ALL_ERASED, order=number, set_aside=things)
    log.warning("everything is erased, as the ward ordered")
