"""One topic of the form on its page, papers beside it: saved while typing, never lost."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import AnswersChangedElsewhere, DossierMovedOn, DossierUnknown
from appliance.core.forms.answers import Answers
from appliance.core.forms.normalise import normalise
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.confirming import confirm
from appliance.desk.dossier.dossiers import DossierView
from appliance.wording import Notice, notice_for
from web.station.form.filling import NOT_YET, asked_topics, base_of, desk_of, told_of
from web.station.form.forms import typed_answers
from web.station.form.next_step import next_step
from web.station.form.topics import Topic, topic_with, topics_of
from web.station.gate import wants_fragment
from web.station.here import point, station, volunteer

pages = Blueprint("one_topic", __name__)
CHECK = "check"
LEAVES = frozenset({"onward", "past", "before", "list", CHECK})


@pages.get("/dossiers/<uuid:dossier_id>/topics/<int:number>")
def show(dossier_id: object, number: int) -> ResponseReturnValue:
    """A topic. ``?all=1`` also tells what is still missing in it."""
    view = dossiers.look_at(point(), str(dossier_id))
    other = instead(view)
    if other is not None:
        return other
    topic = _topic(view, number)
    if topic not in asked_topics(view):  # an answer elsewhere has closed it
        return redirect(link("dossier.show", dossier_id=dossier_id), 303)
    return _page(view, topic, view.answers)


@pages.get("/dossiers/<uuid:dossier_id>/topics/<int:number>/form")
def form(dossier_id: object, number: int) -> str:
    """Its questions alone, drawn again after others are asked for."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        raise DossierMovedOn(f"dossier {dossier_id} is {view.dossier.state}")
    topic = _topic(view, number)
    desk = desk_of(view, view.answers, show_missing="all" in request.args, topic=topic)
    return render_template("_form.html", desk=desk, view=view)


@pages.get("/dossiers/<uuid:dossier_id>/topics/<int:number>/onward")
def onward(dossier_id: object, number: int) -> ResponseReturnValue:
    """To the next topic; once back to this one when something in it is wrong. ``?all=1``: on."""
    view = dossiers.look_at(point(), str(dossier_id))
    return redirect(_after(view, _topic(view, number), told="all" in request.args), 303)


@pages.post("/dossiers/<uuid:dossier_id>/answers")
def save(dossier_id: object) -> ResponseReturnValue:
    """Save a topic, or the fields that our own script sends one at a time.

    Form fields: the procedure's keys; an address as ``KEY-country``, ``KEY-province``,
    ``KEY-commune``, ``KEY-detail``; ``topic``, the page's number. With ``revision`` nothing is
    saved over another screen's work. ``next`` says where to go: ``onward``, ``past`` (onward
    whatever is wrong here), ``before``, ``list``, ``check``, or the key of a field to come back to.
    """
    wanted = str(dossier_id)
    if wants_fragment():
        return _save_quietly(wanted)
    refused = keep_typed(wanted)
    if refused is not None:
        return refused
    view = dossiers.look_at(point(), wanted)
    _confirm(view)
    return redirect(_whereto(view, request.form.get("next", "")), 303)


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
        dossiers.save_answers(point(), dossier_id, changed, _seen_revision(view, sent))
    except AnswersChangedElsewhere as error:
        merged = {**view.answers, **{k: normalise(fields[k], raw) for k, raw in changed.items()}}
        topic = topic_sent(view, sent) or topic_with(view.procedure, next(iter(changed)))
        return make_response(_page(view, topic, merged, notice_for(error)), 409)
    return None


def topic_sent(view: DossierView, sent: MultiDict[str, str]) -> Topic | None:
    """The topic on whose page a form was filled in."""
    number = _digits(sent.get("topic", ""))
    return next((topic for topic in topics_of(view.procedure) if topic.number == number), None)


def instead(view: DossierView) -> ResponseReturnValue | None:
    """What is shown in the place of a page about an open dossier, where it cannot be worked on."""
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=view.dossier.id), 303)
    if view.locked:
        return render_template("locked.html", view=view)
    return _came_late(view.dossier.id)


def _came_late(dossier_id: str) -> ResponseReturnValue | None:
    """What this volunteer had typed when the PIN was asked, if another screen was faster."""
    late = station().late_forms.get(volunteer().id)
    if late is None or late.dossier_id != dossier_id:
        return None
    del station().late_forms[volunteer().id]
    return keep_form(dossier_id, late.form)


def _page(view: DossierView, topic: Topic, answers: Answers, conflict: Notice | None = None) -> str:
    told = "all" in request.args
    desk = desk_of(view, answers, show_missing=told, topic=topic)
    return render_template(
        "topic.html",
        desk=desk,
        view=view,
        step=next_step(view, desk.found, beside=True),
        conflict=conflict,
        told=told,
        back=request.values.get("back") == CHECK,
        grab=told and any(problem.is_error for problem in desk.problems),
    )


def _save_quietly(dossier_id: str) -> ResponseReturnValue:
    """One field was left: merge it, and tell the page what else changed."""
    here = point()
    before = dossiers.look_at(here, dossier_id)
    typed = typed_answers(before.procedure, request.form, here.places)
    revision = before.dossier.answers_revision
    if typed:
        revision = dossiers.save_answers(here, dossier_id, typed)
    _confirm(before)
    view = dossiers.look_at(here, dossier_id)
    topic = topic_sent(view, request.form)
    desk = desk_of(view, view.answers, show_missing="all" in request.args, topic=topic)
    step = next_step(view, desk.found, beside=True)
    return jsonify(revision=revision, step=step.text, href=step.href, **told_of(desk))


def _confirm(view: DossierView) -> None:
    """The page is left by a button: what stood in its boxes from the start has been looked at."""
    topic = topic_sent(view, request.form)
    if topic is not None and request.form.get("next") in LEAVES:
        confirm(point(), view.dossier.id, topic.keys)


def _whereto(view: DossierView, where: str) -> str:
    dossier_id, here = view.dossier.id, topic_sent(view, request.form)
    if where == CHECK:
        return link("check.show", dossier_id=dossier_id)
    if where in view.procedure.fields:
        number = topic_with(view.procedure, where).number
        return topic_link(dossier_id, number, _anchor=f"f-{where}")
    if here is None or where == "list":
        return link("dossier.show", dossier_id=dossier_id)
    if where in ("onward", "past"):
        return _after(view, here, told=where == "past")
    earlier = [one for one in asked_topics(view) if one.number < here.number]
    to = earlier[-1] if where == "before" and earlier else here
    return topic_link(dossier_id, to.number)


def _after(view: DossierView, topic: Topic, *, told: bool) -> str:
    """The next topic that asks something, or the check it was opened from.

    This one once more, where something typed is wrong and that was not *told* yet.
    """
    dossier_id = view.dossier.id
    wrong = any(
        problem.is_error and problem.code not in NOT_YET and problem.field_key in topic.keys
        for problem in dossiers.problems_of(point(), view)
    )
    if wrong and not told:
        return topic_link(dossier_id, topic.number, all=1)
    if request.values.get("back") == CHECK:
        return link("check.show", dossier_id=dossier_id)
    later = next((one for one in asked_topics(view) if one.number > topic.number), None)
    if later is None:
        return link("dossier.show", dossier_id=dossier_id)
    return link("one_topic.show", dossier_id=dossier_id, number=later.number)


def topic_link(dossier_id: str, number: int, **more: Any) -> str:
    """A topic's page; one opened from the check page stays so."""
    back = CHECK if request.values.get("back") == CHECK else None
    return link("one_topic.show", dossier_id=dossier_id, number=number, back=back, **more)


def _topic(view: DossierView, number: int) -> Topic:
    found = topics_of(view.procedure)
    if not 0 < number <= len(found):
        raise DossierUnknown(f"dossier {view.dossier.id} has no topic {number}")
    return found[number - 1]


def _seen_revision(view: DossierView, sent: MultiDict[str, str]) -> int:
    """The answers that were seen when the form was drawn.

    Those of now, when another screen has only worked on other topics meanwhile.
    """
    topic = topic_sent(view, sent)
    if topic is not None and sent.get("base") == base_of(view.answers, topic):
        return view.dossier.answers_revision
    return _digits(sent.get("revision", ""))


def _digits(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
