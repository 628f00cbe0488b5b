"""The ward's orders to erase, obeyed a few at a turn."""

from __future__ import annotations

import time

from appliance.desk.ending.erase_orders import is_ordered, obey
from appliance.desk.point import Point

AGAIN_S = 20.0  # what could not go: paper still moved into it, or it was on the line


class Orders:
    """Knows whether there is something to obey; between that it costs nothing."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._due_s: float | None = None

    def look(self) -> None:
        """Somebody committed something: the uploader may have noted an order."""
        if self._due_s is None and is_ordered(self._point):
            self._due_s = time.monotonic()

    def obey_if_due(self) -> None:
        """Once a turn."""
        if self._due_s is None or time.monotonic() < self._due_s:
            return
        self._due_s = time.monotonic() + AGAIN_S
        if obey(self._point):
            self._due_s = time.monotonic()
        elif not is_ordered(self._point):
            self._due_s = None
