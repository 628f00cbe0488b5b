"""Who can open the desk again after a power cut, and for how long.

Each volunteer has a key of their own, made at the first sign-in and wrapped under the PIN. A
desk key is copied to the keys of those who work here while it lives; their next sign-in brings
it back into memory. Each dossier has a desk key of its own, one a revision: destroying it is
erasing that dossier, whatever else lies open.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from sqlalchemy import Connection

from appliance.core.dossiers.trail import What
from appliance.desk import noting, trail
from appliance.desk.point import Point
from appliance.keys import age
from appliance.keys.pin import WrongSecret, unwrap, wrap
from appliance.store.dossier import owners
from appliance.store.people import sessions, volunteers
from appliance.store.people.volunteers import SignedIn, Volunteer, VolunteerKey

log = logging.getLogger(__name__)
NEVER = "never"


def sign_in(point: Point, name: str, pin: str) -> tuple[Volunteer, int]:
    """Who this is, and how many open dossiers the PIN made readable again.

    Raises:
        PinLocked, WrongPin: as ``store.people.volunteers.sign_in``.
    """
    person = volunteers.sign_in(point.database, name, pin, point.clock())
    if point.config.drafts.resume == NEVER:
        return person.volunteer, 0
    recipient, identity = _key_of(point, person)
    opened = point.vault.open_copies(person.volunteer.id, identity)
    with point.database.reading() as connection:
        in_use, lasting = owners.dossier_keys(connection), owners.lasting_keys(connection)
    for desk_key in lasting:
        _copy(point, person.volunteer.id, recipient, desk_key)
    if opened:
        log.info("volunteer %s opened %s desk keys again", person.volunteer.id, len(opened))
        _tell_the_others(point, person.volunteer.id)
    return person.volunteer, sum(in_use.get(name, 0) for name in opened)


def key_for_dossier(point: Point, connection: Connection) -> str:
    """A fresh desk key for a dossier that is being opened.

    Called in the transaction that writes the dossier: nobody retires the key in between.
    """
    return point.vault.new_desk_key()


def share(point: Point, connection: Connection, dossier_id: str, volunteer_id: int) -> None:
    """Whoever works on a dossier can open it again after a power cut, and who is here now.

    Nobody's PIN is needed for that: a copy is sealed to the public half of a volunteer's key.
    """
    if point.config.drafts.resume == NEVER:
        return
    desk_key = owners.key_of_dossier(connection, dossier_id)
    for one in {volunteer_id, *sessions.who_is_here(connection, point.clock())}:
        key = volunteers.key_of(connection, one)
        if key is not None:
            _copy(point, one, key.recipient, desk_key)


def share_with_all(point: Point, connection: Connection, desk_key: str) -> None:
    """Whoever helps here can open it after a power cut: an appointment is nobody's alone."""
    if point.config.drafts.resume == NEVER:
        return
    for person in volunteers.list_volunteers(connection):
        key = volunteers.key_of(connection, person.id)
        if key is not None:
            _copy(point, person.id, key.recipient, desk_key)


def retire(point: Point) -> int:
    """Destroy the desk keys that no dossier on the desk and no appointment needs; how many.

    Under the lock under which a dossier gets its key: one that is just being opened is seen.
    """
    if not point.vault.known():
        return 0
    with point.database.writing() as connection:
        over = point.vault.on_card() - owners.lasting_keys(connection)
        over |= owners.keys_off_the_desk(connection, point.vault.known())
        for desk_key in over:
            with suppress(PermissionError):  # upkeep: memory is swept when the station starts
                point.vault.destroy(desk_key)
        if over:
            trail.note(point, connection, What.KEYS_DESTROYED, keys=len(over))
    return len(over)


def begin(point: Point) -> None:
    """After a start: keys that no row knows go, and every copy where none may be."""
    retire(point)
    with point.database.writing() as connection:
        for desk_key in point.vault.known() - owners.wanted_keys(connection):
            point.vault.destroy(desk_key)
    if point.config.drafts.resume == NEVER:
        point.vault.forget_copies()


def forget(point: Point, volunteer_id: int) -> None:
    """Another PIN, or nobody here any more: what the old PIN opened stays shut."""
    point.vault.forget_copies(volunteer_id)


def _copy(point: Point, volunteer_id: int, recipient: str, desk_key: str) -> None:
    """A card without room costs this copy, not the sign-in or the dossier that wanted it."""
    try:
        point.vault.copy_for(volunteer_id, recipient, desk_key)
    except OSError as error:
        log.warning("no copy of a desk key for volunteer %s: %s", volunteer_id, error.strerror)


def _key_of(point: Point, person: SignedIn) -> tuple[str, str]:
    """Public and private half of a volunteer's own key; made at the first sign-in."""
    with point.database.reading() as connection:
        old = volunteers.key_of(connection, person.volunteer.id)
    if old is not None:
        try:
            return old.recipient, unwrap(old.wrapped_identity, person.secret).decode("ascii")
        except WrongSecret:
            log.warning("the key of volunteer %s is made anew", person.volunteer.id)
    identity = age.new_identity()
    made = VolunteerKey(age.recipient_of(identity), wrap(identity.encode("ascii"), person.secret))
    with point.database.writing() as connection:
        kept = volunteers.set_key(connection, person, made, old)
        now = volunteers.key_of(connection, person.volunteer.id)
        if kept:
            point.vault.forget_copies(person.volunteer.id)  # for a key that nobody opens any more
    if kept:
        noting.person_changed(point, person.volunteer.id)
    if kept or now is None:
        return made.recipient, identity
    return now.recipient, unwrap(now.wrapped_identity, person.secret).decode("ascii")


def _tell_the_others(point: Point, volunteer_id: int) -> None:
    """A commit after the keys: the station looks for pages that wait, and now finds them open."""
    with point.database.writing() as connection:
        volunteers.forgive(connection, volunteer_id)
