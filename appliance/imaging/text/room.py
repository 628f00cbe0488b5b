"""Whether a board has the memory to read texts beside its work."""

from __future__ import annotations

_LEAST_BOARD = 700_000_000  # a board of 512 MB shows the kernel 420 to 480
_LEAST_FREE = 200_000_000  # the program takes 46 MB, the child that draws the page 48


def enough_for_text(board_bytes: int, available_bytes: int) -> bool:
    """False on small boards always, and on larger ones while others need the memory."""
    return board_bytes >= _LEAST_BOARD and available_bytes >= _LEAST_FREE
