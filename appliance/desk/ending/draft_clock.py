"""A draft that nobody works on goes by itself: said on the first screen for a day before.

A Pi's clock may be years off until a time server answers. So a draft is never erased at the
first look that finds it too old: it is warned of then, and erased a day of warning later, if the
clock still says so; and not at all while the ward says that this clock is wrong.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from appliance.core.dossiers.dossier import Dossier, Why
from appliance.core.errors import DossierError, PressError
from appliance.desk.ending.erasing import erase_draft
from appliance.desk.point import Point
from appliance.desk.sending.feed import ward_says_clock_is_wrong
from appliance.store.dossier import dossiers

WARNED_FOR = timedelta(days=1)  # at least so long, also after the box was off for weeks


def look_after_drafts(point: Point) -> list[str]:
    """Warn of drafts and erase those whose time is over. Returns the ids of the erased ones."""
    if ward_says_clock_is_wrong(point):
        return []
    now, erased = point.clock(), []
    with point.database.reading() as connection:
        lying = dossiers.opened(connection)
    for one in lying:
        if not _is_old(point, one, now):
            if one.warned_at is not None:
                _warn(point, one, None)
        elif one.warned_at is None or one.warned_at > now:
            _warn(point, one, now)
        elif now >= erased_on(point, one):
            with suppress(DossierError, PressError):  # being worked on after all
                erase_draft(point, one.id, Why.TIME_OVER)
                erased.append(one.id)
    return erased


def erased_on(point: Point, one: Dossier) -> datetime:
    """When a draft goes at the earliest, if nobody opens it before."""
    due = (one.touched_at or one.opened_at) + timedelta(days=point.config.drafts.keep_days)
    return max(due, one.warned_at + WARNED_FOR) if one.warned_at else due


def _is_old(point: Point, one: Dossier, now: datetime) -> bool:
    keep = timedelta(days=point.config.drafts.keep_days)
    return now - (one.touched_at or one.opened_at) >= keep - WARNED_FOR


def _warn(point: Point, one: Dossier, at: datetime | None) -> None:
    with point.database.writing() as connection:
        dossiers.set_columns(connection, one.id, warned_at=at)
