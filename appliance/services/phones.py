"""What citizens' phones ask of the station: photographs become pages, pages become files.

All of it on one worker thread that spends its time waiting for children, so that a press is
answered at once whatever a phone sends.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from errno import EAGAIN, ENOMEM, ENOSPC

from appliance.core.errors import ApplianceError, DiskFull, DossierMovedOn, DossierUnknown
from appliance.desk.pages import photos
from appliance.desk.pages.sides import Clean
from appliance.desk.point import Point
from appliance.desk.sending import takeaways
from appliance.failpoints import passing
from appliance.imaging.child.photographs import PhotoRefused, taken
from appliance.services.steady import told

log = logging.getLogger(__name__)

AGAIN_S = 5.0  # after a photograph tripped over our own code, or there was no process for it
TRIES = 3  # then it is refused, and those behind it have their turn


class Phones:
    """At most one thing at a time; the store knows what waits."""

    def __init__(self, point: Point, clean: Clean, wake: Callable[[], None]) -> None:
        self._point, self._clean, self._wake = point, clean, wake
        self._worker = ThreadPoolExecutor(1, "phones")
        self._working: Future[bool] | None = None
        self._again_at: float | None = None
        self._tripped: Counter[int] = Counter()  # by the number of the photograph

    def look(self) -> None:
        """Somebody committed something: begin what waits, unless something is in hand."""
        if self._working is None and self._again_at is None:
            self._working = self._worker.submit(serve_one, self._point, self._clean, self._tripped)
            self._working.add_done_callback(lambda _: self._wake())

    def follow(self) -> None:
        """Go on with the next one as long as there is one, and once more with what tripped."""
        if self._again_at is not None and time.monotonic() >= self._again_at:
            self._again_at = None
            self.look()
        if self._working is None or not self._working.done():
            return
        done, self._working = self._working, None
        if not done.cancelled() and done.exception() is not None:
            self._again_at = time.monotonic() + AGAIN_S
        if done.result():
            self.look()

    def close(self) -> None:
        """What is begun is finished; the rest waits for the next start."""
        self._worker.shutdown(wait=True)


def serve_one(point: Point, clean: Clean, tripped: Counter[int] | None = None) -> bool:
    """One photograph or one set of files; False when nothing waited.

    *tripped* counts by photograph how often our own code failed on it, which is raised; at the
    third time the photograph is refused instead.
    """
    takeaways.forget_what_is_over(point)
    tripped = Counter() if tripped is None else tripped
    return _take_one_photo(point, tripped) or takeaways.make_next(point, clean)


def _take_one_photo(point: Point, tripped: Counter[int]) -> bool:
    photo = photos.next_photo(point)
    if photo is None:
        return False
    path = point.spool / f"photo-{photo.id}"
    try:
        photos.lay_out(point, photo, path)
        if __debug__:
            passing("photo-plain-in-memory")
        found = taken(path)
        path.unlink()
        page_id = photos.take_in(point, photo, found.jpeg, (found.width_px, found.height_px))
        log.info("photograph %s is page %s", photo.id, page_id)
    except (DossierMovedOn, DossierUnknown):
        return False  # being sealed: it is erased with the pages, or goes on when the seal fails
    except DiskFull as error:
        photos.refuse(point, photo, error.code)
    except (PhotoRefused, ApplianceError) as error:
        log.warning("photograph %s: %s", photo.id, error.code)
        photos.refuse(point, photo, error.code)
    except Exception as error:
        tripped[photo.id] += not _wants_room(error)
        if tripped[photo.id] < TRIES:
            raise
        log.exception("photograph %s", photo.id)
        photos.refuse(point, photo, told(error).code)
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return True


def _wants_room(error: Exception) -> bool:
    """No process, no memory, no place in the spool: no fault of the photograph."""
    return isinstance(error, OSError) and error.errno in (EAGAIN, ENOMEM, ENOSPC)
