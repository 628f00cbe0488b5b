"""The check: the citizen reads everything once more, agrees with a tick, and it is sealed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.cards.provenance import Provenance, provenance
from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import (
    AlreadyScanning,
    AnswersChangedElsewhere,
    DossierMovedOn,
    NotReadyToSeal,
    PhotosOnTheirWay,
    WardKeyMissing,
)
from appliance.core.forms.answers import default_answers
from appliance.core.forms.problem import Problem
from appliance.core.forms.shown import ShownAnswer, answers_in_portal_order
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.consent import consent_text
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages.cards import from_paper
from appliance.desk.pages.sides import card_doubts
from appliance.desk.sending import sealing
from appliance.wording import notice_for
from appliance.wording.findings import advice_for
from web.station.form.due import due_of
from web.station.form.filling import asked_topics
from web.station.form.next_step import NextStep, next_step
from web.station.form.topics import Topic, topic_with
from web.station.here import point, volunteer
from web.station.slots import damaged_of, slots_of
from web.station.speech import said

pages = Blueprint("check", __name__)


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as the citizen reads it."""

    row: ShownAnswer
    provenance: Provenance
    is_lacking: bool  # the dossier cannot be sealed without it


@pages.get("/dossiers/<uuid:dossier_id>/check")
def show(dossier_id: object) -> ResponseReturnValue:
    """Answers in the portal's order, papers with their page counts, problems, the consent."""
    view = dossiers.look_at(point(), str(dossier_id))
    if view.dossier.state is not DossierState.OPEN:
        return redirect(link("delivery.show", dossier_id=dossier_id), 303)
    if view.locked:
        return render_template("locked.html", view=view)
    return _page(view)


@pages.post("/dossiers/<uuid:dossier_id>/seal")
def seal(dossier_id: object) -> ResponseReturnValue:
    """Form fields: ``consent=yes`` and ``seen`` from the check page.

    *seen* stands for the answers and pages the citizen read: when another screen changed them
    meanwhile, nothing is sealed that nobody looked at.
    """
    view = dossiers.look_at(point(), str(dossier_id))
    consented = request.form.get("consent") == "yes"
    try:
        if view.dossier.state is not DossierState.OPEN:
            raise DossierMovedOn(f"dossier {dossier_id} is {view.dossier.state}")
        if request.form.get("seen") != seen_mark(view):
            raise AnswersChangedElsewhere(f"dossier {dossier_id}: not what was read")
        sealing.ask_to_seal(
            point(),
            str(dossier_id),
            volunteer().id,
            consented=consented,
            seen_revision=view.dossier.answers_revision,
        )
    except DossierMovedOn:
        pass  # sealed on another screen, or a second click: its page tells where it stands
    except (
        NotReadyToSeal,
        AnswersChangedElsewhere,
        AlreadyScanning,
        PhotosOnTheirWay,
        WardKeyMissing,
    ) as error:
        # a redirect, so that the browser's back button never asks to send a form again
        tick_missing = not consented and isinstance(error, NotReadyToSeal)
        if not tick_missing:
            flash(error.code, "notice")
        again = link("check.show", dossier_id=dossier_id, tick=1 if tick_missing else None)
        return redirect(f"{again}#consent" if tick_missing else again, 303)
    return redirect(link("delivery.show", dossier_id=dossier_id), 303)


def seen_mark(view: DossierView) -> str:
    """A short digest of what the check page showed."""
    pages = [(p.id, p.slot_key, p.turn, p.left_out, p.plain) for p in view.pages]
    shown = (view.dossier.answers_revision, pages, sorted(view.plan.emptied))
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:20]


def _page(view: DossierView) -> str:
    ready = sealing.readiness(point(), view)
    failed = view.seal.error_code if view.seal else None
    return render_template(
        "check.html",
        view=view,
        ready=ready,
        slots=slots_of(view),
        damaged=damaged_of(view),
        cards=[(slot, advice_for(warn)) for slot, warn in card_doubts(point(), view)],
        due=due_of(view, point().today()),
        step=_step(view, ready.problems),
        topics=_topics(view, {p.field_key for p in ready.problems if p.code == "missing"}),
        topic_with=lambda key: topic_with(view.procedure, key),
        consent=consent_text(point(), view.procedure),
        seen=seen_mark(view),
        told=notice_for(failed) if failed else None,
        tick_missing="tick" in request.args,
    )


def _step(view: DossierView, problems: Sequence[Problem]) -> NextStep:
    """Here the check itself is what is being done: then it is the citizen's word that is next."""
    step = next_step(view, problems)
    return NextStep("seal", said("step.seal"), "#consent") if step.name == "check" else step


def _topics(view: DossierView, lacking: Collection[str]) -> list[tuple[Topic, list[Told]]]:
    """The answers as they were asked for, each with where it comes from."""
    paper, preset = from_paper(point(), view), default_answers(view.procedure)
    sections = answers_in_portal_order(view.procedure, view.answers, point().places)
    rows = [row for section in sections for row in section.rows]
    return [
        (
            topic,
            [
                Told(
                    row,
                    provenance(row.field_key, view.answers, paper, preset, view.confirmed),
                    row.field_key in lacking,
                )
                for row in rows
                if row.field_key in topic.keys
            ],
        )
        for topic in asked_topics(view)
    ]
