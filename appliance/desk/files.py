"""Page files and the rows that name them, both or neither."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection

from appliance.core.errors import ApplianceError
from appliance.desk.point import Point
from appliance.failpoints import passing
from appliance.store.dossier import pages


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
    except ApplianceError:  # refused for certain
        _remove(point, saved)
        raise
    except Exception:  # of a commit that failed only the rows tell whether it came through
        with suppress(Exception), point.database.reading() as connection:
            _remove(point, set(saved) - pages.file_names(connection))
        raise


def erase_pages(point: Point, connection: Connection, dossier_id: str) -> None:
    """Every page of a dossier that is not on the desk any more: files first, then rows.

    Call it under the write lock. Safe to repeat after a crash in the middle.
    """
    gone = pages.pages_of(connection, dossier_id)
    gone += pages.pages_of(connection, dossier_id, removed=True)
    for page in gone:
        for name in pages.files_of(page):
            point.pages.remove(name)
    if __debug__:
        passing("sealed-pages-gone-before-rows")
    if gone:
        point.pages.sync()  # or a power cut could bring the files back without their rows
    pages.forget_pages(connection, dossier_id)


def _remove(point: Point, names: Iterable[str]) -> None:
    for name in names:
        point.pages.remove(name)
