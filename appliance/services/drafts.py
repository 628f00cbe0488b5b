"""Drafts that nobody works on go on time, and keys that upkeep could not reach go with them."""

from __future__ import annotations

import time

from appliance.desk.ending.draft_clock import look_after_drafts
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.desk.sending import takeaways

EVERY_S = 15 * 60.0


class Drafts:
    """A look each quarter of an hour; between that it costs a look at the clock."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._due_s = time.monotonic()

    def look_if_due(self) -> None:
        """Once a turn."""
        if time.monotonic() < self._due_s:
            return
        self._due_s = time.monotonic() + EVERY_S
        look_after_drafts(self._point)
        takeaways.forget_what_is_over(self._point)
        desk_keys.retire(self._point)
