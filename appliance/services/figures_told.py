"""Brings months to the ward: looks what it holds, sends what differs.

Nothing is noted here of what was sent, so a ward that lost a month with its disk is told it
again, and a box that came back from a copy goes on from the ward's revisions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from appliance.core.point.figures_told import MonthsKnown, MonthTold
from appliance.desk.point import Point
from appliance.desk.running import figures_told
from appliance.destinations.ward_service import WardService

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 24 * 3600.0  # also when nothing changed here: something may have there


class FiguresToWard:
    """For the uploader's loop: cheap while nothing changes."""

    def __init__(self, point: Point, ward: WardService, monotonic: Callable[[], float]) -> None:
        self._point, self._ward, self._monotonic = point, ward, monotonic
        self._agreed: dict[tuple[str, str], str] | None = None
        self._agreed_at = 0.0

    def tell(self) -> int:
        """Send every month that the ward does not hold as it is here. Returns how many.

        Raises:
            ApplianceError: as ``WardService``; the next call goes on.
        """
        first = [
            figures_told.told(self._point, month, 1)
            for month in figures_told.months_to_tell(self._point)
        ]
        ours = {(one.figures.place, one.figures.month): figures_told.digest(one) for one in first}
        now = self._monotonic()
        if ours == self._agreed and now - self._agreed_at < LOOK_AGAIN_S:
            return 0
        known = self._ward.months_known()
        sent, all_taken = (0, True) if known is None else self._send(first, ours, known)
        if all_taken:
            self._agreed, self._agreed_at = ours, now
        return sent

    def _send(
        self, months: list[MonthTold], ours: dict[tuple[str, str], str], known: MonthsKnown
    ) -> tuple[int, bool]:
        theirs = {(one.place, one.month): one for one in known.items}
        sent, all_taken = 0, True
        for month in months:
            key = month.figures.place, month.figures.month
            there = theirs.get(key)
            if there is not None and there.sha256 == ours[key]:
                continue
            revision = there.revision + 1 if there is not None else 1
            taken = self._ward.tell_month(month.model_copy(update={"revision": revision}))
            all_taken = all_taken and taken
            sent += taken
            log.info(
                "figures of %s, %s: revision %d %s", *key, revision, "told" if taken else "old"
            )
        return sent, all_taken
