"""What the office asks for again (yêu cầu bổ sung), and how much of it a new revision replaces."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.core.manifest import Event, EventType, Manifest, Replaced, SupplementItem, WardState


@dataclass(frozen=True, slots=True)
class SupplementRequest:
    """Everything the office asked for since it last said something else."""

    seq: int  # of the newest request in it; the revision that answers it names this number
    events: tuple[Event, ...]  # the requests, oldest first

    @property
    def items(self) -> tuple[SupplementItem, ...]:
        """What is asked for, oldest first, the same thing once."""
        every = (item for event in self.events for item in event.items)
        return tuple(dict.fromkeys(every))

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


def open_request(events: Sequence[Event], answered: int) -> SupplementRequest | None:
    """What the office still waits for; *events* in its own order.

    *answered* is the newest request that a sealed revision answers, 0 when none does. A request
    that the office took back by moving on is no request any more.
    """
    waiting: list[Event] = []
    for event in reversed(events):
        if event.state is not WardState.SUPPLEMENT_REQUESTED or int(event.seq) <= answered:
            break
        if event.type is EventType.SUPPLEMENT_REQUESTED or event.items:
            waiting.insert(0, event)
    return SupplementRequest(int(waiting[-1].seq), tuple(waiting)) if waiting else None


@dataclass(frozen=True, slots=True)
class SupplementPlan:
    """How a revision takes the place of earlier papers. Stored as JSON; nothing personal."""

    whole: frozenset[str] = frozenset()  # papers sent whole although only pages are asked for
    seq: int = 0  # the request it answers; set when the citizen agrees
    pages: tuple[tuple[str, tuple[int, ...]], ...] = ()  # slot, pages; set with *seq*

    def pages_of(self, slot: str) -> tuple[int, ...]:
        """The earlier pages whose place this paper's pages take; empty: it is sent whole."""
        return dict(self.pages).get(slot, ())

    def as_json(self) -> str:
        """What ``read`` reads."""
        return json.dumps({"whole": sorted(self.whole), "seq": self.seq, "pages": dict(self.pages)})

    @classmethod
    def read(cls, text: str | None) -> SupplementPlan:
        """A stored plan; an empty one when there is none."""
        told = json.loads(text or "{}")
        return cls(
            frozenset(told.get("whole", ())),
            int(told.get("seq", 0)),
            tuple((slot, tuple(pages)) for slot, pages in told.get("pages", {}).items()),
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
