"""Who comes in: wrong PINs rest the name and, later, the address they came from."""

from __future__ import annotations

from appliance.core.dossiers.trail import What
from appliance.core.errors import PinLocked, WrongPin
from appliance.desk import trail
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.store.people import tried_addresses
from appliance.store.people.volunteers import Volunteer


def come_in(point: Point, address: str | None, name: str, pin: str) -> tuple[Volunteer, int]:
    """As ``desk_keys.sign_in``. Without an *address* (a Unix socket) only the name is counted.

    Both counts lie in the database: a restart forgives nobody.

    Raises:
        PinLocked: the name rests, or everybody at this address.
        WrongPin: name and PIN do not fit together.
    """
    if address is None:
        return desk_keys.sign_in(point, name, pin)
    with point.database.reading() as connection:
        seconds = tried_addresses.rests_for(connection, address, point.clock())
    if seconds is not None:
        raise PinLocked("this address rests", seconds=seconds, whole_address=True)
    try:
        person = desk_keys.sign_in(point, name, pin)
    except WrongPin as error:
        with point.database.writing() as connection:
            tried_addresses.note_wrong(connection, address, point.clock())
            if error.left is None:  # of a name that nobody has only this count tells
                trail.note(point, connection, What.SIGN_IN_REFUSED)
        raise
    with point.database.writing() as connection:
        tried_addresses.forget(connection, address)
    return person
