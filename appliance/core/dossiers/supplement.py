"""What the office asks for again (yêu cầu bổ sung), and how much of it a new revision replaces."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.core.forms.fields import FormField
from appliance.core.forms.procedure import Procedure
from appliance.core.wire.manifest import (
    Event,
    EventType,
    Manifest,
    Replaced,
    SupplementItem,
    WardState,
)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a revision brought of requests that it answers in part. Stored as JSON, no answers."""

    seq: int  # the newest request when it was sealed; what is asked for later is asked for anew
    papers: frozenset[tuple[str, int | None]] = frozenset()  # slot, page; None: the whole paper
    fields: frozenset[str] = frozenset()

    def covers(self, event: Event, item: SupplementItem) -> bool:
        """Whether that wish needs no more from the citizen."""
        if int(event.seq) > self.seq or item.ref is None:
            return False
        if item.what == "field":
            return item.ref in self.fields
        return (item.ref, None) in self.papers or (item.ref, item.page) in self.papers

    def as_json(self) -> str:
        """What ``read`` reads."""
        papers = sorted(self.papers, key=lambda one: (one[0], one[1] or 0))
        return json.dumps({"seq": self.seq, "papers": papers, "fields": sorted(self.fields)})

    @classmethod
    def read(cls, text: str) -> Brought:
        """As it was stored."""
        told = json.loads(text)
        papers = frozenset((slot, page) for slot, page in told["papers"])
        return cls(int(told["seq"]), papers, frozenset(told["fields"]))


@dataclass(frozen=True, slots=True)
class SupplementRequest:
    """Everything the office asked for since it last said something else."""

    seq: int  # of the newest request in it; the revision that answers it names this number
    events: tuple[Event, ...]  # the requests, oldest first
    brought: tuple[Brought, ...] = ()  # by revisions that answer them in part

    @property
    def items(self) -> tuple[SupplementItem, ...]:
        """What is still asked for, oldest first, the same thing once."""
        every = (item for event in self.still_asked(self.events) for item in event.items)
        return tuple(dict.fromkeys(every))

    @property
    def is_partly_there(self) -> bool:
        """Whether a revision brought some of it; what answered earlier requests does not count."""
        return self.still_asked(self.events) != self.events

    def still_asked(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """*events* of this request, perhaps with their words, without what was brought since."""
        return tuple(
            event.model_copy(
                update={
                    "items": tuple(
                        item
                        for item in event.items
                        if not any(one.covers(event, item) for one in self.brought)
                    )
                }
            )
            for event in events
        )

    @property
    def fields(self) -> frozenset[str]:
        """The answers it wants corrected, by the form's keys."""
        return frozenset(i.ref for i in self.items if i.what == "field" and i.ref)

    @property
    def slots(self) -> frozenset[str]:
        """The papers it names; empty when it only says so in words."""
        return frozenset(i.ref for i in self.items if i.what == "paper" and i.ref)

    @property
    def reply_by(self) -> datetime | None:
        """The day the office named last."""
        return next((e.reply_by for e in reversed(self.events) if e.reply_by), None)

    def pages_of(self, slot: str) -> tuple[int, ...]:
        """The pages of a paper that are enough; empty when the whole paper is asked for."""
        pages = [item.page for item in self.items if item.what == "paper" and item.ref == slot]
        named = [page for page in pages if page is not None]
        return tuple(sorted(set(named))) if len(named) == len(pages) else ()


def open_request(
    events: Sequence[Event], answered: int, brought: Sequence[Brought] = ()
) -> SupplementRequest | None:
    """What the office still waits for; *events* in its own order.

    *answered* is the newest request that a sealed revision answers wholly, 0 when none does;
    *brought* is what others brought in part. A request that the office took back by moving on
    is no request any more.
    """
    waiting: list[Event] = []
    for event in reversed(events):
        if event.state is not WardState.SUPPLEMENT_REQUESTED or int(event.seq) <= answered:
            break
        if event.type is EventType.SUPPLEMENT_REQUESTED or event.items:
            waiting.insert(0, event)
    if not waiting:
        return None
    return SupplementRequest(int(waiting[-1].seq), tuple(waiting), tuple(brought))


def slots_asked(procedure: Procedure, request: SupplementRequest | None) -> set[str]:
    """The papers that are open for it.

    Any paper when the office said in words only what it wants; none when it wants nothing, or
    only answers corrected.
    """
    if request is None:
        return set()
    known = {slot.key for slot in procedure.slots}
    named = set(request.slots & known)
    return named if named or fields_asked(procedure, request) else known


def fields_asked(procedure: Procedure, request: SupplementRequest | None) -> tuple[FormField, ...]:
    """The fields whose answers it wants corrected, in the portal's order."""
    wanted = request.fields if request else frozenset()
    return tuple(field for key, field in procedure.fields.items() if key in wanted)


@dataclass(frozen=True, slots=True)
class SupplementPlan:
    """How a revision takes the place of earlier papers. Stored as JSON; nothing personal."""

    whole: frozenset[str] = frozenset()  # papers sent whole although only pages are asked for
    seq: int = 0  # the request it answers; set when the citizen agrees
    pages: tuple[tuple[str, tuple[int, ...]], ...] = ()  # slot, pages; set with *seq*
    in_part: bool = False  # the rest is brought later: the office goes on waiting; set with *seq*
    emptied: frozenset[str] = frozenset()  # answers to be left empty, while nobody types one

    @property
    def answers_request(self) -> str | None:
        """How the manifest names the request; 0 answers none wholly, so the office goes on asking.

        (docs/ward_api.yaml, ``answers_request``.)
        """
        if not self.seq:
            return None
        return "0" if self.in_part else str(self.seq)

    def pages_of(self, slot: str) -> tuple[int, ...]:
        """The earlier pages whose place this paper's pages take; empty: it is sent whole."""
        return dict(self.pages).get(slot, ())

    def as_json(self) -> str:
        """What ``read`` reads."""
        told: dict[str, object] = {
            "whole": sorted(self.whole),
            "seq": self.seq,
            "pages": dict(self.pages),
        }
        if self.in_part:
            told["in_part"] = True
        if self.emptied:
            told["emptied"] = sorted(self.emptied)
        return json.dumps(told)

    @classmethod
    def read(cls, text: str | None) -> SupplementPlan:
        """A stored plan; an empty one when there is none."""
        told = json.loads(text or "{}")
        return cls(
            frozenset(told.get("whole", ())),
            int(told.get("seq", 0)),
            tuple((slot, tuple(pages)) for slot, pages in told.get("pages", {}).items()),
            bool(told.get("in_part", False)),
            frozenset(told.get("emptied", ())),
        )


NOTHING_PLANNED = SupplementPlan()


def replaced_by(earlier: Sequence[Manifest], slot: str, page: int | None = None) -> Replaced | None:
    """What a paper of a new revision takes the place of; None when the office has none yet.

    *earlier* are the manifests committed so far. The revision named is the newest that brought
    the paper whole.
    """
    for manifest in sorted(earlier, key=lambda one: one.revision, reverse=True):
        for file in manifest.files:
            whole = file.replaces is None or file.replaces.page is None
            if file.slot == slot and whole:
                return Replaced(revision=manifest.revision, page=page)
    return None
