"""The figures of a month or a year, of one place or all: tables, each with its bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request
from flask import url_for as link
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from appliance.core.point.period import Period
from appliance.core.point.served import ServedPlace
from appliance.desk import served
from appliance.desk.running import figures
from appliance.papers.figures.charts import lying_bars
from appliance.papers.figures.report import Asked, Report, Table, report_of
from appliance.papers.figures.words import number
from appliance.papers.figures.words import say as figure_words
from appliance.store.people.volunteers import Role
from web.station.error_pages import refuse
from web.station.here import local, point, volunteer
from web.station.visits.room import pages
from web.station.visits.words import say

_MOST_DIGITS = 7


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for."""

    period: Period
    place: str  # a key; empty: all places


@pages.get("/figures")
def show_figures() -> str:
    """``?period=2026-11`` or ``2026``; ``place=`` a key. Without: this month, all places."""
    asked, places = chosen(), _places()
    report = read(asked)
    month = str(asked.period) if asked.period.month is not None else ""
    totals = figures.ward_totals_between(point(), month, month) if month else {}
    return render_template(
        "visits/figures.html",
        report=report,
        charts={table.key: chart_of(table) for table in report.tables},
        chosen=asked,
        places=places,
        number=number,
        fwords=figure_words,
        is_now=point().today() < _end_of(asked.period),
        has_after=str(asked.period.after) <= str(_this(asked.period)),
        ward_total=totals.get(month),
        told_by_ward=bool(month) and figures.is_told_by_ward(point(), month),
        may_type=bool(month) and volunteer().role is Role.TECHNICIAN,
    )


@pages.post("/figures/ward-total")
def type_ward_total() -> ResponseReturnValue:
    """Technicians only. Form fields: ``period`` (a month), ``dossiers``; empty takes it back."""
    if volunteer().role is not Role.TECHNICIAN:
        return refuse("technicians-only")
    asked, typed = chosen(), request.form.get("dossiers", "").strip().replace(".", "")
    is_number = typed.isascii() and typed.isdigit() and len(typed) <= _MOST_DIGITS
    if asked.period.month is None or not (is_number or not typed):
        flash(say("figures.no_number"), "todo")
    elif figures.note_ward_total(point(), str(asked.period), int(typed) if typed else None):
        flash(say("figures.noted"), "done")
    else:
        flash(say("figures.not_noted"), "todo")
    back = link("visits.show_figures", period=str(asked.period), place=asked.place, _anchor="share")
    return redirect(back, 303)


def chosen() -> Chosen:
    """From the address or the form; what is no period or no place counts as not said."""
    period = Period.read(request.values.get("period", "")) or Period.of(point().today())
    place = request.values.get("place", "")
    return Chosen(period, place if place in served.names(point()) else "")


def read(asked: Chosen) -> Report:
    """The report that the address asks for, as of now."""
    months = figures.months(point(), asked.period.months[0], asked.period.months[-1])
    if asked.place:
        months = [one for one in months if one.place == asked.place]
    return report_of(
        months,
        Asked(
            period=asked.period,
            point_name=point().config.point.name,
            place_name=(
                served.names(point())[asked.place] if asked.place else figure_words("all_places")
            ),
            made_at=local(point().clock()),
            titles={key: one.title for key, one in point().procedures.leaflets.items()},
            ward_totals=figures.ward_totals_between(
                point(), asked.period.months[0], asked.period.months[-1]
            ),
            target_percent=point().settings.figures.target_percent,
        ),
    )


def chart_of(table: Table) -> Markup:
    """The bars of a table, named by what stands out; empty where there is nothing to compare."""
    if not any(count for _, count in table.bars):
        return Markup("")
    label, count = max(table.bars, key=lambda one: one[1])
    name = figure_words("chart.bar", title=table.title, label=label, count=number(count))
    return Markup(lying_bars(table.bars, name))  # noqa: S704 - drawn here, words escaped


def _places() -> list[ServedPlace]:
    found = [ServedPlace(key=key, name=name) for key, name in served.names(point()).items()]
    return sorted(found, key=lambda one: one.name) if len(found) > 1 else []


def _this(period: Period) -> Period:
    today = point().today()
    return Period(today.year) if period.month is None else Period.of(today)


def _end_of(period: Period) -> date:
    after = period.after
    return date(after.year, after.month or 1, 1)
