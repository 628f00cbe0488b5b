"""What is over goes from the box: rows of finished dossiers, then the oldest lines of the trail.

The ward holds the dossier, its receipt was verified; the point needs rows for as long as people
ask. A line of the trail says that they went, with number and receipt.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from appliance.core.dossiers.dossier import DossierState
from appliance.core.dossiers.trail import What
from appliance.desk import noting, trail
from appliance.desk.keeping.settled_clock import clock_is_settled
from appliance.desk.point import Point
from appliance.desk.running.figures import here_of
from appliance.desk.sending.delivery import erase_sealed
from appliance.failpoints import passing
from appliance.store import retention
from appliance.store.dossier import procedure_versions
from appliance.store.people import audit
from appliance.store.point import figures

log = logging.getLogger(__name__)

AT_ONCE = 50
MOST = 1000  # dossiers in one round; upkeep comes again in a quarter of an hour
SHORTENED_EVERY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What one round let go of."""

    dossiers: int = 0
    lines: int = 0  # of the trail


def forget_what_is_over(point: Point) -> Forgotten:
    """Nothing goes for its age while nobody knows what time it is."""
    gone = _forget_aged(point) if clock_is_settled(point) else Forgotten()
    with point.database.writing() as connection:
        procedure_versions.forget_unused(connection)
    return gone


def _forget_aged(point: Point) -> Forgotten:
    gone = _forget_dossiers(point)
    now = point.clock()
    keep = point.config.retention
    before, trail_before = (now - timedelta(days=n) for n in (keep.finished_days, keep.trail_days))
    with point.database.writing() as connection:
        retention.sweep(connection, before, trail_before, now)
        figures.settle_visits(connection, before.astimezone(point.zone).date())
        figures.sweep(connection, point.today())
    if __debug__:
        passing("swept-before-trail-shortened")
    return Forgotten(gone, _shorten_trail(point))


def _forget_dossiers(point: Point) -> int:
    now = point.clock()
    keep = point.config.retention
    before, asked_before = (
        now - timedelta(days=days)
        for days in (keep.finished_days, max(keep.finished_days, keep.asked_days))
    )
    last, gone = "", 0
    while gone < MOST:
        with point.database.reading() as connection:
            due = retention.over(connection, before, asked_before, last, AT_ONCE)
        if not due:
            break
        gone += _forget(point, due)
        last = due[-1].id
    if gone:
        log.info("%s dossiers that are over were forgotten", gone)
    return gone


def _forget(point: Point, due: Sequence[Any]) -> int:
    """Note beside the database first: a diary that is read again must bring none of them back."""
    gone = 0
    for one in due:
        noting.forgotten(point, one.id)
        if __debug__:
            passing("forgotten-noted-before-rows")
        try:
            with point.database.writing() as connection:
                codes = retention.receipt_codes(connection, one.id)
                names = retention.submission_ids(connection, one.id)
                figures.settle_dossier(connection, here_of(point), one.id)
                retention.drop(connection, one.id)
                proof: dict[str, Any] = {"receipt": codes[-1]} if codes else {}
                trail.note(
                    point,
                    connection,
                    What.DOSSIER_FORGOTTEN,
                    about=one.id,
                    number=one.number,
                    was=DossierState(one.state).value,
                    revisions=len(codes),
                    **proof,
                )
        except IntegrityError as error:  # a row that this release knows nothing of
            log.error("dossier %s cannot be forgotten: %s", one.id, error.orig)
            continue
        if __debug__:
            passing("forgotten-rows-before-sealed-gone")
        for name in names:
            erase_sealed(point, name)
        gone += 1
    return gone


def _shorten_trail(point: Point) -> int:
    now = point.clock()
    before = now - timedelta(days=point.config.retention.trail_days)
    with point.database.reading() as connection:
        oldest = audit.oldest_at(connection)
    if oldest is None or oldest >= before - SHORTENED_EVERY:
        return 0
    lines = 0
    while lines < 20 * audit.AT_ONCE:
        with point.database.writing() as connection:
            gone = audit.shorten(connection, before, now)
        if not gone:
            break
        lines += gone
        if __debug__:
            passing("trail-shortened-before-more")
    return lines
