"""What a point can do for people today, found by the words people use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from appliance.core.forms.normalise import unmarked
from appliance.core.forms.procedure import Procedure
from appliance.core.forms.procedure_facts import (
    Deadline,
    Fee,
    OriginalPaper,
    ProcessingTime,
    Refusal,
)

NEAR_WORDS, MOST_NEAR = 2, 3  # of a question that nothing fits wholly
Listed = TypeVar("Listed")


@dataclass(frozen=True, slots=True)
class Offer:
    """One row of the chooser. Everything in it is text for people, except the rules."""

    procedure_id: str
    code: str
    title: str
    summary: str
    search_text: str  # small letters without marks
    papers: tuple[tuple[str, bool], ...]  # title of each slot; whether it is always needed
    bring: tuple[OriginalPaper, ...]
    fees: tuple[Fee, ...]  # of that day
    processing: ProcessingTime
    deadline: Deadline | None
    presence: str
    result: str
    who_files: str
    where: str
    refuses: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What people ask for that is no procedure of this point, and where it is done."""

    title: str
    code: str
    why: str
    instead: str
    search_text: str
    is_sure: bool = True  # False: nobody has read it again in its source


def offers(procedures: Iterable[Procedure], today: date) -> tuple[Offer, ...]:
    """The procedures whose law holds *today*, in the order given."""
    return tuple(
        Offer(
            procedure_id=procedure.id,
            code=procedure.code,
            title=procedure.title,
            summary=procedure.summary or "",
            search_text=unmarked(
                " ".join(
                    (
                        procedure.title,
                        *procedure.search,
                        procedure.summary or "",
                        procedure.code,
                        *procedure.aliases,
                    )
                )
            ),
            papers=tuple((slot.title, slot.required is True) for slot in procedure.slots),
            bring=procedure.bring,
            fees=tuple(procedure.fees_on(today)),
            processing=procedure.processing,
            deadline=procedure.deadline,
            presence=procedure.presence or "",
            result=procedure.result or "",
            who_files=procedure.who_files,
            where=procedure.where,
            refuses=procedure.refuses,
        )
        for procedure in procedures
        if procedure.valid_on(today)
    )


def is_meant(search_text: str, asked: str) -> bool:
    """Whether every word of *asked* begins a word of *search_text*; nothing asked means all.

    Marks, capitals and signs between words do not count, so ``giay doc than`` and
    ``GIẤY ĐỘC THÂN`` find the same.
    """
    return words_meant(search_text, asked) == len(unmarked(asked).split())


def words_meant(search_text: str, asked: str) -> int:
    """How many words of *asked* begin a word of *search_text*; marks do not count here either."""
    there = search_text.split()
    return sum(any(word.startswith(w) for word in there) for w in unmarked(asked).split())


def nearest(
    listed: Sequence[Listed], search_text: Callable[[Listed], str], asked: str
) -> list[Listed]:
    """Those that most words of a whole sentence speak of: people also type *xin* and *làm*."""
    words = " ".join({word for word in unmarked(asked).split() if len(word) > 1})
    told = [(words_meant(search_text(one), words), one) for one in listed]
    near = sorted((one for one in told if one[0] >= NEAR_WORDS), key=lambda one: -one[0])
    return [one for _, one in near[:MOST_NEAR]]
