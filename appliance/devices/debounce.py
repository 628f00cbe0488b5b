"""One press out of the many edges of a real contact.

Ours rather than the GPIO library's, so that it is tested: gpiozero's mock pins ignore
``bounce_time``. The first edge answers at once (a person must see an answer within 100 ms);
what follows is only listened to until the contact has been quiet.
"""

from __future__ import annotations


class Debounce:
    """Edges in, presses out. The clock is the caller's ``time.monotonic()``."""

    def __init__(self, quiet_s: float) -> None:
        self._quiet_s = quiet_s
        self._last_edge_at: float | None = None

    def is_press(self, *, down: bool, at: float) -> bool:
        """Whether this edge is a new press.

        A press is the first downward edge after the contact was quiet for *quiet_s*. Bounces
        after a press and after a release are therefore none, however many there are, and a
        lost upward edge costs no later press.
        """
        last, self._last_edge_at = self._last_edge_at, at
        return down and (last is None or at - last >= self._quiet_s)
