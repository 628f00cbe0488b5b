"""Who may sign in at the desk: added, and given a fresh PIN, by a technician."""

from __future__ import annotations

import secrets
import unicodedata

from appliance.core.dossiers.trail import What
from appliance.desk import noting, trail
from appliance.desk.people import desk_keys, holding
from appliance.desk.point import Point
from appliance.keys.pin import board_strength
from appliance.store.people import sessions, volunteers
from appliance.store.people.volunteers import Role, Volunteer

PIN_DIGITS = 6
LONGEST_NAME = 60


def everybody(point: Point) -> list[Volunteer]:
    """All of them, by name."""
    with point.database.reading() as connection:
        return volunteers.list_volunteers(connection)


def add_person(point: Point, name: str, role: Role, by: int | None = None) -> str | None:
    """Add somebody under *name*; returns the PIN, which is kept nowhere.

    *by* is the number of the technician who did it; None: at the command line.

    None when the name is empty, too long, or somebody has it already; nothing changed then.
    """
    name = " ".join(unicodedata.normalize("NFC", name).split())
    pin = _fresh_pin()
    with point.database.writing() as connection:
        taken = {person.name.casefold() for person in volunteers.list_volunteers(connection)}
        if not name or len(name) > LONGEST_NAME or name.casefold() in taken:
            return None
        added = volunteers.add_volunteer(
            connection, name, pin, role, point.clock(), board_strength()
        )
        trail.note(point, connection, What.PERSON_ADDED, who=by, person=added.id, role=role.value)
    noting.person_changed(point, added.id)
    return pin


def fresh_pin(
    point: Point, volunteer_id: int, by: int | None = None, own_secret: str | None = None
) -> str | None:
    """A new PIN in place of a forgotten one; wrong tries before it no longer count.

    Dossiers that only the old one opened after a power cut stay locked. Every browser of that
    person is signed out, but for the one with *own_secret*.

    None when there is nobody of that number.
    """
    pin = _fresh_pin()
    with point.database.writing() as connection:
        if not volunteers.set_pin(connection, volunteer_id, pin, board_strength()):
            return None
        ended = sessions.end_all(connection, volunteer_id, own_secret)
        trail.note(
            point, connection, What.PIN_CHANGED, who=by, person=volunteer_id, sessions_ended=ended
        )
    desk_keys.forget(point, volunteer_id)
    noting.person_changed(point, volunteer_id)
    return pin


def let_go_home(point: Point, volunteer_id: int, by: int | None = None) -> bool:
    """Somebody helps here no more: signed out at once, opens nothing, the name is free again.

    False when there is nobody of that number.
    """
    with point.database.writing() as connection:
        if not volunteers.leave(connection, volunteer_id, point.clock()):
            return False
        sessions.end_all(connection, volunteer_id)
        trail.note(point, connection, What.PERSON_LEFT, who=by, person=volunteer_id)
    desk_keys.forget(point, volunteer_id)
    holding.let_go(point, volunteer_id)
    noting.person_changed(point, volunteer_id)
    return True


def _fresh_pin() -> str:
    return "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
