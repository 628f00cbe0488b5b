"""Has pages looked at that may lie on their head, one at a time and after everything else.

Knows no image library: what it hands to tesseract the cleaning child has drawn.
"""

from __future__ import annotations

import threading
from collections import deque

from appliance.imaging.geometry.osd_program import osd_is_here, turn_told

_MOST_WAITING = 16  # pictures of 200 kB in memory; of what comes after them a person is asked


class Uprights:
    """Nothing here waits for an answer, and no answer is lost by asking late."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=_MOST_WAITING)
        self._told: deque[tuple[str, int | None]] = deque()
        self._thread: threading.Thread | None = None

    @property
    def can_tell(self) -> bool:
        """Whether the program is there at all."""
        return osd_is_here()

    @property
    def is_idle(self) -> bool:
        """Nothing waits, nothing runs, nothing is left to be told."""
        return not (self._waiting or self._told or self._is_running)

    @property
    def _is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def ask(self, page_id: str, picture: bytes) -> None:
        """Put a page in line; the oldest one falls out of a full line."""
        self._waiting.append((page_id, picture))

    def go_on(self) -> None:
        """Look at the next one, unless one is being looked at. Returns at once."""
        if self._is_running or not self._waiting:
            return
        page_id, picture = self._waiting.popleft()
        self._thread = threading.Thread(
            target=self._look, args=(page_id, picture), name="upright", daemon=True
        )
        self._thread.start()

    def told(self) -> list[tuple[str, int | None]]:
        """Page ids and clockwise turns since the last call; None: still unsure."""
        return [self._told.popleft() for _ in range(len(self._told))]

    def _look(self, page_id: str, picture: bytes) -> None:
        self._told.append((page_id, turn_told(picture)[0]))
