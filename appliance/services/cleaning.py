"""Pages are made clean one after another, beside the scan, as long as there is room."""

from __future__ import annotations

import logging
import time

from appliance.core.errors import DossierError
from appliance.desk import scanning
from appliance.desk.point import Point
from appliance.imaging.child.cleaner import Cleaner
from appliance.imaging.child.wire import CleanPage
from appliance.services.steady import told

log = logging.getLogger(__name__)

CLEAN_AGAIN_S = 5.0  # after a page could not be cleaned for want of room or processes


class Cleaning:
    """At most one page is in the cleaner's hands; the store knows which ones wait."""

    def __init__(self, point: Point, cleaner: Cleaner) -> None:
        self._point, self._cleaner = point, cleaner
        self._page_id: str | None = None
        self._again_at: float | None = None

    def next(self) -> None:
        """Hand over the oldest page that waits, unless one is in hand."""
        if self._page_id is not None or self._again_at is not None:
            return
        found = scanning.page_to_clean(self._point) if self._point.pages.has_room() else None
        if found is None:
            return
        page, master = found
        self._page_id = page.id
        self._cleaner.submit(page.id, master, page.resolution_dpi)

    def follow(self) -> None:
        """Keep what the cleaner finished, and go on."""
        for page_id, future in self._cleaner.finished():
            self._page_id = None
            try:
                clean = future.result()
            except OSError as error:  # no process, no memory: no fault of the page
                self._later(page_id, error)
            except Exception as error:
                log.warning("page %s: %s", page_id, error)
                scanning.give_up_cleaning(self._point, page_id, told(error).code)
            else:
                self._save(page_id, clean)
            self.next()

    def again_if_due(self) -> None:
        """Try once more what had no room."""
        if self._again_at is not None and time.monotonic() >= self._again_at:
            self._again_at = None
            self.next()

    def _save(self, page_id: str, clean: CleanPage) -> None:
        try:
            scanning.save_cleaned(self._point, page_id, clean.rendition, clean.preview)
        except DossierError as error:
            log.warning("page %s: %s: %s", page_id, error.code, error)
            scanning.give_up_cleaning(self._point, page_id, error.code)
        except Exception as error:
            self._later(page_id, error)

    def _later(self, page_id: str, error: Exception) -> None:
        log.warning("page %s is cleaned later: %s", page_id, error)
        self._again_at = time.monotonic() + CLEAN_AGAIN_S
