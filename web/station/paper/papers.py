"""The papers of a dossier: slots that fill as the button is pressed, a press from the screen."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import DossierMovedOn, DossierUnknown
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages import scanning
from appliance.desk.pages.batches import sheet_count
from appliance.desk.pages.scanning import AskedBy
from web.station.form.acting import act
from web.station.form.next_step import next_step
from web.station.form.one_topic import CHECK, instead
from web.station.here import point, station
from web.station.slots import ShownSlot, slots_of

pages = Blueprint("papers", __name__)


@pages.get("/dossiers/<uuid:dossier_id>/papers")
def now(dossier_id: object) -> ResponseReturnValue:
    """The slots beside the form as they are now; asked for all the time, usually a 304."""
    wanted = str(dossier_id)

    def draw() -> str:
        view = _open(wanted)
        return render_template("_beside.html", slots=slots_of(view), **_around(view, beside=True))

    return station().freshness.answer(("papers", wanted), draw)


@pages.get("/dossiers/<uuid:dossier_id>/slots/<slot>")
def show(dossier_id: object, slot: str) -> ResponseReturnValue:
    """One paper, large, with everything that may be done to its pages."""
    view = dossiers.look_at(point(), str(dossier_id))
    other = instead(view)
    if other is not None:
        return other
    every = slots_of(view)
    if slot in {known.key for known in view.procedure.slots} - {one.slot.key for one in every}:
        return redirect(link("dossier.show", dossier_id=dossier_id), 303)  # closed by an answer
    place = _slot(view, every, slot)
    return render_template(
        "slot.html",
        place=place,
        later=_next_to_scan(every, place),
        back=request.args.get("back") == CHECK,
        **_one(view, place),
    )


@pages.get("/dossiers/<uuid:dossier_id>/slots/<slot>/now")
def slot_now(dossier_id: object, slot: str) -> ResponseReturnValue:
    """Its pages as they are now."""
    wanted = str(dossier_id)

    def draw() -> str:
        view = _open(wanted)
        return render_template("_papers.html", **_one(view, _slot(view, slots_of(view), slot)))

    return station().freshness.answer(("slot", wanted, slot[:80]), draw)


@pages.post("/dossiers/<uuid:dossier_id>/slots/<slot>/choose")
def choose(dossier_id: object, slot: str) -> ResponseReturnValue:
    """The next press of the button scans into this slot."""
    wanted = str(dossier_id)
    return act(wanted, lambda: dossiers.choose_slot(point(), wanted, slot), f"slot-{slot}")


@pages.post("/dossiers/<uuid:dossier_id>/slots/<slot>/scan")
def scan(dossier_id: object, slot: str) -> ResponseReturnValue:
    """A touch on the screen is a press: choose the slot and scan now."""
    wanted = str(dossier_id)
    return act(
        wanted,
        lambda: scanning.press_into(point(), wanted, slot, AskedBy.SCREEN),
        f"slot-{slot}",
    )


def _open(dossier_id: str) -> DossierView:
    view = dossiers.look_at(point(), dossier_id)
    if view.dossier.state is not DossierState.OPEN:
        raise DossierMovedOn(f"dossier {dossier_id} is {view.dossier.state}")
    return view


def _slot(view: DossierView, every: tuple[ShownSlot, ...], key: str) -> ShownSlot:
    """Raises DossierUnknown: the procedure has no such slot, or the answers ask for none."""
    for place in every:
        if place.slot.key == key:
            return place
    raise DossierUnknown(f"dossier {view.dossier.id} shows no slot {key[:60]!r}")


def _next_to_scan(every: tuple[ShownSlot, ...], here: ShownSlot) -> ShownSlot | None:
    """The next paper without a page: what must be there first, then what may be."""
    waiting = [place for place in every if place is not here and not place.pages]
    return next((place for place in waiting if place.lacking), waiting[0] if waiting else None)


def _around(view: DossierView, *, beside: bool) -> dict[str, object]:
    return {
        "view": view,
        "count": sheet_count(point(), view),
        "step": next_step(view, beside=beside),
    }


def _one(view: DossierView, place: ShownSlot) -> dict[str, object]:
    key = place.slot.key
    removed = [page for page in view.removed_pages if page.slot_key == key]
    around = _around(view, beside=False)
    elsewhere = view.scan is not None and view.scan.slot_key != key
    if elsewhere:
        around["count"] = None  # its sheets are counted where they went
    return {"slots": (place,), "removed": removed, "elsewhere": elsewhere, **around}
