"""What a page of the form shows: the boxes, what is wrong in them, the papers beside them.

The desk shows one topic a page, a citizen's phone the whole form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import render_template

from appliance.core.cards.provenance import Provenance, provenance
from appliance.core.forms.answers import (
    Answers,
    VisibleSection,
    default_answers,
    visible_sections,
)
from appliance.core.forms.problem import Problem
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.pages import cards
from appliance.desk.pages.batches import SheetCount, sheet_count
from appliance.procedures.wording import sentence
from web.station.form.due import Due, due_of
from web.station.form.forms import Chapter, Drawing, chapter_of, chapters
from web.station.form.topics import Topic, topics_of
from web.station.here import point
from web.station.slots import ShownSlot, slots_of
from web.station.speech import said

NOT_YET = frozenset({"missing", "left-empty"})  # no complaint before somebody could answer


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a page of the form shows."""

    view: DossierView
    chapters: tuple[Chapter, ...]  # one, when it is a topic's page
    problems: tuple[Problem, ...]  # the ones shown, of these chapters
    found: tuple[Problem, ...]  # all of the dossier
    shape: str  # changes when other fields or papers are asked for
    base: str  # stands for the answers that its boxes were drawn from
    slots: tuple[ShownSlot, ...]
    count: SheetCount | None
    due: Due | None
    topics: tuple[Topic, ...] = ()  # those that ask something, in order
    topic: Topic | None = None  # the one on this page
    marks: Mapping[str, str] = field(default_factory=dict)  # where its answers come from, by key

    @property
    def place(self) -> int:
        """The topic's among those that ask something, from 1."""
        return self.topics.index(self.topic) + 1 if self.topic in self.topics else 0

    @property
    def before(self) -> Topic | None:
        """The topic before this one."""
        return self.topics[self.place - 2] if self.place > 1 else None


def desk_of(
    view: DossierView,
    answers: Answers,
    *,
    show_missing: bool = False,
    topic: Topic | None = None,
) -> Desk:
    """The page of *topic*, or of the whole form, with *answers* in the boxes."""
    here = point()
    drawing = Drawing(
        view.procedure, answers, here.today(), here.places, here.config.point.province
    )
    sections = visible_sections(view.procedure, answers)
    found = tuple(dossiers.problems_of(here, view))
    shown = tuple(
        p
        for p in found
        if (show_missing or p.code not in NOT_YET) and (topic is None or p.field_key in topic.keys)
    )
    asked = asked_topics(view, sections) if topic else ()
    drawn = (
        _one_chapter(drawing, sections, list(shown), topic)
        if topic
        else chapters(drawing, sections, list(shown))
    )
    return Desk(
        view=view,
        chapters=drawn,
        problems=shown,
        found=found,
        shape=_shape(view, drawn, len(asked)),
        base=base_of(view.answers, topic) if topic else "",
        slots=slots_of(view),
        count=sheet_count(here, view),
        due=due_of(view, here.today()),
        topics=asked,
        topic=topic,
        marks=_marks(view, answers, topic, drawn) if topic else {},
    )


def asked_topics(
    view: DossierView, sections: tuple[VisibleSection, ...] | None = None
) -> tuple[Topic, ...]:
    """The topics of which at least one field is asked for after these answers."""
    visible = sections or visible_sections(view.procedure, view.answers)
    keys = {field.key for section in visible for field in section.fields}
    return tuple(topic for topic in topics_of(view.procedure) if topic.keys & keys)


def base_of(answers: Answers, topic: Topic) -> str:
    """A digest of what *topic* holds: another screen's work on other topics does not change it."""
    held = sorted((key, repr(value)) for key, value in answers.items() if key in topic.keys)
    return hashlib.sha256(repr(held).encode()).hexdigest()[:12]


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
        "marks": {key: (mark, said(f"mark.{mark}")) for key, mark in desk.marks.items()},
        "summary": render_template("_summary.html", desk=desk, view=desk.view),
    }


def _marks(
    view: DossierView, answers: Answers, topic: Topic, drawn: tuple[Chapter, ...]
) -> dict[str, str]:
    """Of this topic only, and of cards alone: each page that is opened costs a millisecond."""
    first = default_answers(view.procedure)
    paper = cards.from_paper(point(), view, topic.keys)
    return {
        question.key: mark
        for chapter in drawn
        for question in chapter.questions
        if (mark := provenance(question.key, answers, paper, first, view.confirmed))
        is not Provenance.MISSING
        or question.required
    }


def _one_chapter(
    drawing: Drawing, sections: tuple[VisibleSection, ...], shown: list[Problem], topic: Topic
) -> tuple[Chapter, ...]:
    fields = tuple(f for section in sections for f in section.fields if f.key in topic.keys)
    help_ = topic.section.help if topic.is_first else None
    return (chapter_of(drawing, fields, shown, topic.number, topic.title, help_),)


def _shape(view: DossierView, drawn: tuple[Chapter, ...], topics: int) -> str:
    fields = [question.key for chapter in drawn for question in chapter.questions]
    slots = [slot.key for slot in view.slots]
    return hashlib.sha256(repr((fields, slots, topics)).encode()).hexdigest()[:12]
