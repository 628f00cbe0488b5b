"""The citizen fills the form: the same questions, checks and merging as on the desk's page."""

from __future__ import annotations

from flask import jsonify, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.errors import AnswersChangedElsewhere
from appliance.core.forms.answers import Answers
from appliance.core.forms.normalise import normalise
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.confirming import confirm
from appliance.desk.dossier.dossiers import DossierView
from web.station import places
from web.station.form.filling import desk_of, told_of
from web.station.form.forms import typed_answers
from web.station.gate import wants_fragment
from web.station.here import point, station
from web.station.look import look
from web.station.phone.room import in_this_language, pages, phone, words_of


@pages.get("/phone/form")
def form() -> ResponseReturnValue:
    """The whole form. ``?all=1`` also shows what is still missing."""
    view = _view()
    return _page(view, view.answers)


@pages.get("/phone/form/part")
def form_part() -> str:
    """The questions alone, drawn again after others are asked for."""
    view = _view()
    desk = desk_of(view, view.answers, show_missing="all" in request.args)
    return render_template("_form.html", desk=desk, view=view)


@pages.post("/phone/form")
def save() -> ResponseReturnValue:
    """Save the whole form on top of what was shown, or one field that our own script sends.

    When the volunteer saved in between, nothing of either is lost: the page comes back with
    what was typed in its boxes, over what is stored now.
    """
    view = _view()
    here, fields = point(), view.procedure.fields
    typed = typed_answers(view.procedure, request.form, here.places)
    if wants_fragment():
        revision = dossiers.save_answers(here, view.dossier.id, typed)
        view = _view()
        desk = desk_of(view, view.answers, show_missing="all" in request.args)
        return jsonify(revision=revision, step="", href="", **told_of(desk))
    changed = {
        key: raw
        for key, raw in typed.items()
        if normalise(fields[key], raw) != view.answers.get(key, "")
    }
    if changed:
        try:
            dossiers.save_answers(here, view.dossier.id, changed, _seen_revision())
        except AnswersChangedElsewhere:
            mine = {key: normalise(fields[key], raw) for key, raw in changed.items()}
            view = _view()
            return make_response(_page(view, {**view.answers, **mine}, conflict=True), 409)
    where = request.form.get("next", "")
    if where == "done":
        confirm(here, view.dossier.id, fields.keys())
        return redirect(link("phone.home"), 303)
    return redirect(link("phone.form", _anchor=f"f-{where}" if where else None), 303)


@pages.get("/phone/now")
def now() -> ResponseReturnValue:
    """Whether the desk saved other answers; asked for all the time, nearly always a 304."""

    def draw() -> str:
        return render_template("phone/_form_now.html", view=_view())

    return station().freshness.answer(("phone-form", phone().dossier.id, look().language), draw)


@pages.get("/phone/communes")
def communes() -> ResponseReturnValue:
    """As the desk's page asks for them."""
    return places.communes()


def _view() -> DossierView:
    return in_this_language(dossiers.look_at(point(), phone().dossier.id))


def _page(view: DossierView, answers: Answers, *, conflict: bool = False) -> str:
    if view.locked:
        return render_template("phone/locked.html", view=view)
    return render_template(
        "phone/form.html",
        view=view,
        desk=desk_of(view, answers, show_missing="all" in request.args),
        conflict=words_of("answers-changed-elsewhere") if conflict else None,
    )


def _seen_revision() -> int:
    text = request.form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
