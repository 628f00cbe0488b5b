"""Page files and the rows that name them, both or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from appliance.core.errors import ApplianceError
from appliance.desk.point import Point


@contextmanager
def files_until_noted(point: Point) -> Iterator[Callable[[bytes], str]]:
    """Files first, then their row; when the row is refused the files go again.

    Otherwise each refusal would leave a citizen's paper on the card that no erasing finds.
    """
    saved: list[str] = []

    def save(sealed: bytes) -> str:
        saved.append(point.pages.save(sealed))
        return saved[-1]

    try:
        yield save
    except ApplianceError:
        for name in saved:
            point.pages.remove(name)
        raise
