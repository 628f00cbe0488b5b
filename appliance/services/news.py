"""What the office says, heard at once: a question that the ward holds until there is an answer.

On a thread of its own, with a connection of its own, so that no dossier waits behind it.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable

from appliance.core.dossiers.backoff import rest_after
from appliance.core.errors import ApplianceError, DeliveryError
from appliance.core.wire.manifest import EventPage
from appliance.desk.point import Point
from appliance.desk.sending.feed import ask_for_lost_words, read_feed
from appliance.destinations.ward_service import LONGEST_POLL_S, WardService
from appliance.services.steady import told

log = logging.getLogger(__name__)

POLL_EVERY_S = 20.0  # where the ward answers at once: many boxes wait, or it holds nothing back
LONGEST_REST_S = 60.0  # news are small and wanted soon


class News:
    """*report* hears how each round went: what was wrong, or None."""

    def __init__(
        self, point: Point, ward: WardService, report: Callable[[ApplianceError | None], None]
    ) -> None:
        self._point, self._ward, self._report = point, ward, report
        self._stopping = threading.Event()
        self._failures = 0
        self._words_asked = False  # since the start: a key lives as long as the machine runs
        self._thread = threading.Thread(target=self._listen, name="news", daemon=True)

    def start(self) -> None:
        """Listen until ``stop``."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more. A question that is out may stay out: its answer is asked for again."""
        self._stopping.set()
        self._thread.join(0.5)

    def _listen(self) -> None:
        while not self._stopping.is_set():
            begun = time.monotonic()
            error = self._round()
            self._report(error)
            if error is not None:
                self._failures += 1
                rest_s = self._rest_s(error)
            else:
                waited_s = time.monotonic() - begun
                held_back = waited_s > LONGEST_POLL_S / 2 or self._failures > 0
                rest_s = 0.0 if held_back else POLL_EVERY_S - waited_s
                self._failures = 0
            self._stopping.wait(max(rest_s, 0.0))

    def _round(self) -> ApplianceError | None:
        try:
            came = read_feed(self._point, self._ask)
            if came or not self._words_asked:
                self._words_asked = ask_for_lost_words(self._point, self._ward.dossier) == 0
        except Exception as fault:
            error = told(fault)
            log.info("%s: %s", error.code, fault, exc_info=None if error is fault else fault)
            return error
        return None

    def _ask(self, after: str | None) -> EventPage | None:
        return self._ward.events(after, wait_s=0 if self._failures else LONGEST_POLL_S)

    def _rest_s(self, error: ApplianceError) -> float:
        if isinstance(error, DeliveryError):
            rest_s = rest_after(error, self._failures, random.random)
            if rest_s is not None:
                return min(rest_s, LONGEST_REST_S)
        return LONGEST_REST_S
