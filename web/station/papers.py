"""The papers of a dossier: slots that fill as the button is pressed, a press from the screen."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from appliance.core.dossier import DossierState
from appliance.core.errors import DossierMovedOn
from appliance.desk import dossiers, scanning
from appliance.desk.batches import sheet_count
from appliance.desk.scanning import AskedBy
from web.station.acting import act
from web.station.here import point, station
from web.station.next_step import next_step
from web.station.slots import slots_of

pages = Blueprint("papers", __name__)


@pages.get("/dossiers/<uuid:dossier_id>/papers")
def now(dossier_id: object) -> ResponseReturnValue:
    """The slots as they are now; asked for all the time, usually answered with 304."""
    wanted = str(dossier_id)

    def draw() -> str:
        view = dossiers.look_at(point(), wanted)
        if view.dossier.state is not DossierState.OPEN:
            raise DossierMovedOn(f"dossier {wanted} is {view.dossier.state}")
        return render_template(
            "_papers.html",
            view=view,
            slots=slots_of(view),
            count=sheet_count(point(), view),
            step=next_step(view),
        )

    return station().freshness.answer(("papers", wanted), draw)


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
