"""The station after two starts that did not become healthy: lamp and answers, nothing else.

No scanner is opened, no page cleaned, nothing sealed: whatever ended the starts before is left
alone, so that page and doctor stay there to say so. After five minutes it makes way for a whole
start; see docs/decisions/safe-mode.md.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

from appliance.core.diagnosis import out
from appliance.core.dossiers.submission import ScanRequestState
from appliance.core.errors import SafeMode
from appliance.core.ports import Panel, Signal
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.desk.sending.examined import note_findings
from appliance.desk.sending.status import STATION, report_status
from appliance.services.front import REPORT_EVERY_S
from appliance.store.dossier import scan_requests

log = logging.getLogger(__name__)

SAFE_FOR_S = 300.0
LOOK_EVERY_S = 0.25


class SafeStation:
    """*over* is called when it ends by itself, so that the next start is a whole one."""

    def __init__(
        self, point: Point, panel: Panel, over: Callable[[], None], safe_for_s: float = SAFE_FOR_S
    ) -> None:
        self._point, self._panel, self._over = point, panel, over
        self._safe_for_s = safe_for_s
        self._next_report = 0.0

    def run(self, stopping: Callable[[], bool], beat: Callable[[], None]) -> None:
        """As ``Station.run``; returns also when its time is over."""
        log.error("%s: two starts did not become healthy; the scanner is left alone", SafeMode.code)
        ends = time.monotonic() + self._safe_for_s
        self._panel.listen(lambda _moment: self._panel.flash(Signal.NEEDS_PERSON))
        self._panel.show(Signal.NEEDS_PERSON)
        try:
            while not stopping() and time.monotonic() < ends:
                beat()
                self._answer()
                time.sleep(LOOK_EVERY_S)
            self._over()
        finally:
            self._panel.close()

    def _answer(self) -> None:
        with suppress(Exception):  # a spoilt store may be why we are here: the lamp stays
            with self._point.database.reading() as connection:
                row = scan_requests.open_request(connection)
            if row is not None and row.state == ScanRequestState.ASKED:
                scanning.refuse_request(self._point, row.id, SafeMode.code)
            if time.monotonic() >= self._next_report:
                self._next_report = time.monotonic() + REPORT_EVERY_S
                report_status(self._point, STATION, Signal.NEEDS_PERSON, SafeMode.code)
                note_findings(self._point, [out(SafeMode.code)])  # for page and heartbeat
