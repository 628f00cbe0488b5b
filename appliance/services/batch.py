"""One scan request at a time, from the row that asks to the row that tells how it ended."""

from __future__ import annotations

import logging
import selectors
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from appliance.core.dossiers.submission import ScanRequestState
from appliance.core.errors import (
    ApplianceError,
    DossierMovedOn,
    ScanCancelled,
    ScanChildCrashed,
    ScanStopped,
)
from appliance.core.paper.scan import BatchEnded, PageScanned
from appliance.core.ports import ScanBatch, Scanner
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.desk.walk_up import walk_ups
from appliance.failpoints import passing
from appliance.services.front import Front, logged
from appliance.store.dossier import scan_requests

log = logging.getLogger(__name__)

STALE_TOUCH = timedelta(seconds=15)  # older requests move no paper; a station starts in 3 s
SAVED_SHOWN_S = 10.0


class Batches:
    """Starts what is asked for, keeps its pages, closes its request.

    *on_start* is called while the first sheet is pulled, *on_page* after each page, *on_number*
    with the number and its pages when somebody without a dossier got one.
    """

    def __init__(
        self,
        point: Point,
        scanner: Scanner,
        front: Front,
        selector: selectors.BaseSelector,
        on_page: Callable[[], None],
        on_start: Callable[[], None] = lambda: None,
        on_number: Callable[[int, int], None] = lambda number, pages: None,
    ) -> None:
        self._point, self._scanner, self._front = point, scanner, front
        self._selector, self._on_page, self._on_start = selector, on_page, on_start
        self._on_number = on_number
        self._batch: ScanBatch | None = None
        self._request: tuple[int, scan_requests.OnDesk] | None = None
        self._ended: tuple[int, str | None] | None = None  # its row is still to be told
        self._saved = 0  # pages of the batch in hand
        self._stopping = False  # somebody wished it

    @property
    def running(self) -> ScanBatch | None:
        """The batch in hand; asked from other threads too."""
        return self._batch

    def start_asked(self) -> None:
        """Start the open request, if it waits and somebody still stands there."""
        if self._batch is not None:
            return
        with self._point.database.reading() as connection:
            row = scan_requests.open_request(connection)
        if row is None or row.state != ScanRequestState.ASKED:
            return
        if row.error_code is not None:  # stopped before it began
            scanning.refuse_request(self._point, row.id, row.error_code)
            self._front.stopped(SAVED_SHOWN_S, 0)
            return
        if abs(self._point.clock() - row.asked_at) > STALE_TOUCH:
            scanning.refuse_request(self._point, row.id, ScanCancelled.code)
            return
        self._front.scanning()
        scanning.start_request(self._point, row.id)
        self._request = (row.id, scan_requests.place_of(row))
        self._saved, self._stopping = 0, False
        if __debug__:
            passing("scan-row-before-scanner")
        settings = self._point.config.scanner.settings()
        try:
            self._point.pages.must_have_room()  # told before the paper moves
            self._batch = self._scanner.start(settings, self._point.spool / str(row.id))
        except OSError as error:
            self._end(ScanChildCrashed(str(error)))
        except Exception as error:
            self._end(logged(error))
        else:
            self._selector.register(self._batch.fileno(), selectors.EVENT_READ)
            self._on_start()

    def follow(self) -> None:
        """Keep what came, close what ended. Also looks at the scanner's deadlines."""
        if self._batch is None or self._request is None:
            return
        try:
            for event in self._batch.events():
                if isinstance(event, PageScanned):
                    page_id = scanning.save_page(self._point, *self._request, event.page)
                    log.info("page %s saved", page_id)
                    self._saved += 1
                    self._on_page()
                elif isinstance(event, BatchEnded):
                    wished = self._stopping and isinstance(event.error, ScanCancelled)
                    self._end(ScanStopped(str(event.error)) if wished else event.error)
                    return
        except Exception as error:  # a full disk, a lost folder: the pages before are kept
            if self._batch is None:
                raise  # it was over already
            self._batch.cancel()
            self._end(logged(error))

    def stop_if_asked(self) -> None:
        """Pull no more where somebody wished it; what is read already is still kept."""
        if self._batch is None or self._request is None or self._stopping:
            return
        with self._point.database.reading() as connection:
            self._stopping = scan_requests.is_to_stop(connection, self._request[0])
        if self._stopping:
            self._batch.cancel()

    def note_ended(self) -> None:
        """The row learns how its batch ended. While it cannot be written this is tried again,
        for a request that stays open would answer every later press with *busy*."""
        if self._ended is None:
            return
        with suppress(DossierMovedOn):  # noted already
            scanning.end_request(self._point, *self._ended)
        self._ended = None

    def stop(self) -> None:
        """The station stops: what is saved is saved, the rest is not pulled."""
        if self._batch is not None:
            self._batch.cancel()
            self._end(ScanCancelled("the station was stopped"))

    def _end(self, error: ApplianceError | None) -> None:
        batch, self._batch = self._batch, None
        request, self._request = self._request, None
        if batch is not None:
            self._selector.unregister(batch.fileno())
            batch.close()
        if request is None:
            return
        shutil.rmtree(self._point.spool / str(request[0]), ignore_errors=True)
        number = self._number_of(request)
        wished = isinstance(error, ScanStopped)
        if number is not None and (error is None or wished):
            self._front.saved_under(number, SAVED_SHOWN_S)
            self._on_number(number, self._saved)
        elif error is None:
            self._front.saved(SAVED_SHOWN_S, self._saved)
        elif wished:
            self._front.stopped(SAVED_SHOWN_S, self._saved)
        else:
            log.warning("batch %s: %s: %s", request[0], error.code, error)
            self._front.batch_failed(error)
        if __debug__:
            passing("scan-over-before-row")
        self._ended = (request[0], error.code if error else None)
        self.note_ended()
        self._front.report()

    def _number_of(self, request: tuple[int, scan_requests.OnDesk]) -> int | None:
        """What a person without a dossier is called by; not worth losing the end of a batch."""
        if request[1].dossier_id:
            return None
        with suppress(Exception):
            return walk_ups.number_of(self._point, request[0])
        return None
