"""Answers that the ward wants corrected: asked for once more, alone on a page.

Nothing of the old answers is shown: they went to the ward under its key and are nowhere here.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, jsonify, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.errors import AnswersChangedElsewhere, DossierMovedOn
from appliance.core.forms.answers import Answers
from appliance.core.forms.fields import FormField
from appliance.core.forms.normalise import normalise
from appliance.core.forms.shown import shown_text
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.sending import supplements
from appliance.procedures.wording import sentence
from appliance.wording import Notice, notice_for
from web.station.form.filling import NOT_YET, Desk, told_of
from web.station.form.forms import Chapter, Drawing, Question, controls_of, typed_answers
from web.station.form.topics import Topic
from web.station.gate import wants_fragment
from web.station.here import point
from web.station.speech import said

pages = Blueprint("corrections", __name__)


@dataclass(frozen=True, slots=True)
class Correction:
    """One answer that the ward wants corrected, and how far it is."""

    key: str
    label: str
    text: str  # as it would be sent; empty while nobody said it
    wrong: str  # why it cannot be sent like that
    may_be_empty: bool  # the form does not always need it
    is_emptied: bool  # it will be sent without a text

    @property
    def is_ready(self) -> bool:
        """Whether it may be sent."""
        return self.is_emptied or (bool(self.text) and not self.wrong)


def corrections_of(view: DossierView) -> tuple[Correction, ...]:
    """In the portal's order."""
    found = {p.field_key: p for p in dossiers.problems_of(point(), view) if p.is_error}
    emptied = supplements.left_empty(view)
    return tuple(
        Correction(
            field.key,
            field.label,
            shown_text(field, view.answers.get(field.key), point().places),
            sentence(found[field.key], view.procedure)
            if field.key in found and found[field.key].code not in NOT_YET
            else "",
            supplements.may_be_empty(field),
            field.key in emptied,
        )
        for field in view.corrections
    )


@pages.get("/dossiers/<uuid:dossier_id>/supplement/answers")
def show(dossier_id: object) -> ResponseReturnValue:
    """A box for each. ``?all=1`` also tells which are still empty."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.locked or not view.corrections:
        return redirect(link("supplement.show", dossier_id=dossier_id), 303)
    return _page(view, view.answers)


@pages.get("/dossiers/<uuid:dossier_id>/supplement/answers/form")
def form(dossier_id: object) -> str:
    """The boxes alone."""
    view = dossiers.look_at(point(), str(dossier_id))
    if not view.corrections:
        raise DossierMovedOn(f"the ward wants no answer of {dossier_id} corrected")
    return render_template("_form.html", desk=_desk(view, view.answers), view=view)


@pages.post("/dossiers/<uuid:dossier_id>/supplement/answers")
def save(dossier_id: object) -> ResponseReturnValue:
    """Form fields as those of a topic; ``revision``; ``next``, ``done`` or a key to stay at."""
    wanted, here = str(dossier_id), point()
    before = dossiers.look_at(here, wanted)
    typed = typed_answers(before.procedure, request.form, here.places)
    if wants_fragment():
        revision = before.dossier.answers_revision
        if typed:
            revision = dossiers.save_answers(here, wanted, typed)
        view = dossiers.look_at(here, wanted)
        return jsonify(revision=revision, step="", href="", **told_of(_desk(view, view.answers)))
    fields = {field.key: field for field in before.corrections}
    kept = {k: normalise(fields[k], raw) for k, raw in typed.items() if k in fields}
    changed = {k: value for k, value in kept.items() if value != before.answers.get(k, "")}
    if changed:
        seen = request.form.get("revision", "")
        base = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
        try:
            dossiers.save_answers(here, wanted, {k: typed[k] for k in changed}, base)
        except AnswersChangedElsewhere as error:
            merged = {**before.answers, **changed}
            return make_response(_page(before, merged, notice_for(error)), 409)
    return redirect(_whereto(wanted, request.form.get("next", "")), 303)


def _whereto(dossier_id: str, where: str) -> str:
    view = dossiers.look_at(point(), dossier_id)
    if where != "done":
        anchor = f"f-{where}" if where in {field.key for field in view.corrections} else None
        return link("corrections.show", dossier_id=dossier_id, _anchor=anchor)
    if any(one.wrong for one in corrections_of(view)) and "all" not in request.args:
        return link("corrections.show", dossier_id=dossier_id, all=1)  # once: then it lets go
    return link("supplement.show", dossier_id=dossier_id)


def _page(view: DossierView, answers: Answers, conflict: Notice | None = None) -> str:
    desk = _desk(view, answers)
    told = "all" in request.args
    return render_template(
        "supplement_answers.html",
        desk=desk,
        view=view,
        conflict=conflict,
        can_be_empty=any(supplements.may_be_empty(field) for field in view.corrections),
        told=told,
        grab=told and any(problem.is_error for problem in desk.problems),
    )


def _desk(view: DossierView, answers: Answers) -> Desk:
    here = point()
    found = tuple(dossiers.problems_of(here, view))
    shown = tuple(p for p in found if "all" in request.args or p.code not in NOT_YET)
    drawing = Drawing(
        view.procedure, answers, here.today(), here.places, here.config.point.province
    )

    def question(field: FormField) -> Question:
        own = tuple(p for p in shown if p.field_key == field.key)
        return Question(field, True, controls_of(drawing, field), own)

    keys = frozenset(field.key for field in view.corrections)
    sections = [s for s in view.procedure.sections if keys & {f.key for f in s.fields}]
    asked = [tuple(map(question, (f for f in s.fields if f.key in keys))) for s in sections]
    return Desk(
        view=view,
        chapters=tuple(
            Chapter(number, section.title, None, questions, len(questions), 0)
            for number, (section, questions) in enumerate(zip(sections, asked, strict=True), 1)
        ),
        problems=shown,
        found=found,
        shape=",".join(sorted(keys)),
        base="",
        slots=(),
        count=None,
        due=None,
        topic=Topic(0, sections[0], said("supplement.answers"), keys, is_first=True),
    )
