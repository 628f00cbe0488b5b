"""Let a citizen's own phone in to one dossier, and out again."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from appliance.core.dossiers.dossier import Dossier, DossierState
from appliance.core.dossiers.phone_link import LIFE, PhoneLink, PhoneRefused, Why
from appliance.core.dossiers.trail import What
from appliance.core.errors import DossierMovedOn
from appliance.desk import trail
from appliance.desk.point import Point
from appliance.store.dossier import dossiers, phone_links

SECRET_BYTES = 24  # 192 bits: not to be guessed in half an hour, nor ever


@dataclass(frozen=True, slots=True)
class NewLink:
    """*token* exists nowhere but here: the store keeps its digest."""

    token: str
    expires_at: datetime


def let_a_phone_in(point: Point, dossier_id: str, volunteer_id: int) -> NewLink:
    """Make a code for one phone; a code made before for this dossier is over, its phone out.

    Raises:
        DossierMovedOn: it is no longer open.
    """
    token, now = secrets.token_urlsafe(SECRET_BYTES), point.clock()
    with point.database.writing() as connection:
        state = dossiers.get_dossier(connection, dossier_id).state
        if state is not DossierState.OPEN:
            raise DossierMovedOn(f"dossier {dossier_id} is {state}")
        phone_links.add_link(connection, dossier_id, _digest(token), volunteer_id, now, now + LIFE)
        trail.note(point, connection, What.PHONE_INVITED, who=volunteer_id, about=dossier_id)
    return NewLink(token, now + LIFE)


def newest_link(point: Point, dossier_id: str) -> PhoneLink | None:
    """How the code of a dossier stands, for the volunteer's screen."""
    with point.database.reading() as connection:
        return phone_links.newest_link(connection, dossier_id)


def let_phones_out(point: Point, dossier_id: str) -> None:
    """The volunteer ends it, whoever holds the phone."""
    with point.database.writing() as connection:
        phone_links.end_links(connection, dossier_id, point.clock())


def leave(point: Point, link: PhoneLink) -> None:
    """The citizen ends it on the phone."""
    with point.database.writing() as connection:
        phone_links.end_link(connection, link.id, point.clock())


def link_behind(point: Point, token: str, secret: str | None) -> PhoneLink:
    """The link of a code, for the phone with *secret* or for the first phone that comes.

    Raises:
        PhoneRefused: nothing may be shown, not even whose dossier it is.
    """
    with point.database.reading() as connection:
        link = phone_links.link_by_token(connection, _digest(token))
        mine = secret and phone_links.link_by_claim(connection, _digest(secret))
    if link is None:
        raise PhoneRefused(Why.UNKNOWN)
    if link.claimed_at is not None and (not mine or mine.id != link.id):
        raise PhoneRefused(Why.TAKEN)
    if link.is_over(point.clock()):
        raise PhoneRefused(Why.OVER)
    return link


def claim(point: Point, token: str, secret: str | None) -> str:
    """This phone takes the code; returns the secret that only this phone keeps.

    A phone that took it before gets its own secret back; a second one is refused.

    Raises:
        PhoneRefused: as ``link_behind``.
    """
    link = link_behind(point, token, secret)
    if secret is not None and link.claimed_at is not None:
        return secret
    fresh = secrets.token_urlsafe(SECRET_BYTES)
    with point.database.writing() as connection:
        if not phone_links.claim(connection, link.id, _digest(fresh), point.clock()):
            raise PhoneRefused(Why.TAKEN)
    return fresh


def link_of_phone(
    point: Point, secret: str | None, *, following: bool = False
) -> tuple[PhoneLink, Dossier]:
    """What the phone with *secret* may work on, or with *following* may look how far it is.

    Raises:
        PhoneRefused: nothing, or nothing any more.
    """
    if not secret:
        raise PhoneRefused(Why.UNKNOWN)
    now = point.clock()
    with point.database.reading() as connection:
        link = phone_links.link_by_claim(connection, _digest(secret))
        if link is None:
            raise PhoneRefused(Why.UNKNOWN)
        dossier = dossiers.get_dossier(connection, link.dossier_id)
    if link.may_work(dossier, now) or (following and link.may_follow(dossier, now)):
        return link, dossier
    raise PhoneRefused(Why.SEALED if link.may_follow(dossier, now) else Why.OVER)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
