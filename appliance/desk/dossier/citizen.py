"""A citizen asks about their own dossier: with the slip's number and secret, at the desk.

To see what the box still holds, to have it erased, to learn who can correct it. Nobody can be
looked up by name here: the box keeps none.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.trail import What
from appliance.core.errors.citizen import CitizenLongAgo, CitizenUnknown, TooManyGuesses
from appliance.desk import trail
from appliance.desk.dossier.dossiers import DossierView, look_at
from appliance.desk.point import Point
from appliance.store.dossier import dossiers
from appliance.store.people import audit

GUESSES, WITHIN = 10, timedelta(minutes=15)  # wrong ones, at the whole point


@dataclass(frozen=True, slots=True)
class Held:
    """What the box holds about one dossier, and what may be done about it."""

    view: DossierView
    stage: str  # supplement, sealing, waiting, delivered: a key of the sentences

    @property
    def may_be_taken_back(self) -> bool:
        """Whether the box can still erase something before the ward has it."""
        return self.stage in ("supplement", "waiting")

    @property
    def was_tried(self) -> bool:
        """Whether a part of it may have reached the ward already."""
        sent = self.view.submission
        return sent is not None and (sent.attempts > 0 or sent.by_hand)


def find(point: Point, number: str, secret: str, volunteer_id: int) -> Held:
    """The dossier of a slip. Both are taken as people type them; each try leaves a line.

    Raises:
        CitizenUnknown: number and secret do not fit, whichever is wrong; or it is erased.
        CitizenLongAgo: it was over so long ago that the box forgot it; the secret with it.
        TooManyGuesses: too many that did not fit lately.
    """
    number, secret = "".join(number.split()).upper(), "".join(secret.split()).upper()
    with point.database.writing() as connection:
        since = point.clock() - WITHIN
        if audit.count_lately(connection, What.CITIZEN_REFUSED, since) >= GUESSES:
            raise TooManyGuesses(f"{GUESSES} slips within {WITHIN} did not fit")
        found = dossiers.by_number(connection, number)
        kept = (found.follow_secret if found else None) or ""
        fits = hmac.compare_digest(kept.encode(), secret.encode()) and bool(kept)
        if found is not None and fits:
            trail.note(point, connection, What.CITIZEN_ASKED, who=volunteer_id, about=found.id)
        else:
            trail.note(point, connection, What.CITIZEN_REFUSED, who=volunteer_id)
        was_given = dossiers.was_given(connection, number)
    if found is None and was_given:
        raise CitizenLongAgo("the dossier of this number is forgotten")
    if found is None or not fits:
        raise CitizenUnknown("no dossier has this number and secret")
    view = look_at(point, found.id)
    return Held(view, _stage(view))


def _stage(view: DossierView) -> str:
    """A slip has a secret from the first seal on: what lies open is a supplement, or reopened."""
    if view.dossier.state is DossierState.OPEN:
        return "supplement"
    return "waiting" if view.dossier.state is DossierState.SEALED else view.dossier.state.value
