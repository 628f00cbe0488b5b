"""tramhoso station: the button, the lamp, the scanner, cleaning and sealing. No network.

One loop on one thread owns every decision. The panel's thread only posts the moment of a press;
scanning and cleaning run in processes of their own; sealing, which takes seconds, on one
worker thread. So a press is answered at once whatever else goes on.
"""

from __future__ import annotations

import logging
import os
import queue
import selectors
import shutil
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from appliance.core.errors import (
    AlreadyScanning,
    ApplianceError,
    NoDossierOpen,
    PressError,
    ScanChildCrashed,
    ScannerGone,
)
from appliance.core.ports import Panel, ScanBatch, Scanner, Signal
from appliance.core.scan import BatchEnded, PageScanned
from appliance.core.submission import ScanRequestState
from appliance.desk import scanning, sealing
from appliance.desk.point import Point
from appliance.desk.status import STATION, report_status
from appliance.imaging.cleaner import Cleaner
from appliance.store import outbox, scan_requests

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.05  # at the database; a look takes microseconds
REPORT_EVERY_S = 10.0
STALE_PRESS_S = 1.0  # older presses are answered, not obeyed: the person has moved on
SAVED_SHOWN_S = 10.0


class Station:
    """Everything with a cable. ``run`` until *stopping*, then close."""

    def __init__(self, point: Point, scanner: Scanner, panel: Panel, cleaner: Cleaner) -> None:
        self._point = point
        self._scanner = scanner
        self._panel = panel
        self._cleaner = cleaner
        self._presses: queue.SimpleQueue[float] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._selector.register(cleaner.fileno(), selectors.EVENT_READ)
        self._batch: ScanBatch | None = None
        self._request: tuple[int, scan_requests.OnDesk] | None = None
        self._cleaning: str | None = None
        self._sealer = ThreadPoolExecutor(1, "seal")
        self._sealing: Future[str | None] | None = None
        self._lamp = Signal.READY
        self._lamp_until = float("inf")
        self._complaint: str | None = None
        self._seen_version = -1
        self._seen_receipts = 0
        self._next_report = 0.0

    def run(self, stopping: Callable[[], bool], beat: Callable[[], None]) -> None:
        """Serve until *stopping*; *beat* is called on every turn of the loop, for a watchdog."""
        self._begin()
        self._panel.listen(self._on_press)
        self._show(Signal.READY)
        try:
            while not stopping():
                self._selector.select(LOOK_EVERY_S)
                beat()
                self._turn()
        finally:
            self._end()

    # ── one turn of the loop ────────────────────────────────────────────────

    def _turn(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._wake_read, 512)
        while not self._presses.empty():
            self._obey(self._presses.get())
        self._follow_batch()
        self._follow_cleaning()
        self._follow_sealing()
        version = self._point.database.data_version()
        if version != self._seen_version:
            self._seen_version = version
            self._look_around()
        now = time.monotonic()
        if now >= self._lamp_until:
            self._show(Signal.READY)
        if now >= self._next_report:
            self._report()

    def _look_around(self) -> None:
        """Somebody committed something: a touch, a wish to seal, a receipt."""
        if self._batch is None:
            self._start_asked_batch()
        if self._sealing is None:
            self._sealing = self._sealer.submit(
                sealing.grant_next, self._point, self._cleaner.render
            )
            self._sealing.add_done_callback(lambda _: self._wake())
        with self._point.database.reading() as connection:
            receipts = outbox.count_receipts(connection)
        if receipts > self._seen_receipts:
            self._panel.flash(Signal.SENT)
        self._seen_receipts = receipts

    # ── presses ─────────────────────────────────────────────────────────────

    def _on_press(self, moment: float) -> None:
        """Called by the panel, from its own thread: answer a busy press, post all others."""
        if self._batch is not None:
            self._panel.flash(Signal.BUSY)
            return
        self._presses.put(moment)
        self._wake()

    def _obey(self, moment: float) -> None:
        if time.monotonic() - moment > STALE_PRESS_S or self._batch is not None:
            self._panel.flash(Signal.BUSY)
            return
        try:
            scanning.press(self._point, scanning.AskedBy.PANEL)
        except AlreadyScanning:
            self._panel.flash(Signal.BUSY)
        except NoDossierOpen as error:
            self._complain(error)
        except PressError:
            self._panel.flash(Signal.NEEDS_PERSON)
        else:
            self._show(Signal.SCANNING)
            self._panel.flash(Signal.SCANNING)  # over what an earlier press is still told
            self._start_asked_batch()

    # ── the batch ───────────────────────────────────────────────────────────

    def _start_asked_batch(self) -> None:
        with self._point.database.reading() as connection:
            row = scan_requests.open_request(connection)
        if row is None or row.state != ScanRequestState.ASKED:
            return
        self._show(Signal.SCANNING)
        scanning.start_request(self._point, row.id)
        self._request = (row.id, scan_requests.OnDesk(row.dossier_id, row.slot_key))
        settings = self._point.config.scanner.settings()
        try:
            self._batch = self._scanner.start(settings, self._point.spool / str(row.id))
        except ApplianceError as error:
            self._end_batch(error)
            return
        except OSError as error:
            self._end_batch(ScanChildCrashed(str(error)))
            return
        self._selector.register(self._batch.fileno(), selectors.EVENT_READ)

    def _follow_batch(self) -> None:
        if self._batch is None or self._request is None:
            return
        for event in self._batch.events():
            if isinstance(event, PageScanned):
                try:
                    page_id = scanning.save_page(self._point, *self._request, event.page)
                except ApplianceError as error:  # a full disk, a dossier sealed meanwhile
                    self._batch.cancel()
                    self._end_batch(error)
                    return
                log.info("page %s saved", page_id)
                self._clean_next()
            elif isinstance(event, BatchEnded):
                self._end_batch(event.error)
                return

    def _end_batch(self, error: ApplianceError | None) -> None:
        batch, self._batch = self._batch, None
        request, self._request = self._request, None
        if batch is not None:
            self._selector.unregister(batch.fileno())
            batch.close()
        if request is None:
            return
        shutil.rmtree(self._point.spool / str(request[0]), ignore_errors=True)
        scanning.end_request(self._point, request[0], error.code if error else None)
        if error is None:
            self._complaint = None
            self._show(Signal.SAVED, SAVED_SHOWN_S)
        else:
            log.warning("batch %s: %s: %s", request[0], error.code, error)
            self._complain(error)
        self._report()

    # ── cleaning and sealing ────────────────────────────────────────────────

    def _clean_next(self) -> None:
        if self._cleaning is not None:
            return
        found = scanning.page_to_clean(self._point)
        if found is None:
            return
        page, master = found
        self._cleaning = page.id
        self._cleaner.submit(page.id, master, page.resolution_dpi)

    def _follow_cleaning(self) -> None:
        for page_id, future in self._cleaner.finished():
            self._cleaning = None
            try:
                clean = future.result()
                scanning.save_cleaned(self._point, page_id, clean.rendition, clean.preview)
            except ApplianceError as error:
                log.warning("page %s: %s: %s", page_id, error.code, error)
                scanning.give_up_cleaning(self._point, page_id, error.code)
            self._clean_next()

    def _follow_sealing(self) -> None:
        if self._sealing is None or not self._sealing.done():
            return
        done, self._sealing = self._sealing, None
        try:
            if done.result() is not None:
                self._seen_version = -1  # perhaps another one waits
        except ApplianceError as error:
            log.warning("seal: %s: %s", error.code, error)
        except Exception:
            log.exception("seal failed")

    # ── lamp and life ───────────────────────────────────────────────────────

    def _show(self, signal: Signal, for_s: float = float("inf")) -> None:
        self._lamp_until = time.monotonic() + for_s
        if signal is not self._lamp:
            self._lamp = signal
            self._next_report = 0.0
        self._panel.show(signal)

    def _complain(self, error: ApplianceError) -> None:
        """Somebody must act; shown until the next press or batch."""
        self._complaint = error.code
        self._show(Signal.NEEDS_PERSON)
        self._panel.flash(Signal.NEEDS_PERSON)  # a second press is seen to be answered, too

    def _report(self) -> None:
        self._next_report = time.monotonic() + REPORT_EVERY_S
        complaint = self._complaint if self._lamp is Signal.NEEDS_PERSON else None
        report_status(self._point, STATION, self._lamp, complaint)

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._wake_write, b"!")

    def _begin(self) -> None:
        """After a start: plain left-overs go, what the cut interrupted is closed or resumed."""
        shutil.rmtree(self._point.spool, ignore_errors=True)
        scanning.fail_interrupted(self._point, ScannerGone.code, self._point.clock())
        sealing.finish_erasing(self._point)
        with self._point.database.reading() as connection:
            self._seen_receipts = outbox.count_receipts(connection)
        self._clean_next()

    def _end(self) -> None:
        if self._batch is not None:
            self._batch.cancel()
            self._end_batch(ScannerGone("the station was stopped"))
        self._cleaner.close()
        self._sealer.shutdown(wait=True)
        report_status(self._point, STATION, Signal.OFF, None)
        self._panel.close()
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
