"""What boxes are to erase: one dossier by the feed, everything by a signed order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from appliance.core.wire.manifest import Event, EventType, WardState
from appliance.core.wire.ward_orders import EraseAll
from appliance.keys.canonical import sha256_hex
from appliance.keys.signing import signed
from web.ward.boxes.feed import note_event
from web.ward.home import WardHome
from web.ward.tables import device, dossier


def order_dossier(conn: Connection, dossier_id: str, now: datetime) -> bool:
    """The box that brought it is to erase what it still holds; False when there is none such."""
    state = conn.scalar(select(dossier.c.state).where(dossier.c.id == dossier_id))
    if state is None:
        return False
    told = Event(
        seq="", dossier_id=dossier_id, at=now, type=EventType.ERASE_LOCAL, state=WardState(state)
    )
    note_event(conn, told, officer="")
    return True


def order_everything(conn: Connection, name: str, now: datetime) -> bool:
    """Box *name* is to erase all it holds, also one that was revoked; False: no such box."""
    number = conn.scalar(select(device.c.erase_number).where(device.c.name == name)) or 0
    found = conn.execute(
        update(device)
        .where(device.c.name == name, device.c.verify_key.is_not(None))
        .values(erase_number=number + 1, erase_at=now)
    )
    return found.rowcount == 1


def order_for(conn: Connection, home: WardHome, device_id: int) -> EraseAll | None:
    """What the box has not said to have done yet."""
    row = conn.execute(select(device).where(device.c.id == device_id)).one()
    if row.erase_number is None or row.erase_number == row.erased_number:
        return None
    order = EraseAll(number=row.erase_number, device=row.verify_key, at=row.erase_at)
    return signed(order, home.signing_key)


def order_for_revoked(conn: Connection, home: WardHome, token: str) -> EraseAll | None:
    """The last thing that a box hears whose token was taken back."""
    of_it = device.c.token_sha256 == sha256_hex(token.encode())
    revoked = select(device.c.id).where(of_it, device.c.revoked_at.is_not(None))
    device_id = conn.scalar(revoked)
    return None if device_id is None else order_for(conn, home, device_id)


def note_erased(conn: Connection, device_id: int, number: int | None, now: datetime) -> None:
    """The box says that it carried that order out."""
    conn.execute(
        update(device)
        .where(
            device.c.id == device_id,
            device.c.erase_number == number,
            device.c.erased_number.is_distinct_from(number),
        )
        .values(erased_number=number, erased_at=now)
    )
