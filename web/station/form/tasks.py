"""A dossier as a list of things to do, each with how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.core.forms.answers import (
    counted_answers,
    default_answers,
    is_required,
    visible_fields,
)
from appliance.core.forms.problem import Problem
from appliance.desk.dossier.dossiers import DossierView
from web.station.form.filling import NOT_YET, asked_topics
from web.station.form.topics import Topic
from web.station.slots import ShownSlot


class TaskState(StrEnum):
    """How far a task is; each has a word of its own on the page."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    LOOK = "look"  # something in it should be looked at again
    OPTIONAL = "optional"  # nothing there, nothing needed
    PRESET = "preset"  # nothing lacks, but all that is there stood there from the start


@dataclass(frozen=True, slots=True)
class TopicTask:
    """A page of the form."""

    topic: Topic
    state: TaskState
    missing: int  # answers still to be given
    wrong: tuple[Problem, ...] = ()  # what should be looked at again, in the portal's order


@dataclass(frozen=True, slots=True)
class SlotTask:
    """A paper to scan."""

    place: ShownSlot
    state: TaskState


@dataclass(frozen=True, slots=True)
class Tasks:
    """Everything to be done before the seal."""

    topics: tuple[TopicTask, ...]
    slots: tuple[SlotTask, ...]

    @property
    def left(self) -> int:
        """How many of them still keep the dossier from being sealed, or should be looked at."""
        settled = (TaskState.DONE, TaskState.OPTIONAL, TaskState.PRESET)
        states = [task.state for task in self.topics] + [task.state for task in self.slots]
        return sum(1 for state in states if state not in settled)


def tasks_of(view: DossierView, found: Sequence[Problem], slots: Sequence[ShownSlot]) -> Tasks:
    """*found* are the dossier's problems, *slots* the papers as they are shown."""
    counted = counted_answers(view.procedure, view.answers)
    first = default_answers(view.procedure)
    given = {
        key for key, value in counted.items() if value != first.get(key) or key in view.confirmed
    }
    visible = visible_fields(view.procedure, view.answers)
    needed = {field.key for field in visible if is_required(field, counted)}
    moving = view.scan is not None and view.scan.state in ("asked", "scanning")
    scanned = view.scan.slot_key if view.scan and moving else None
    return Tasks(
        tuple(_topic(topic, found, given, needed) for topic in asked_topics(view)),
        tuple(SlotTask(place, _slot_state(place, place.slot.key == scanned)) for place in slots),
    )


def _topic(topic: Topic, found: Sequence[Problem], given: set[str], needed: set[str]) -> TopicTask:
    here = [problem for problem in found if problem.field_key in topic.keys]
    missing = sum(1 for problem in here if problem.code == "missing")
    begun = bool(given & topic.keys)
    wrong = tuple(problem for problem in here if problem.code not in NOT_YET)
    if wrong:
        state = TaskState.LOOK
    elif missing:
        state = TaskState.DOING if begun else TaskState.TODO
    elif begun:
        state = TaskState.DONE
    else:
        state = TaskState.PRESET if needed & topic.keys else TaskState.OPTIONAL
    return TopicTask(topic, state, missing, wrong)


def _slot_state(place: ShownSlot, scanning: bool) -> TaskState:
    if scanning:
        return TaskState.DOING
    if place.lacking:
        return TaskState.DOING if place.pages else TaskState.TODO
    if any(shown.is_severe or shown.asks_turn for shown in place.pages):
        return TaskState.LOOK
    return TaskState.DONE if place.pages else TaskState.OPTIONAL
