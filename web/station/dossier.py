"""One dossier on the desk: fill the form, save while typing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from appliance.core.answers import Answers, visible_sections
from appliance.core.dossier import DossierState
from appliance.core.errors import AnswersChangedElsewhere, DossierMovedOn, DossierUnknown
from appliance.core.normalise import normalise
from appliance.core.problem import Problem
from appliance.desk import dossiers
from appliance.desk.batches import SheetCount, sheet_count
from appliance.desk.dossiers import DossierView
from appliance.procedures.wording import sentence
from appliance.wording import notice_for
from web.station.due import Due, due_of
from web.station.forms import Chapter, Drawing, chapters, typed_answers
from web.station.gate import wants_fragment
from web.station.here import point, station, volunteer
from web.station.next_step import next_step
from web.station.slots import ShownSlot, slots_of
from web.station.speech import said

pages = Blueprint("dossier", __name__)
NOT_YET = frozenset({"missing", "left-empty"})  # no complaint before somebody could answer


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the work page of one dossier shows."""

    view: DossierView
    chapters: tuple[Chapter, ...]
    problems: tuple[Problem, ...]  # the ones shown
    shape: str  # changes when other fields or papers are asked for
    slots: tuple[ShownSlot, ...]
    count: SheetCount | None
    due: Due | None


@pages.get("/dossiers/<uuid:dossier_id>")
def show(dossier_id: object) -> ResponseReturnValue:
    """The work page: papers beside the form. ``?all=1`` also shows what is still missing."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    if view.locked:
        return render_template("locked.html", view=view)
    refused = _came_late(view.dossier.id)
    if refused is not None:
        return refused
    desk = desk_of(view, view.answers, show_missing="all" in request.args)
    return render_template(
        "dossier.html",
        desk=desk,
        view=view,
        step=next_step(view),
        conflict=None,
        grab="all" in request.args and any(problem.is_error for problem in desk.problems),
    )


@pages.post("/dossiers/<uuid:dossier_id>/answers")
def save(dossier_id: object) -> ResponseReturnValue:
    """Save the whole form, or the fields that our own script sends one at a time.

    Form fields: the procedure's keys; an address as ``KEY-country``, ``KEY-province``,
    ``KEY-commune``, ``KEY-detail``. With ``revision`` nothing is saved over another screen's
    work. ``next`` says where to go: ``check``, or the key of a field to come back to.
    """
    if wants_fragment():
        return _save_quietly(str(dossier_id))
    refused = keep_typed(str(dossier_id))
    if refused is not None:
        return refused
    where = request.form.get("next", "")
    if where == "check":
        return redirect(link("check.show", dossier_id=dossier_id), 303)
    anchor = f"f-{where}" if where else None
    return redirect(link("dossier.show", dossier_id=dossier_id, _anchor=anchor), 303)


@pages.get("/dossiers/<uuid:dossier_id>/form")
def form(dossier_id: object) -> str:
    """The form alone, drawn again after other fields are asked for."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        raise DossierMovedOn(f"dossier {dossier_id} is {view.dossier.state}")
    desk = desk_of(view, view.answers, show_missing="all" in request.args)
    return render_template("_form.html", desk=desk, view=view)


def keep_typed(dossier_id: str) -> ResponseReturnValue | None:
    """Without JavaScript every button sends the whole form: save it before doing anything else.

    Returns a page to answer with when another screen saved in between; it still holds
    everything that was typed.
    """
    return keep_form(dossier_id, request.form) if "revision" in request.form else None


def keep_form(dossier_id: str, sent: MultiDict[str, str]) -> ResponseReturnValue | None:
    """``keep_typed`` for a whole form that came with this request or an earlier one."""
    view = dossiers.look_at(point(), dossier_id)
    typed = typed_answers(view.procedure, sent, point().places)
    fields = view.procedure.fields
    changed = {
        key: raw
        for key, raw in typed.items()
        if normalise(fields[key], raw) != view.answers.get(key, "")
    }
    if not changed:
        return None
    try:
        dossiers.save_answers(point(), dossier_id, changed, _revision(sent))
    except AnswersChangedElsewhere as error:
        merged = {**view.answers, **{k: normalise(fields[k], raw) for k, raw in changed.items()}}
        return make_response(
            render_template(
                "dossier.html",
                desk=desk_of(view, merged),
                view=view,
                step=next_step(view),
                conflict=notice_for(error),
            ),
            409,
        )
    return None


def desk_of(view: DossierView, answers: Answers, *, show_missing: bool = False) -> Desk:
    """The work page of *view*, with *answers* in the boxes."""
    here = point()
    drawing = Drawing(
        view.procedure, answers, here.today(), here.places, here.config.point.province
    )
    sections = visible_sections(view.procedure, answers)
    found = dossiers.problems_of(here, view)
    shown = tuple(p for p in found if show_missing or p.code not in NOT_YET)
    return Desk(
        view=view,
        chapters=chapters(drawing, sections, list(shown)),
        problems=shown,
        shape=_shape(view, sections),
        slots=slots_of(view),
        count=sheet_count(here, view),
        due=due_of(view, here.today()),
    )


def told_of(desk: Desk) -> dict[str, Any]:
    """What our own script changes on the form after a field was saved."""
    told: dict[str, list[dict[str, Any]]] = {}
    for problem in desk.problems:
        told.setdefault(problem.field_key, []).append(
            {"error": problem.is_error, "text": sentence(problem, desk.view.procedure)}
        )
    return {
        "shape": desk.shape,
        "problems": told,
        "chapters": [
            {"answered": c.answered, "required": c.required, "done": c.is_done}
            for c in desk.chapters
        ],
        "summary": render_template("_summary.html", desk=desk, view=desk.view),
    }


def fields_of_page(dossier_id: str, page_id: str) -> None:
    """Raise DossierUnknown unless the page lies in that dossier: no reaching across dossiers."""
    view = dossiers.look_at(point(), dossier_id)
    if page_id not in {page.id for page in (*view.pages, *view.removed_pages)}:
        raise DossierUnknown(f"page {page_id} is not in dossier {dossier_id}")


def _came_late(dossier_id: str) -> ResponseReturnValue | None:
    """What this volunteer had typed when the PIN was asked, if another screen was faster."""
    late = station().late_forms.get(volunteer().id)
    if late is None or late.dossier_id != dossier_id:
        return None
    del station().late_forms[volunteer().id]
    return keep_form(dossier_id, late.form)


def _save_quietly(dossier_id: str) -> ResponseReturnValue:
    """One field was left: merge it, and tell the page what else changed."""
    here = point()
    before = dossiers.look_at(here, dossier_id)
    typed = typed_answers(before.procedure, request.form, here.places)
    revision = dossiers.save_answers(here, dossier_id, typed)
    view = dossiers.look_at(here, dossier_id)
    desk = desk_of(view, view.answers, show_missing="all" in request.args)
    step = next_step(view)
    return jsonify(
        revision=revision,
        step=said(f"step.{step.name}"),
        anchor=step.anchor,
        **told_of(desk),
    )


def _revision(sent: MultiDict[str, str]) -> int:
    text = sent.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _shape(view: DossierView, sections: tuple[Any, ...]) -> str:
    fields = [field.key for visible in sections for field in visible.fields]
    slots = [slot.key for slot in view.slots]
    return hashlib.sha256(repr((fields, slots)).encode()).hexdigest()[:12]
