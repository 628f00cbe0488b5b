"""How a month travels to the ward, and the ward's own number back. Contract: docs/ward_api.yaml."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from appliance.core.point.figures import Month, MonthKey
from appliance.core.point.served import PlaceKey
from appliance.core.wire.manifest import OurMessage, Sha256, TheirMessage

LARGEST_BYTES = 128 * 1024  # a month with every minute and hour in it weighs 25 kB

Revision = Annotated[int, Field(ge=1, le=1_000_000_000)]
CommuneCode = Annotated[str, StringConstraints(pattern=r"^\d{5}$")]


class Commune(OurMessage):
    """Where the point stands, as the box is configured."""

    code: CommuneCode
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class MonthTold(OurMessage):
    """One place's month as one box counted it; a higher revision replaces a lower one wholly."""

    revision: Revision
    figures: Month
    commune: Commune | None = None


class HeardMonth(Month):
    """As a box of any release says it: what a newer one adds is passed over."""

    model_config = ConfigDict(extra="ignore")


class HeardMonthTold(MonthTold):
    """The same for the whole message."""

    model_config = ConfigDict(extra="ignore")

    figures: HeardMonth


class MonthKnown(TheirMessage):
    """What the ward holds of this box."""

    place: PlaceKey
    month: MonthKey
    revision: Revision
    sha256: Sha256  # of the canonical JSON of what was told, without its revision


class MonthsKnown(TheirMessage):
    """All of it."""

    items: tuple[MonthKnown, ...] = ()


class WardTotal(TheirMessage):
    """All dossiers of the ward in a month, through whatever door, as an officer typed it in."""

    month: MonthKey
    dossiers: Annotated[int, Field(ge=0, le=1_000_000)]
