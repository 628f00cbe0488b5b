"""A month or a year of the point as tables; whoever shows them adds nothing and rounds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from appliance.core.point.figures import (
    LONGEST_HOURS,
    LONGEST_MINUTES,
    Channel,
    Figures,
    Month,
    share_percent,
    total,
)
from appliance.core.point.period import Period
from appliance.core.point.visits import Face, HowDone, Purpose
from appliance.papers.figures.words import number, say

Cell = str | int
WHOLE_PERCENT = 100
Bars = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table; numbers are numbers, so that a workbook can add them."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    bars: Bars = ()  # drawn beside it, a bar a row


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about, and what it is held against."""

    period: Period
    point_name: str
    place_name: str
    made_at: datetime  # in the point's time zone
    titles: Mapping[str, str]  # of procedures, by id
    ward_totals: Mapping[str, int]  # by month
    target_percent: int


@dataclass(frozen=True, slots=True)
class Report:
    """All tables of it, the summary first."""

    title: str
    point_name: str
    place_name: str
    made_at: datetime
    tables: tuple[Table, ...]


def report_of(months: Sequence[Month], asked: Asked) -> Report:
    """What *months* (of one place or of several, all within the period) say."""
    whole = total(months)
    tables = [_summary(whole, months, asked), _by_month(months, asked.period)]
    tables += [_visits(whole), _dossiers(whole, asked.titles), _share(months, asked)]
    tables += [_helped(whole), _faces(whole), _places(months)]
    return Report(
        title=title_of(asked.period),
        point_name=asked.point_name,
        place_name=asked.place_name,
        made_at=asked.made_at,
        tables=tuple(table for table in tables if table is not None),
    )


def title_of(period: Period) -> str:
    """The heading of a month or a year."""
    key = "title_year" if period.month is None else "title_month"
    return say(key, month=period.month, year=period.year)


def _summary(whole: Figures, months: Sequence[Month], asked: Asked) -> Table:
    percent, _, _ = share_of(months, asked)
    share = say("unit.percent", n=number(percent)) if percent is not None else say("unknown")
    lines: dict[str, Cell] = {
        "visits": whole.visits_in_all,
        "dossiers": whole.dossiers_in_all,
        "minutes": _minutes(whole.minutes_median),
        "asked": whole.asked,
        "supplements": whole.supplements,
        "hours": _hours(whole.answer_hours_median),
        "share": share,
        "target": say("unit.at_least", n=say("unit.percent", n=asked.target_percent)),
    }
    rows = tuple((say(f"summary.{key}"), value) for key, value in lines.items())
    return Table("summary", say("summary.title"), _head("summary", "what", "value"), rows)


def share_of(months: Iterable[Month], asked: Asked) -> tuple[float | None, int, int]:
    """Percent, through the point, in the ward: of the months whose ward total is known."""
    known = [month for month in asked.period.months if asked.ward_totals.get(month)]
    through = sum(one.dossiers_in_all for one in months if one.month in known)
    in_ward = sum(asked.ward_totals[month] for month in known)
    return share_percent(through, in_ward), through, in_ward


def _share(months: Sequence[Month], asked: Asked) -> Table:
    rows: list[tuple[Cell, ...]] = []
    impossible = False  # a part is larger than its whole: a number was typed wrongly, or too early
    for month in asked.period.months:
        in_ward = asked.ward_totals.get(month)
        through = sum(one.dossiers_in_all for one in months if one.month == month)
        if in_ward is None and asked.period.month is None and not through:
            continue
        percent = share_percent(through, in_ward)
        impossible = impossible or (percent or 0) > WHOLE_PERCENT
        told = say("unit.percent", n=number(percent)) if percent is not None else say("unknown")
        rows.append((_month(month), through, say("unknown") if in_ward is None else in_ward, told))
    percent, through, in_ward = share_of(months, asked)
    verdict = say("share.target", n=asked.target_percent)
    if percent is not None:
        reached = "share.reached" if percent >= asked.target_percent else "share.missed"
        verdict = say(reached, n=asked.target_percent)
        if len(rows) > 1:
            sums = say("unit.percent", n=number(percent))
            rows.append((say("total"), through, in_ward, sums))
    if impossible:
        verdict = say("share.impossible")
    head = _head("share", "month", "through", "ward", "percent")
    return Table("share", say("share.title"), head, tuple(rows), f"{verdict} {say('share.note')}")


def _visits(whole: Figures) -> Table:
    rows = tuple((say(f"visits.{one}"), whole.visits.get(one, 0)) for one in Purpose)
    return _counted("visits", rows)


def _helped(whole: Figures) -> Table:
    rows = tuple((say(f"helped.{one}"), whole.helped.get(one, 0)) for one in HowDone)
    return _counted("helped", rows, note=say("helped.note"))


def _faces(whole: Figures) -> Table:
    told = whole.faces_told
    rows = tuple((say(f"faces.{one}"), told.get(one, 0)) for one in Face) if told else ()
    return _counted("faces", rows, note=say("faces.note"))


def _counted(key: str, rows: Bars, note: str = "") -> Table:
    cells = rows if any(count for _, count in rows) else ()
    return Table(key, say(f"{key}.title"), _head(key, "what", "count"), cells, note, cells)


def _dossiers(whole: Figures, titles: Mapping[str, str]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    bars: list[tuple[str, int]] = []
    most_first = sorted(whole.dossiers.items(), key=lambda one: (-sum(one[1].values()), one[0]))
    for procedure, ways in most_first:
        name, count = titles.get(procedure, procedure), sum(ways.values())
        rows.append((name, *(ways.get(way, 0) for way in Channel), count))
        bars.append((name, count))
    if len(rows) > 1:
        sums = (whole.by_channel.get(way, 0) for way in Channel)
        rows.append((say("total"), *sums, whole.dossiers_in_all))
    head = _head("dossiers", "what", *Channel, "sum")
    return Table(
        "dossiers", say("dossiers.title"), head, tuple(rows), say("dossiers.note"),
        tuple(bars),
    )  # fmt: skip


def _places(months: Sequence[Month]) -> Table | None:
    names = {one.place: one.place_name for one in months}
    if len(names) < 2:
        return None
    rows = []
    for place, name in sorted(names.items(), key=lambda one: one[1]):
        here = total(one for one in months if one.place == place)
        rows.append((name, here.visits_in_all, here.dossiers_in_all))
    head = _head("places", "place", "visits", "dossiers")
    bars = tuple((name, visits) for name, visits, _ in rows)
    return Table("places", say("places.title"), head, tuple(rows), "", bars)


def _by_month(months: Sequence[Month], period: Period) -> Table | None:
    if period.month is not None:
        return None
    rows: list[tuple[Cell, ...]] = []
    bars = []
    for month in period.months:
        here = total(one for one in months if one.month == month)
        minutes = number(here.minutes_median) if here.minutes_median is not None else ""
        rows.append((_month(month), here.visits_in_all, here.dossiers_in_all, minutes))
        bars.append((_month(month), here.visits_in_all))
    head = _head("by_month", "month", "visits", "dossiers", "minutes")
    return Table("by_month", say("by_month.title"), head, tuple(rows), "", tuple(bars))


def _head(key: str, *names: str) -> tuple[str, ...]:
    return tuple(say(f"{key}.{name}") for name in names)


def _month(month: str) -> str:
    return f"{int(month[5:])}/{month[:4]}"


def _minutes(value: float | None) -> str:
    if value is None:
        return say("unknown")
    told = say("unit.minutes", n=number(value))
    return say("unit.at_least", n=told) if value >= LONGEST_MINUTES else told


def _hours(value: float | None) -> str:
    if value is None:
        return say("unknown")
    if value >= LONGEST_HOURS:
        return say("unit.at_least", n=say("unit.days", n=LONGEST_HOURS // 24))
    if value >= 48:
        return say("unit.days", n=number(value / 24))
    return say("unit.hours", n=number(value))
