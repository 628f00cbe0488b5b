"""To whom this box seals: the key in the configuration, or a newer one that the ward announced."""

from __future__ import annotations

import json
import logging

from appliance.core.wire.ward_orders import WardKey
from appliance.desk import noting
from appliance.desk.point import Point
from appliance.keys import age
from appliance.keys.signing import message_verifies
from appliance.store import status

log = logging.getLogger(__name__)


def recipients_now(point: Point) -> tuple[str, ...]:
    """Everybody who may open what is sealed now, the ward first; empty without a ward."""
    ward = point.config.ward
    newest = _kept(point)
    first = newest.recipient if newest is not None else ward.recipient
    return tuple(one for one in (first, ward.escrow_recipient) if one)


def take_ward_key(point: Point, told: WardKey) -> bool:
    """The ward announced its key; returns whether it is a new one here.

    One that our ward did not sign, or an older one than is known, changes nothing.
    """
    if not message_verifies(told, point.config.ward.verify_key) or not age.is_recipient(
        told.recipient
    ):
        log.warning("a ward key that our ward did not sign was told, and is not used")
        return False
    known = _kept(point)
    if known is not None and told.number <= known.number:
        return False
    if known is None and told.recipient == point.config.ward.recipient:
        return False  # a technician was quicker
    kept = {"told": told.model_dump(mode="json"), "instead_of": _configured(point)}
    with point.database.writing() as connection:
        status.remember(connection, status.WARD_KEY, json.dumps(kept))
    noting.ward_key_changed(point, json.dumps(kept))
    log.info("the ward's key number %d is used from now on", told.number)
    return True


def _kept(point: Point) -> WardKey | None:
    """What was announced, unless a technician has changed the ward's keys since."""
    with point.database.reading() as connection:
        noted = status.recall(connection, status.WARD_KEY)
    if noted is None:
        return None
    kept = json.loads(noted)
    if kept["instead_of"] != _configured(point):
        return None
    return WardKey.model_validate(kept["told"])


def _configured(point: Point) -> list[str]:
    return [point.config.ward.verify_key, point.config.ward.recipient]
