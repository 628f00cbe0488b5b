"""The form in topics: one page each, none that asks more than a person takes in at once.

A section of the procedure is a topic. A long one is parted where its matter changes, never
between a question and those that hang on its answer: those open and close on one page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from appliance.core.forms.condition import Condition
from appliance.core.forms.fields import FormField, PersonPart
from appliance.core.forms.procedure import Procedure, Section
from web.station.speech import said

MOST = 8  # things asked on one page
_ONE_NAME = frozenset({PersonPart.MIDDLE_NAME, PersonPart.GIVEN_NAME})  # three boxes, one thing
_MATTERS = {  # what a page is about when its section has several, by the first field that says so
    PersonPart.NAME: "name",
    PersonPart.SURNAME: "name",
    PersonPart.DOCUMENT_KIND: "document",
    PersonPart.DEATH_DATE: "death",
    PersonPart.RESIDENCE: "residence",
}
_BEGINS = frozenset(
    {PersonPart.DOCUMENT_KIND, PersonPart.RESIDENCE_KIND, PersonPart.DEATH_DATE}
)  # where a new matter begins


@dataclass(frozen=True, slots=True)
class Topic:
    """*number* counts from 1 over the whole procedure, hidden topics too, so addresses stay."""

    number: int
    section: Section
    title: str
    keys: frozenset[str]
    is_first: bool  # of its section, whose help it shows


@lru_cache(maxsize=16)
def topics_of(procedure: Procedure) -> tuple[Topic, ...]:
    """Every topic in the portal's order, whatever was answered."""
    found: list[Topic] = []
    for section in procedure.sections:
        pages = _pages(section.fields)
        for place, fields in enumerate(pages):
            found.append(
                Topic(
                    number=len(found) + 1,
                    section=section,
                    title=_title(section, fields, place, len(pages)),
                    keys=frozenset(field.key for field in fields),
                    is_first=place == 0,
                )
            )
    return tuple(found)


def topic_with(procedure: Procedure, field_key: str) -> Topic:
    """The one that asks for this field.

    Raises:
        KeyError: the procedure has no such field.
    """
    for topic in topics_of(procedure):
        if field_key in topic.keys:
            return topic
    raise KeyError(field_key)


def _title(section: Section, fields: tuple[FormField, ...], place: int, pages: int) -> str:
    if pages == 1:
        return section.title
    matters = dict.fromkeys(_MATTERS[f.part] for f in fields if f.part in _MATTERS)
    about = ", ".join(said(f"topic.{matter}") for matter in matters)
    about = about or said("topic.part", number=place + 1)
    return said("topic.title", section=section.title, about=about)


def _pages(fields: tuple[FormField, ...]) -> list[tuple[FormField, ...]]:
    """As few pages as will do, of like length, parted where a new matter begins if possible."""
    groups = list(_groups(fields))
    sizes = [_size(group) for group in groups]
    # best[end]: the cheapest way to lay the groups before *end* on pages, and where the last begins
    best: list[tuple[int, int]] = [(0, 0)]
    for end in range(1, len(groups) + 1):
        best.append(
            min(
                (best[start][0] + _cost(sizes[start:end]) + _tear(groups, start), start)
                for start in range(end)
            )
        )
    pages: list[tuple[FormField, ...]] = []
    end = len(groups)
    while end:
        start = best[end][1]
        pages.insert(0, tuple(field for group in groups[start:end] for field in group))
        end = start
    return pages


def _cost(sizes: list[int]) -> int:
    """A page more costs much; so does one too long, unless it is a single question's."""
    over = sum(sizes) - MOST
    return 1000 + sum(sizes) ** 2 + (100_000 if over > 0 and len(sizes) > 1 else 0)


def _tear(groups: list[list[FormField]], start: int) -> int:
    return 0 if start == 0 or groups[start][0].part in _BEGINS else 40


def _groups(fields: tuple[FormField, ...]) -> Iterator[list[FormField]]:
    """Runs that stay on one page: from a question to the last that hangs on its answer."""
    place = {field.key: number for number, field in enumerate(fields)}
    reach = list(range(len(fields)))
    for number, field in enumerate(fields):
        for root in _hangs_on(field.when):
            if root in place:
                reach[place[root]] = max(reach[place[root]], number)
    joined = [False] * len(fields)  # whether a field stays with the one before it
    for number, last in enumerate(reach):
        for inner in range(number + 1, last + 1):
            joined[inner] = True
    for one, two in pairwise(fields):
        reads_on = one.part is PersonPart.RESIDENCE_KIND and two.part is PersonPart.RESIDENCE
        if reads_on or two.part in _ONE_NAME:
            joined[place[two.key]] = True
    group: list[FormField] = []
    for field, stays in zip(fields, joined, strict=True):
        if group and not stays:
            yield group
            group = []
        group.append(field)
    if group:
        yield group


def _size(group: list[FormField]) -> int:
    """How much is asked at most: of what hangs on different answers only one opens."""
    always = sum(1 for field in group if field.when is None and field.part not in _ONE_NAME)
    opens: dict[str, int] = {}
    for field in group:
        if field.when is not None:
            words = field.when.model_dump_json()
            opens[words] = opens.get(words, 0) + 1
    return always + max(opens.values(), default=0)


def _hangs_on(condition: Condition | None) -> Iterator[str]:
    if condition is None:
        return
    yield from (clause.field for clause in condition.clauses)
    for inner in (*condition.any_of, condition.none_of):
        yield from _hangs_on(inner)
