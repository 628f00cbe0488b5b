"""What templates need to speak: sentences by code, times in words, the head of each page."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask, g

from appliance.catalogues import read_catalogue
from appliance.desk.sending.status import PointStatus, point_status
from appliance.procedures.wording import sentence
from appliance.wording import Notice, notice_for
from web.station.here import local, point, station
from web.station.look import Language, look

MINUTE, HOUR, DAY = 60, 3600, 86400


def said(path: str, **blanks: object) -> str:
    """The sentence at a dotted place of ``station_vi.toml``; a missing one raises KeyError.

    On a citizen's phone that wants English, the same place of ``station_en.toml``, which holds
    what is said there; the desk's own words are Vietnamese only.
    """
    found = _find(look().language, path) or _find(Language.VIETNAMESE, path)
    if found is None:
        raise KeyError(path)
    return found.format(**blanks)


def _find(language: Language, path: str) -> str | None:
    found: Any = _sentences(language)
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return None if found is None else str(found)


def spoken(duration: timedelta) -> str:
    """A duration as one says it: two units at most, rounded down."""
    seconds = max(int(duration.total_seconds()), 0)
    if seconds < MINUTE:
        return said("duration.seconds", seconds=seconds)
    if seconds < HOUR:
        rest = seconds % MINUTE
        minutes = said("duration.minutes", minutes=seconds // MINUTE)
        few = seconds < 10 * MINUTE and rest
        return f"{minutes} {said('duration.seconds', seconds=rest)}" if few else minutes
    if seconds < DAY:
        hours = said("duration.hours", hours=seconds // HOUR)
        rest = seconds % HOUR // MINUTE
        return f"{hours} {said('duration.minutes', minutes=rest)}" if rest else hours
    return said("duration.days", days=seconds // DAY)


def waited(duration: timedelta) -> str:
    """A waiting time in whole minutes, so that a live page does not flicker each second."""
    seconds = int(duration.total_seconds())
    if seconds < MINUTE:
        return said("duration.moment")
    return spoken(timedelta(seconds=seconds - seconds % MINUTE))


def clock_time(moment: datetime) -> str:
    """``14:05 ngày 22/11/2026`` on the wall clock here."""
    return said("duration.clock", time=f"{local(moment):%H:%M}", day=f"{local(moment):%d/%m/%Y}")


def dong(amount: int) -> str:
    """``8.000 đ``."""
    return f"{amount:,} đ".replace(",", ".")


def megabytes(size: int) -> str:
    """``1,2 MB`` as the portal counts it, rounded up: never smaller than it is."""
    if size < 100_000:
        return said("size.small", size=-(-size // 1000))
    if size >= 10_000_000_000:
        return said("size.huge", size=size // 1_000_000_000)  # room left: never more than it is
    large = f"{-(-size // 100_000) / 10:.1f}".replace(".", said("size.comma"))
    return said("size.large", size=large)


def status() -> PointStatus:
    """The point's status, read once a request."""
    if "status" not in g:
        g.status = point_status(point())
    found: PointStatus = g.status
    return found


def notice(code: str) -> Notice:
    """The three sentences of an error code, for templates."""
    return notice_for(code)


def speak(app: Flask) -> None:
    """Give all templates their words."""
    app.jinja_env.globals.update(
        said=said,
        notice=notice,
        sentence=sentence,
        status=status,
        spoken=spoken,
        waited=waited,
        point=point,
        lock_after=lambda: int(station().lock_after.total_seconds()),
    )
    app.jinja_env.filters.update(clock_time=clock_time, dong=dong, megabytes=megabytes)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


@cache
def _sentences(language: Language) -> dict[str, Any]:
    return read_catalogue("web.station", f"station_{language}")
