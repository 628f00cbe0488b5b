"""What every page of a request stands on: the point, who is signed in, and its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app, g
from werkzeug.datastructures import MultiDict

from appliance.desk.point import Point
from appliance.store.people.volunteers import Volunteer
from web.station.freshness import Freshness

EXTENSION = "tramhoso"


@dataclass(frozen=True, slots=True)
class LateForm:
    """What was typed over another screen's work and came when the PIN had to be asked first."""

    dossier_id: str
    form: MultiDict[str, str]


@dataclass(frozen=True, slots=True)
class Station:
    """Made once by ``create_app``."""

    point: Point
    freshness: Freshness
    idle_limit: timedelta
    lock_after: timedelta
    monotonic: Callable[[], float]
    late_forms: dict[int, LateForm] = field(default_factory=dict)  # one a volunteer


def station() -> Station:
    """The station this request belongs to."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Station)  # noqa: S101 - narrows the type; create_app put it there
    return found


def point() -> Point:
    """The support point."""
    return station().point


def volunteer() -> Volunteer:
    """Who is signed in; the gate has let this request through."""
    found = g.volunteer
    assert isinstance(found, Volunteer)  # noqa: S101 - narrows the type; the gate put it there
    return found


def local(moment: datetime) -> datetime:
    """As the wall clock here shows it."""
    return moment.astimezone(point().zone)
