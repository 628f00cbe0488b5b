"""Walk-ups that nobody claimed are erased on time, also while nobody looks at the page."""

from __future__ import annotations

from appliance.desk.point import Point
from appliance.desk.walk_up import walk_up_erasing

AGAIN_S = 60.0  # one that could not be erased yet: paper still moves into it


class WalkUps:
    """Knows when the next one is due; between that it costs a look at the clock."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._due_s: float | None = None

    def begin(self) -> None:
        """After a start: those whose key went with the power, and what a cut left half done."""
        walk_up_erasing.erase_over(self._point)

    def look(self) -> None:
        """Somebody committed something: a press, a claim."""
        self._due_s = walk_up_erasing.next_due_s(self._point)

    def erase_due(self) -> None:
        """Once a turn."""
        if self._due_s is None or self._point.uptime() < self._due_s:
            return
        self._due_s = self._point.uptime() + AGAIN_S
        walk_up_erasing.erase_over(self._point)
