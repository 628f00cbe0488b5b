"""What the point tells its ward of its months, and what the ward says of its own."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.core.point.figures import Month
from appliance.core.point.figures_told import Commune, MonthTold, WardTotal
from appliance.desk.point import Point
from appliance.desk.running import figures
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.procedures.units import units
from appliance.store.point.ward_totals import ToldBy

MONTHS_TOLD = 24  # an older month changes no more
MONTHS_HEARD = 13  # what an answer of the ward speaks of


def months_to_tell(point: Point) -> list[Month]:
    """Every month of every place that may still be news to the ward."""
    today = point.today()
    return figures.months(point, month_before(f"{today:%Y-%m}", MONTHS_TOLD - 1), f"{today:%Y-%m}")


def told(point: Point, month: Month, revision: int) -> MonthTold:
    """*month* as it travels."""
    return MonthTold(revision=revision, figures=month, commune=commune_of(point))


def digest(told: MonthTold) -> str:
    """What the ward would say it holds: of the message without its revision."""
    plain = told.model_dump(mode="json", exclude_none=True)
    return sha256_hex(canonical_json({k: v for k, v in plain.items() if k != "revision"}))


def commune_of(point: Point) -> Commune | None:
    """Where the point stands, if its configuration says so."""
    here = point.config.point
    if here.commune is None or here.province is None:
        return None
    name = units().commune_name(here.commune, here.province)
    return Commune(code=here.commune, name=name) if name else None


def take_ward_totals(point: Point, said: Sequence[WardTotal]) -> None:
    """Keep the ward's own numbers, and let go of those that it takes back."""
    newest = f"{point.today():%Y-%m}"
    known = {one.month: one.dossiers for one in said}
    for back in range(MONTHS_HEARD):
        month = month_before(newest, back)
        if month not in known and figures.is_told_by_ward(point, month):
            figures.note_ward_total(point, month, None, ToldBy.WARD)
    kept = figures.ward_totals_between(point, month_before(newest, MONTHS_HEARD), newest)
    for month, dossiers in known.items():
        if kept.get(month) != dossiers or not figures.is_told_by_ward(point, month):
            figures.note_ward_total(point, month, dossiers, ToldBy.WARD)


def month_before(month: str, back: int) -> str:
    """*back* months earlier.

    >>> month_before("2026-01", 1), month_before("2026-11", 23)
    ('2025-12', '2024-12')
    """
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - back, 12)
    return f"{year:04}-{number + 1:02}"
