"""The ward's signed order to erase everything: looked at by the uploader, noted for the station.

Whoever steals a token, or stands in between, cannot empty a box: the order is signed with the
ward's own key, for this box alone, and has a number that only grows.
"""

from __future__ import annotations

import logging

from appliance.core.dossiers.dossier import DossierState
from appliance.core.wire.ward_orders import EraseAll
from appliance.desk.point import Point
from appliance.keys.signing import message_verifies
from appliance.store import erase_orders
from appliance.store.dossier import dossiers

log = logging.getLogger(__name__)

_HOLDS_SOMETHING = (DossierState.OPEN, DossierState.SEALED, DossierState.DELIVERED)


def note_erase_all(point: Point, order: EraseAll, device: str) -> bool:
    """Keep the order, if our ward gave it to this box and it is a new one."""
    is_ours = message_verifies(order, point.config.ward.verify_key) and order.device == device
    if not is_ours:
        log.warning("an order to erase everything that our ward did not give this box is ignored")
        return False
    with point.database.writing() as connection:
        newest = max(
            erase_orders.all_done(connection) or 0, erase_orders.all_wanted(connection) or 0
        )
        if order.number <= newest:
            return False
        standing = dossiers.list_dossiers(connection, _HOLDS_SOMETHING, 1 << 30)
        erase_orders.note(connection, [one.id for one in standing])
        erase_orders.want_all(connection, order.number)
    log.warning("the ward orders this box to erase everything, order %d", order.number)
    return True
