"""The ward's publications are fetched beside everything else: no dossier waits for a recording."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from appliance.desk.point import Point
from appliance.desk.sending.publications import is_wanted, take_publication
from appliance.destinations.publications import WardPublications
from appliance.services.steady import told

log = logging.getLogger(__name__)


class Publications:
    """*settled* is called when a new one stands or was refused: the ward wants to hear of it."""

    def __init__(self, point: Point, ward: WardPublications, settled: Callable[[], None]) -> None:
        self._point, self._ward, self._settled = point, ward, settled
        self._named = threading.Condition()
        self._number: int | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._fetch, name="publications", daemon=True)

    def start(self) -> None:
        """Wait for numbers until ``stop``."""
        self._thread.start()

    def stop(self) -> None:
        """Fetch no more. What arrived stays and is gone on with."""
        with self._named:
            self._stopping = True
            self._named.notify()
        self._thread.join(0.5)

    def named(self, number: int) -> None:
        """The ward said which one is the newest; a try that failed is made again then."""
        with self._named:
            self._number = number
            self._named.notify()

    def _fetch(self) -> None:
        while True:
            with self._named:
                while self._number is None and not self._stopping:
                    self._named.wait()
                if self._stopping or self._number is None:
                    return
                number, self._number = self._number, None
            self._try(number)

    def _try(self, number: int) -> None:
        before = self._point.shelf.mark()
        try:
            if not is_wanted(self._point, number):
                return
            take_publication(self._point, self._ward, number, lambda: not self._stopping)
        except Exception as fault:
            log.warning("publication %d: %s: %s", number, told(fault).code, fault)
        finally:
            self._ward.close()
        if before != self._point.shelf.mark():
            self._settled()
