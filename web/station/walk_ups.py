"""Papers of people without a dossier: asked for by number with the citizen there, then claimed.

No picture is drawn before the volunteer has said the facts to the citizen and opened the number;
a number mistyped shows how many pages somebody scanned and when, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState, Page
from appliance.core.dossiers.walk_up import numbers_in
from appliance.core.errors.walk_up import WalkUpElsewhere, WalkUpGone
from appliance.core.forms.offer import Offer, offers
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.people import people
from appliance.desk.people.holding import holders_of
from appliance.desk.running.public_prints import in_asking_order
from appliance.desk.walk_up import walk_up_claims, walk_up_erasing, walk_ups
from appliance.desk.walk_up.walk_ups import Waiting
from web.station.here import point, station, volunteer
from web.station.speech import said

pages = Blueprint("walk_ups", __name__)
OPEN_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Opened:
    """A number whose pages this volunteer may see."""

    waiting: Waiting
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """An open dossier to choose from."""

    id: str
    number: str
    title: str


@pages.get("/walk-ups")
def show() -> ResponseReturnValue:
    """What was scanned under ``?numbers=``; with ``dossier=`` the slots of that dossier."""
    numbers = _numbers()
    if not numbers:
        flash(said("walk_up.which"), "todo")
        return redirect(link("home.show"), 303)
    opened = _opened(numbers)
    if opened is None:
        return _ask(numbers)
    open_now = _claimable()
    return render_template(
        "walk_ups.html",
        numbers=numbers,
        opened=opened,
        into=_into(open_now),
        open_now=open_now,
        offered=_offered(),
    )


@pages.get("/walk-ups/now")
def now() -> ResponseReturnValue:
    """The pictures alone: they come one after another as pages are cleaned."""
    numbers = _numbers()
    opened = _opened(numbers)
    if opened is None:
        raise WalkUpElsewhere(f"walk-ups {numbers} are not open at this screen")
    return station().freshness.answer(
        ("walk-ups", volunteer().id, numbers),
        lambda: render_template("_walk_ups_now.html", opened=opened),
        stored=False,  # it tells what time is left
    )


@pages.get("/walk-ups/<int:walk_up_id>/pages/<uuid:page_id>.jpg")
def image(walk_up_id: int, page_id: object) -> Response:
    """A small picture, for the volunteer who opened the number."""
    jpeg = walk_ups.picture(point(), walk_up_id, str(page_id), volunteer().id)
    return Response(jpeg, mimetype="image/jpeg")


@pages.post("/walk-ups/open")
def open_them() -> ResponseReturnValue:
    """The citizen said yes, these are mine. Form field: ``numbers``."""
    numbers = _numbers()
    found, gone = walk_ups.asked_for(point(), numbers)
    if gone or not found:
        raise WalkUpGone(f"no walk-up is held under {gone}")
    walk_ups.open_for(point(), [one.walk_up.id for one in found], volunteer().id)
    return _back_to(numbers)


@pages.post("/walk-ups/dossiers")
def start() -> ResponseReturnValue:
    """A new dossier for these papers. Form fields: ``numbers``, ``procedure``."""
    numbers = _numbers()
    wanted = request.form.get("procedure", "")
    if wanted not in {offer.procedure_id for offer in _offered()}:
        flash(said("flash.choose-procedure"), "todo")
        return _back_to(numbers)
    dossier_id = dossiers.open_dossier(point(), wanted, volunteer().id)
    return _back_to(numbers, dossier=dossier_id)


@pages.post("/dossiers/<uuid:dossier_id>/walk-ups")
def claim(dossier_id: object) -> ResponseReturnValue:
    """Lay the papers into a slot. Form fields: ``numbers``, ``slot``."""
    slot = request.form.get("slot", "")
    count = walk_up_claims.claim(point(), _numbers(), volunteer().id, str(dossier_id), slot)
    flash(said("walk_up.claimed", pages=count), "done")
    return redirect(link("dossier.show", dossier_id=dossier_id), 303)


@pages.post("/walk-ups/scans/<int:request_id>/stop")
def stop(request_id: int) -> ResponseReturnValue:
    """Pull no more sheets of somebody who has no dossier."""
    walk_ups.stop(point(), request_id)
    flash(said("walk_up.stopping"), "done")
    return redirect(link("home.show"), 303)


@pages.post("/walk-ups/<int:walk_up_id>/erase")
def erase(walk_up_id: int) -> ResponseReturnValue:
    """The citizen does not want it any more."""
    walk_up_erasing.erase(point(), walk_up_id, volunteer().id)
    flash(said("walk_up.erased"), "done")
    return redirect(link("home.show"), 303)


def _ask(numbers: Sequence[int]) -> str:
    found, gone = walk_ups.asked_for(point(), numbers)
    erased = {one.number: one for one in walk_ups.lately_erased(point())}
    names = {person.id: person.name for person in people.everybody(point())}
    return render_template(
        "walk_ups_ask.html",
        numbers=numbers,
        found=found,
        gone=[(number, erased.get(number)) for number in gone],
        looked_at_by={
            one.walk_up.id: names.get(one.walk_up.opened_by, "")
            for one in found
            if one.walk_up.opened_by not in (None, volunteer().id)
        },
    )


def _opened(numbers: Sequence[int]) -> list[Opened] | None:
    """All of them with their pages, or None when one is still to be asked for."""
    try:
        found = walk_ups.opened(point(), numbers, volunteer().id)
    except (WalkUpGone, WalkUpElsewhere):
        return None
    return [Opened(waiting, tuple(inside)) for waiting, inside in found] or None


def _into(open_now: Sequence[Line]) -> DossierView | None:
    """The dossier whose slots are shown: the one chosen, or the only one there is."""
    chosen = request.args.get("dossier", "")
    claimable = {line.id for line in open_now}
    if not chosen and len(claimable) == 1:
        (chosen,) = claimable
    return dossiers.look_at(point(), chosen) if chosen in claimable else None


def _claimable() -> list[Line]:
    """Open dossiers that nobody else works on."""
    listed = dossiers.list_recent(point(), OPEN_AT_ONCE, (DossierState.OPEN,))
    holders = holders_of(point(), [one.id for one in listed])
    leaflets = point().procedures.leaflets
    return [
        Line(one.id, one.number, leaflet.title if leaflet else one.procedure_id)
        for one in listed
        if (holder := holders.get(one.id)) is None or holder.id == volunteer().id
        for leaflet in [leaflets.get(one.procedure_id)]
    ]


def _offered() -> tuple[Offer, ...]:
    return offers(in_asking_order(point().procedures.leaflets), point().today())


def _numbers() -> tuple[int, ...]:
    return numbers_in(request.values.get("numbers", "")[:200])


def _back_to(numbers: Sequence[int], dossier: str | None = None) -> ResponseReturnValue:
    said_again = " ".join(map(str, numbers))
    return redirect(link("walk_ups.show", numbers=said_again, dossier=dossier), 303)
