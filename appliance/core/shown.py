"""The answers as a person reads them: on the check page and on the printed summary."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.core.answers import Answers
from appliance.core.places import Places
from appliance.core.procedure import Procedure


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One line; *text* is empty when it was not answered."""

    field_key: str
    label: str
    text: str
    portal: str | None


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A heading and its lines."""

    title: str
    lines: tuple[ShownAnswer, ...]


def answers_in_portal_order(
    procedure: Procedure, answers: Answers, places: Places
) -> tuple[ShownSection, ...]:
    """Every visible field in the order in which the portal asks, codes turned into words."""
    raise NotImplementedError
