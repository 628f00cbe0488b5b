"""A month of one place in counts: what the ward is told, and what stays when rows are forgotten.

Everything here can be added up: places to a point, months to a year, points to a ward. Times are
kept as counts of whole minutes or hours, since medians of medians would be wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from appliance.core.point.served import PlaceKey
from appliance.core.point.visits import Face, HowDone, Purpose
from appliance.core.wire.manifest import OurMessage

MonthKey = Annotated[str, StringConstraints(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$")]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
LONGEST_MINUTES = 480  # a dossier that took a day was left lying; all such count alike
LONGEST_HOURS = 24 * 60  # of the ward's answer; longer ones count alike
FEWEST_FACES = 5  # below so many answers a face could be told from who came

Minutes = Annotated[int, Field(ge=0, le=LONGEST_MINUTES)]
Hours = Annotated[int, Field(ge=0, le=LONGEST_HOURS)]
ProcedureId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]


class Channel(StrEnum):
    """The way a finished dossier took. Stored as written."""

    WARD = "ward"  # sealed, over the network
    STICK = "stick"  # sealed, carried by hand
    PHONE = "phone"  # its files went to the citizen's phone, who handed it in at the portal


class Figures(OurMessage):
    """Counts of whatever was added up. What never happened is left out."""

    visits: dict[Purpose, Count] = Field(default_factory=dict)
    helped: dict[HowDone, Count] = Field(default_factory=dict)
    faces: dict[Face, Count] = Field(default_factory=dict)
    dossiers: dict[ProcedureId, dict[Channel, Count]] = Field(default_factory=dict)
    minutes: dict[Minutes, Count] = Field(default_factory=dict)  # from opening to the first seal
    asked: Count = 0  # the ward's requests for better papers
    supplements: Count = 0  # answers to those that were sealed
    answer_hours: dict[Hours, Count] = Field(default_factory=dict)  # receipt to the ward's word

    def __add__(self, other: Figures) -> Figures:
        return total((self, other))

    @property
    def visits_in_all(self) -> int:
        """Visitors, whatever they came for."""
        return sum(self.visits.values())

    @property
    def dossiers_in_all(self) -> int:
        """Finished dossiers, whatever way they took."""
        return sum(sum(ways.values()) for ways in self.dossiers.values())

    @property
    def by_channel(self) -> dict[Channel, int]:
        """Finished dossiers by the way they took."""
        found: Counter[Channel] = Counter()
        for ways in self.dossiers.values():
            found.update(ways)
        return dict(found)

    @property
    def minutes_median(self) -> float | None:
        """How long a dossier took, from opening to seal; None: there was none."""
        return median(self.minutes)

    @property
    def answer_hours_median(self) -> float | None:
        """How long the ward took to say something; None: it said nothing yet."""
        return median(self.answer_hours)

    @property
    def faces_told(self) -> dict[Face, int] | None:
        """The faces, or None while so few answered that one could tell who it was."""
        return dict(self.faces) if sum(self.faces.values()) >= FEWEST_FACES else None


class Month(Figures):
    """What one place's month is, counted by one box."""

    place: PlaceKey
    place_name: str = Field(max_length=60)
    month: MonthKey

    @classmethod
    def of(cls, place: str, place_name: str, month: str, counts: Figures) -> Self:
        """*counts* as the month of a place."""
        told = {name: getattr(counts, name) for name in Figures.model_fields}
        return cls(place=place, place_name=place_name, month=month, **told)


def total(parts: Iterable[Figures]) -> Figures:
    """All of *parts* added up; the order does not matter, and nothing of it is rounded."""
    sums: dict[str, Counter[object]] = {}
    dossiers: dict[str, Counter[Channel]] = {}
    asked = supplements = 0
    for part in parts:
        for name in ("visits", "helped", "faces", "minutes", "answer_hours"):
            sums.setdefault(name, Counter()).update(getattr(part, name))
        for procedure, ways in part.dossiers.items():
            dossiers.setdefault(procedure, Counter()).update(ways)
        asked += part.asked
        supplements += part.supplements
    counted: dict[str, object] = {name: dict(found) for name, found in sums.items()}
    return Figures.model_validate(
        counted | {"dossiers": dossiers, "asked": asked, "supplements": supplements}
    )


def median(counts: Mapping[int, int]) -> float | None:
    """The middle one of values counted each so many times; of two middle ones the mean."""
    many = sum(counts.values())
    if not many:
        return None
    low = high = None
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if low is None and seen > (many - 1) // 2:
            low = value
        if high is None and seen > many // 2:
            high = value
            break
    return ((low or 0) + (high or 0)) / 2


def share_percent(through_the_point: int, in_the_ward: int | None) -> float | None:
    """How much of the ward's dossiers came through here; None: the ward's number is not known."""
    if not in_the_ward:
        return None
    return 100 * through_the_point / in_the_ward
