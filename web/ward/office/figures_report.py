"""All points of the office as one report: the tables of a point's own, and the communes' shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from appliance.catalogues import read_catalogue
from appliance.core.point.figures import Month
from appliance.core.point.period import Period
from appliance.papers.figures.report import Asked, Cell, Report, Table, report_of
from appliance.papers.figures.words import number
from web.ward.figures import (
    CommuneShare,
    PlaceFigures,
    communes,
    months_of,
    places,
    procedure_titles,
    shares,
    totals,
)
from web.ward.service import WardService


@cache
def words() -> dict[str, Any]:
    """The catalogue ``figures_vi.toml``."""
    return read_catalogue("web.ward", "figures_vi")


@dataclass(frozen=True, slots=True)
class Office:
    """One look at the office's figures."""

    report: Report
    communes: Mapping[str, str]  # by code; fewer than two need no choice
    totals: Mapping[str, int]  # by month, of the commune that is looked at
    has_any: bool


def office(ward: WardService, conn: Connection, period: Period, commune: str | None) -> Office:
    """What all points (of *commune*, or of all) come to in *period*."""
    first, last = period.months[0], period.months[-1]
    known = communes(conn)
    told = [_named(code, month, known) for code, month in months_of(conn, first, last, commune)]
    all_shares = shares(conn, first, last)
    own = _own_numbers(conn, period, commune, all_shares)
    asked = Asked(
        period=period,
        point_name=words()["all_points"],
        place_name=known.get(commune or "", words()["all_communes"]),
        made_at=ward.now().astimezone(ZoneInfo(ward.settings.time_zone)),
        titles=procedure_titles(conn, {one for month in told for one in month.dossiers}),
        ward_totals=own,
        target_percent=ward.settings.target_percent,
    )
    report = report_of(told, asked)
    more = [_boxes(places(conn, first, last, commune))]
    if commune is None and len(all_shares) > 1:
        more.insert(0, _shares(all_shares, asked.target_percent))
    return Office(replace(report, tables=(*report.tables, *more)), known, own, bool(told))


def period_words(period: Period) -> str:
    """``tháng 11 năm 2026``."""
    if period.month is None:
        return str(words()["year"]).format(year=period.year)
    return str(words()["month"]).format(month=period.month, year=period.year)


def _named(code: str, month: Month, known: Mapping[str, str]) -> Month:
    """Houses of two communes may have one name: where there are two, each says whose it is."""
    if len(known) < 2 or not code:
        return month
    name = f"{month.place_name} ({known[code]})"
    return month.model_copy(update={"place": f"{code}-{month.place}", "place_name": name})


def _own_numbers(
    conn: Connection, period: Period, commune: str | None, all_shares: Iterable[CommuneShare]
) -> dict[str, int]:
    """By month; of several communes only where each has said its own."""
    first, last = period.months[0], period.months[-1]
    codes = [commune] if commune is not None else [one.code for one in all_shares]
    numbers = [totals(conn, first, last, code) for code in codes]
    return {
        month: sum(one[month] for one in numbers)
        for month in period.months
        if numbers and all(month in one for one in numbers)
    }


def _shares(found: Sequence[CommuneShare], target: int) -> Table:
    say = words()["shares"]
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        percent = say["unknown"] if one.percent is None else f"{number(one.percent)} %"
        in_all = say["unknown"] if one.in_all is None else one.in_all
        rows.append((one.name or say["unnamed"], one.through_points, in_all, percent))
    head = (say["commune"], say["through"], say["ward"], say["percent"])
    return Table("communes", say["title"], head, tuple(rows), say["note"].format(target=target))


def _boxes(found: Sequence[PlaceFigures]) -> Table:
    say = words()["boxes"]
    rows = tuple((one.name, ", ".join(one.boxes)) for one in found)
    return Table("boxes", say["title"], (say["place"], say["boxes"]), rows)
