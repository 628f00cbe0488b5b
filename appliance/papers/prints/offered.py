"""The list of what can be printed, for a page or a command to offer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.core.printing import Media
from appliance.papers.prints.setting import words_of

_BOTH = (Media.A4, Media.ROLL)


class About(StrEnum):
    """What a print needs to know."""

    DOSSIER = "dossier"  # a citizen's: for signed-in volunteers, printed while the citizen is there
    PROCEDURE = "procedure"  # names nobody
    POINT = "point"  # names nobody
    NUMBER = "number"  # of somebody without a dossier; printed by the station itself
    TURN = "turn"  # of somebody who waits; printed from the page of visits


@dataclass(frozen=True, slots=True)
class Offered:
    """One print, and on which papers it is legible."""

    key: str
    about: About
    media: tuple[Media, ...] = _BOTH
    only_for: frozenset[str] = frozenset()  # procedure ids; empty: all
    once_it_left: bool = False  # it tells what became of a dossier that is no longer the point's

    @property
    def title(self) -> str:
        """What people call it."""
        return str(words_of(self.key)["called"])

    def suits(self, procedure_id: str) -> bool:
        """Whether it makes sense for that procedure."""
        return not self.only_for or procedure_id in self.only_for


PRINTS = (
    Offered("value_sheet", About.DOSSIER),
    Offered("consent_slip", About.DOSSIER),
    Offered("receipt_slip", About.DOSSIER),
    Offered("rights_slip", About.DOSSIER, once_it_left=True),
    Offered("signing_sheet", About.DOSSIER, (Media.A4,), frozenset({"ket-hon"})),
    Offered("number_slip", About.NUMBER, (Media.ROLL,)),
    Offered("queue_slip", About.TURN),
    Offered("wall_notice", About.PROCEDURE),
    Offered("leaflet", About.POINT),
    Offered("step_guide", About.POINT),
    Offered("scam_card", About.POINT),
    Offered("hotspot_sheet", About.POINT, (Media.A4,)),
)


def prints_for(procedure_id: str, *, has_left: bool = False) -> tuple[Offered, ...]:
    """What a dossier of that procedure offers to print; *has_left*: delivered, or erased."""
    return tuple(
        p
        for p in PRINTS
        if p.about is About.DOSSIER and p.suits(procedure_id) and p.once_it_left <= has_left
    )
