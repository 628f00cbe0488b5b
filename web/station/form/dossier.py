"""One dossier on the desk: what there is to do, as a list, and how far each thing is."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import DossierMovedOn, DossierUnknown
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages.batches import sheet_count
from web.station.form.due import due_of
from web.station.form.next_step import next_step
from web.station.form.one_topic import instead
from web.station.form.tasks import tasks_of
from web.station.here import point, station
from web.station.slots import slots_of

pages = Blueprint("dossier", __name__)


@pages.get("/dossiers/<uuid:dossier_id>")
def show(dossier_id: object) -> ResponseReturnValue:
    """The list: papers to scan, topics to fill in, then the check."""
    view = dossiers.look_at(point(), str(dossier_id))
    other = instead(view)
    if other is not None:
        return other
    return render_template("dossier.html", view=view, now=_list(view))


@pages.get("/dossiers/<uuid:dossier_id>/now")
def now(dossier_id: object) -> ResponseReturnValue:
    """The list as it is now; asked for all the time, usually answered with 304."""
    wanted = str(dossier_id)

    def draw() -> str:
        view = dossiers.look_at(point(), wanted)
        if view.dossier.state is not DossierState.OPEN:
            raise DossierMovedOn(f"dossier {wanted} is {view.dossier.state}")
        return _list(view)

    return station().freshness.answer(("dossier", wanted), draw)


@pages.app_context_processor
def every_page() -> dict[str, object]:
    """Whatever page is drawn about a dossier can name the one next thing."""
    return {"next_step_of": next_step}


def fields_of_page(dossier_id: str, page_id: str) -> None:
    """Raise DossierUnknown unless the page lies in that dossier: no reaching across dossiers."""
    view = dossiers.look_at(point(), dossier_id)
    if page_id not in {page.id for page in (*view.pages, *view.removed_pages)}:
        raise DossierUnknown(f"page {page_id} is not in dossier {dossier_id}")


def _list(view: DossierView) -> str:
    found = dossiers.problems_of(point(), view)
    slots = slots_of(view)
    shown = {place.slot.key for place in slots}
    return render_template(
        "_tasks.html",
        view=view,
        tasks=tasks_of(view, found, slots),
        orphans=[page for page in view.removed_pages if page.slot_key not in shown],
        step=next_step(view, found),
        count=sheet_count(point(), view),
        due=due_of(view, point().today()),
    )
