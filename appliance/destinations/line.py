"""How much to send in one go over a line that may be cut at any moment."""

from __future__ import annotations

KIB = 1024
SMALLEST_CHUNK = 128 * KIB
LARGEST_CHUNK = 4096 * KIB
# well below the time-out for an answer: the system's buffers may hold all of a chunk, and its
# whole journey then falls into the wait for the answer
TOO_LONG_S = 10.0


class Line:
    """The chunk size: doubles while the line holds, halves after a cut.

    Some servers keep nothing of a PATCH that was cut, so a chunk is what a cut may cost.
    Keep one Line for as long as the way to the ward is the same: what it learnt from one
    file serves the next.
    """

    def __init__(self, smallest: int = SMALLEST_CHUNK, largest: int = LARGEST_CHUNK) -> None:
        self._smallest = smallest
        self._largest = largest
        self.chunk = smallest

    def held(self, sent: int, took_s: float) -> None:
        """A chunk of *sent* bytes arrived.

        The last, shorter piece of a file says little about the line; and over a slow one a
        bigger chunk saves no time, it only makes the next cut dearer.
        """
        if sent >= self.chunk and took_s < TOO_LONG_S:
            self.chunk = min(self.chunk * 2, self._largest)

    def cut(self) -> None:
        """A chunk did not arrive whole."""
        self.chunk = max(self.chunk // 2, self._smallest)

    def too_much(self, sent: int) -> bool:
        """A proxy on the way refused *sent* bytes in one request (413): stay below from now on.

        False when there is no smaller chunk left to try.
        """
        if sent <= self._smallest:
            return False
        self._largest = max(sent // 2, self._smallest)
        self.chunk = min(self.chunk, self._largest)
        return True
