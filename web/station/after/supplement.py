"""The ward asks for better papers: its words, exactly those papers, one more agreement, sent.

A dossier that lies on the desk for a second time has no form: its answers are at the ward. So
the pages of the form lead here, and the pages of papers show what the ward asks for only.
Answers that the ward wants corrected have a page of their own (corrections.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask import Blueprint, Flask, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.dossiers.dossier import Dossier, DossierState
from appliance.core.dossiers.supplement import fields_asked
from appliance.core.errors import (
    ApplianceError,
    DossierMovedOn,
    DossierUnknown,
    NotReadyToSeal,
)
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.consent import supplement_consent_text
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.sending import sealing, supplements
from appliance.desk.sending.words import with_words
from appliance.failpoints import passing
from web.station.after.supplement_words import ANSWERS, Wish, wishes_of
from web.station.form.check import seen_mark
from web.station.form.corrections import corrections_of
from web.station.here import point, station, volunteer
from web.station.slots import damaged_of

pages = Blueprint("supplement", __name__)
# pages about a form, which a supplement has not
ABOUT_A_FORM = frozenset({"dossier", "one_topic", "check", "cards", "phone_invite", "prints"})


class Asked(NamedTuple):
    """A line of the first screen."""

    dossier: Dossier
    title: str
    is_begun: bool


def guard(app: Flask) -> None:
    """Lead from every page about a form to the papers that are asked for."""

    @app.before_request
    def _has_no_form() -> ResponseReturnValue | None:
        dossier_id = (request.view_args or {}).get("dossier_id")
        if dossier_id is None or request.blueprint not in ABOUT_A_FORM:
            return None
        try:
            dossier = dossiers.dossier_of(point(), str(dossier_id))
        except DossierUnknown:
            return None  # the page itself says so
        if not dossier.is_supplement or dossier.state is not DossierState.OPEN:
            return None
        return redirect(link("supplement.show", dossier_id=dossier_id), 303)


@pages.app_context_processor
def _for_templates() -> dict[str, object]:
    """What other rooms' pages show of it: the list on the first screen, a note at a paper."""
    return {
        "asked_by_ward": _asked_by_ward,
        "wishes_about": _wishes_about,
        "wishes_about_answers": lambda view: _wishes_about(view, ANSWERS),
    }


@pages.get("/dossiers/<uuid:dossier_id>/supplement")
def show(dossier_id: object) -> ResponseReturnValue:
    """What the ward asks for; to begin, or how far each paper is."""
    view = dossiers.look_at(point(), str(dossier_id))
    if not _may_be_supplemented(view):
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    if view.locked:
        return render_template("supplement_locked.html", view=view)
    return render_template("supplement.html", **_facts(view))


@pages.get("/dossiers/<uuid:dossier_id>/supplement/now")
def now(dossier_id: object) -> ResponseReturnValue:
    """The part that changes as papers are scanned, or as the ward asks for more."""
    wanted = str(dossier_id)

    def draw() -> str:
        view = dossiers.look_at(point(), wanted)
        if not _may_be_supplemented(view):
            raise DossierMovedOn(f"dossier {wanted} is {view.dossier.state}")
        return render_template("_supplement_now.html", **_facts(view))

    return station().freshness.answer(("supplement", wanted), draw)


@pages.post("/dossiers/<uuid:dossier_id>/supplement")
def begin(dossier_id: object) -> ResponseReturnValue:
    """Lay it on the desk for the papers the ward asks for."""
    return _do(str(dossier_id), lambda wanted: supplements.begin(point(), wanted, volunteer().id))


@pages.post("/dossiers/<uuid:dossier_id>/supplement/<slot>/whole")
def send_whole(dossier_id: object, slot: str) -> ResponseReturnValue:
    """Form field: ``whole``, ``yes`` to send the whole paper, anything else for its pages only."""
    whole = request.form.get("whole") == "yes"
    return _do(
        str(dossier_id), lambda wanted: supplements.send_whole(point(), wanted, slot, whole=whole)
    )


@pages.post("/dossiers/<uuid:dossier_id>/supplement/answers/<key>/empty")
def leave_empty(dossier_id: object, key: str) -> ResponseReturnValue:
    """Form field: ``empty``, ``yes`` to send that answer empty, anything else to ask after all."""
    empty = request.form.get("empty") == "yes"
    return _do(
        str(dossier_id), lambda wanted: supplements.leave_empty(point(), wanted, key, empty=empty)
    )


@pages.post("/dossiers/<uuid:dossier_id>/supplement/give-up")
def give_up(dossier_id: object) -> ResponseReturnValue:
    """Take it off the desk again; what was scanned for it is erased."""

    def both(wanted: str) -> None:
        supplements.give_up(point(), wanted, volunteer().id)
        if __debug__:
            passing("given-up-before-pages-gone")
        sealing.erase_pages(point(), wanted)

    return _do(str(dossier_id), both)


@pages.post("/dossiers/<uuid:dossier_id>/supplement/withdraw")
def withdraw(dossier_id: object) -> ResponseReturnValue:
    """The ward no longer wants what was sealed: take it out of the outbox."""
    return _do(
        str(dossier_id), lambda wanted: supplements.withdraw(point(), wanted, volunteer().id)
    )


@pages.get("/dossiers/<uuid:dossier_id>/supplement/check")
def check(dossier_id: object) -> ResponseReturnValue:
    """What will be sent and what it replaces; the citizen agrees once more.

    ``?part=1``: what is there, while the ward waits for the rest.
    """
    view = dossiers.look_at(point(), str(dossier_id))
    if not view.dossier.is_supplement or view.dossier.state is not DossierState.OPEN:
        return redirect(link("supplement.show", dossier_id=dossier_id), 303)
    if view.locked:
        return render_template("supplement_locked.html", view=view)
    ready = sealing.readiness(point(), view)
    return render_template(
        "supplement_check.html",
        ready=ready,
        damaged=damaged_of(view),
        in_part="part" in request.args and ready.may_go_in_part,
        consent=supplement_consent_text(
            point(),
            view.procedure,
            corrects=any(one.text or one.is_emptied for one in corrections_of(view)),
        ),
        seen=seen_mark(view),
        tick_missing="tick" in request.args,
        **_facts(view),
    )


@pages.post("/dossiers/<uuid:dossier_id>/supplement/seal")
def seal(dossier_id: object) -> ResponseReturnValue:
    """Form fields: ``consent=yes`` and ``seen`` from the check page, as for the first seal.

    ``part=yes`` sends what is there and leaves the rest of the request open.
    """
    wanted = str(dossier_id)
    view = dossiers.look_at(point(), wanted)
    consented = request.form.get("consent") == "yes"
    in_part = request.form.get("part") == "yes"
    part = 1 if in_part else None
    again = link("supplement.check", dossier_id=dossier_id, part=part)
    if view.dossier.state is DossierState.OPEN and request.form.get("seen") != seen_mark(view):
        flash("answers-changed-elsewhere", "notice")
        return redirect(again, 303)
    try:
        sealing.ask_to_seal(
            point(),
            wanted,
            volunteer().id,
            consented=consented,
            seen_revision=view.dossier.answers_revision,
            in_part=in_part,
        )
    except DossierMovedOn:
        pass  # sealed on another screen, or a second click: its page tells where it stands
    except NotReadyToSeal as error:
        if consented:
            flash(error.code, "notice")
            return redirect(again, 303)
        again = link("supplement.check", dossier_id=dossier_id, tick=1, part=part)
        return redirect(f"{again}#consent", 303)
    except ApplianceError as error:
        flash(error.code, "notice")
        return redirect(again, 303)
    return redirect(link("delivery.show", dossier_id=dossier_id), 303)


def _do(dossier_id: str, change: Callable[[str], object]) -> ResponseReturnValue:
    """Change it and show where it stands; a refusal is told there in three sentences."""
    try:
        change(dossier_id)
    except DossierUnknown:
        raise
    except ApplianceError as error:
        flash(error.code, "notice")
    return redirect(link("supplement.show", dossier_id=dossier_id), 303)


def _asked_by_ward() -> list[Asked]:
    leaflets = point().procedures.leaflets
    return [
        Asked(
            dossier,
            found.title if (found := leaflets.get(dossier.procedure_id)) else dossier.procedure_id,
            dossier.state is DossierState.OPEN,
        )
        for dossier in dossiers.asked_by_ward(point())
    ]


def _wishes_about(view: DossierView, slot_key: str) -> tuple[Wish, ...]:
    if view.request is None:
        return ()
    told = with_words(point(), view.dossier.id, view.request.events)
    still = view.request.still_asked(told.events)
    return wishes_of(view.procedure, still).get(slot_key, ())


def _may_be_supplemented(view: DossierView) -> bool:
    if view.dossier.state is DossierState.OPEN:
        return view.dossier.is_supplement
    return view.dossier.state is DossierState.DELIVERED and view.request is not None


def _facts(view: DossierView) -> dict[str, object]:
    earlier = supplements.earlier_manifests(point(), view.dossier.id)
    told = with_words(point(), view.dossier.id, view.request.events if view.request else ())
    asked = supplements.papers_asked(view, supplements.pages_at_ward(earlier))
    still = view.request.still_asked(told.events) if view.request else ()
    return {
        "view": view,
        "asked": asked,
        "wishes": wishes_of(view.procedure, still),
        "about_answers": ANSWERS,
        "fields": fields_asked(view.procedure, view.request),
        "sections": {
            field.key: section.title
            for section in view.procedure.sections
            for field in section.fields
        },
        "answers": {one.key: one for one in corrections_of(view)},
        "brought_before": bool(view.request and view.request.is_partly_there),
        "may_go_in_part": sealing.readiness(point(), view).may_go_in_part,
        "words": [event.text_vi for event in told.events if event.text_vi],
        "words_are_coming": told.words_are_coming,
        "is_begun": view.dossier.state is DossierState.OPEN,
        "unfit": supplements.unfit_slots(view) if view.dossier.is_supplement else (),
        "moving": view.scan is not None and view.scan.state in ("asked", "scanning"),
    }
