"""The number of somebody without a dossier, printed on the till roll where there is one.

On a thread of its own: neither a printer that is off nor the typesetting holds up the button.
Lamp and voice have told already; a slip that does not come out is a line in the log.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor

from appliance.core.errors import ApplianceError
from appliance.desk.dossier.printing import print_number
from appliance.desk.point import Point

log = logging.getLogger(__name__)

MOST_WAITING = 2  # more lie before it: whoever waits for paper has been called by then


class Slips:
    """Takes numbers from the loop, one at a time to the printer."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._printer = ThreadPoolExecutor(1, "slip")
        self._waiting: list[Future[None]] = []

    def print(self, number: int, pages: int) -> None:
        """Have it printed; returns at once, also when there is no printer."""
        if not self._point.config.printer.slips:
            return
        self._waiting = [one for one in self._waiting if not one.done()]
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(self._printer.submit(self._print, number, pages))

    def close(self) -> None:
        """What has not begun is not printed any more."""
        self._printer.shutdown(wait=True, cancel_futures=True)

    def _print(self, number: int, pages: int) -> None:
        try:
            print_number(self._point, number, pages)
        except ApplianceError as error:
            log.warning("slip of number %d: %s: %s", number, error.code, error)
        except Exception:
            log.exception("slip of number %d", number)
