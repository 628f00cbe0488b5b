"""Which procedure: found by the words people use, with what it needs and what is done elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.forms.normalise import unmarked
from appliance.core.forms.offer import Offer, is_meant, nearest, offers
from appliance.core.forms.procedure_facts import Deadline, is_office_closed
from appliance.desk.dossier import dossiers
from appliance.desk.running.public_prints import in_asking_order
from appliance.procedures.elsewhere import elsewhere
from web.station.here import local, point, volunteer
from web.station.speech import said

pages = Blueprint("choose", __name__)
LONGEST_QUESTION = 80


@dataclass(frozen=True, slots=True)
class Choice:
    """One procedure of the chooser, as of this moment."""

    offer: Offer
    ready_by: date | None  # when the office receives it today and need not verify anything
    is_closed_today: bool  # a weekend or a holiday: nobody receives it today
    is_late_today: bool  # past the hour after which today no longer counts
    in_time_since: date | None  # births, deaths… since that day are still in time


@pages.get("/dossiers/new")
def show() -> str:
    """What can be filed today. ``?q=`` searches, marks and capitals do not count."""
    here = point()
    today, now = here.today(), local(here.clock())
    asked = request.args.get("q", "").strip()[:LONGEST_QUESTION]
    often = dossiers.procedures_lately(here)
    all_offers = sorted(  # by its name before by what its summary also says, then what is done most
        offers(in_asking_order(here.procedures.leaflets), today),
        key=lambda offer: (
            not is_meant(unmarked(offer.title), asked),
            -often[offer.procedure_id],
            len(offer.title) if asked else 0,  # one thing before several joined in one
        ),
    )
    others = [one for one in elsewhere() if is_meant(one.search_text, asked)]
    meant = [offer for offer in all_offers if is_meant(offer.search_text, asked)]
    near = [] if meant or others else nearest(all_offers, lambda one: one.search_text, asked)
    found = [
        Choice(
            offer,
            offer.processing.ready_by(now.replace(tzinfo=None)),
            is_office_closed(now.replace(tzinfo=None)),
            (hour := offer.processing.next_day_after) is not None and now.time() > hour,
            in_time_since(offer.deadline, today) if offer.deadline else None,
        )
        for offer in meant or near
    ]
    return render_template(
        "choose.html",
        found=found,
        is_near=bool(near),
        elsewhere=others,
        asked=asked,
        offered=bool(all_offers),
    )


@pages.post("/dossiers")
def start() -> ResponseReturnValue:
    """Form field: ``procedure``, an id. Opens a dossier and puts it on the desk."""
    procedure = point().procedures.leaflets.get(request.form.get("procedure", ""))
    if procedure is None or not procedure.valid_on(point().today()):
        flash(said("flash.choose-procedure"), "todo")
        return redirect(link("choose.show"), 303)
    dossier_id = dossiers.open_dossier(point(), procedure.id, volunteer().id)
    return redirect(link("dossier.show", dossier_id=dossier_id), 303)


def in_time_since(deadline: Deadline, today: date) -> date:
    """The earliest day from which the time has not run out yet."""
    start = today - timedelta(days=deadline.days)
    while deadline.days_left(start - timedelta(days=1), today) >= 0:
        start -= timedelta(days=1)  # a weekend lengthens it
    return start
