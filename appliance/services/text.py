"""Pages are read one after another, once everything else is done; no dossier waits for that."""

from __future__ import annotations

import logging

from appliance.core.dossiers.dossier import Page
from appliance.desk.pages import texts
from appliance.desk.point import Point
from appliance.devices.memory import available_bytes, board_bytes
from appliance.imaging.text.apart import Reading
from appliance.imaging.text.program import vietnamese_is_here
from appliance.imaging.text.room import enough_for_text

log = logging.getLogger(__name__)


class Texts:
    """At most one page is being read. Nothing is lost by stopping in the middle."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._page: Page | None = None
        self._reading: Reading | None = None
        board = board_bytes()
        self._wanted = (
            point.config.text.layer == "auto"
            and enough_for_text(board, board)
            and vietnamese_is_here()
        )
        self._may_wait = self._wanted
        self._given_up: set[str] = set()

    @property
    def is_reading(self) -> bool:
        """A page is in a child's hands."""
        return self._reading is not None

    def look_again(self) -> None:
        """Something was committed: perhaps a page is clean now."""
        self._may_wait = self._wanted

    def go_on(self) -> None:
        """Begin with the oldest page, unless one is being read; only call it while all is idle."""
        if self._reading is not None or not self._may_wait:
            return
        enough = enough_for_text(board_bytes(), available_bytes())
        found = texts.page_to_read(self._point, self._given_up) if enough else None
        if found is None:
            self._may_wait = False  # until something is committed: this is asked 20 times a second
            return
        self._page, copy = found
        dpi = self._page.rendition_dpi or self._page.resolution_dpi
        self._reading = Reading(copy, dpi, self._page.turn)

    def follow(self) -> None:
        """Keep what was read. A page that cannot be read is left alone until the next start."""
        if self._reading is None or self._page is None or not self._reading.is_done:
            return
        page, answer = self._page, self._reading.answer
        self._page = self._reading = None
        if answer is None:
            log.warning("page %s was not read", page.id)
            self._given_up.add(page.id)
        else:
            texts.save_text(self._point, page, answer)

    def stop(self) -> None:
        """Let go of the page in hand."""
        if self._reading is not None:
            self._reading.stop()
