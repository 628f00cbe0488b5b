"""tramhoso station: the button, the lamp, the scanner, cleaning and sealing. No network.

One loop on one thread owns every decision. The panel's thread only posts the moment of a press;
scanning and cleaning run in processes of their own; sealing, which takes seconds, on one
worker thread. So a press is answered at once whatever else goes on.

No fault ends the loop: it is logged, told by lamp and page, and the step is tried again after a
rest. A full disk, a missing folder or a fault of our own must not take the button away.
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
from contextlib import ExitStack, suppress
from datetime import timedelta

from appliance.core.errors import (
    AlreadyScanning,
    ApplianceError,
    DiskFull,
    DossierError,
    DossierMovedOn,
    NoDossierOpen,
    ScanCancelled,
    ScanChildCrashed,
)
from appliance.core.ports import Panel, ScanBatch, Scanner, Signal
from appliance.core.scan import BatchEnded, PageScanned
from appliance.core.submission import ScanRequestState
from appliance.desk import dossiers, scanning, sealing
from appliance.desk.point import Point
from appliance.desk.status import STATION, report_status
from appliance.imaging.clean_wire import CleanPage
from appliance.imaging.cleaner import Cleaner
from appliance.services.steady import Steady, told
from appliance.store import outbox, scan_requests

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.05  # at the database; a look takes microseconds
REPORT_EVERY_S = 10.0
STALE_PRESS_S = 1.0  # older presses are answered, not obeyed: the person has moved on
STALE_TOUCH = timedelta(seconds=15)  # the same for a touch; a station needs 3 s to start again
CLEAN_AGAIN_S = 5.0  # after a page could not be cleaned for want of room or processes
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
        self._ended: tuple[int, str | None] | None = None  # its row is still to be told
        self._cleaning: str | None = None
        self._clean_after: float | None = None
        self._sealer = ThreadPoolExecutor(1, "seal")
        self._sealing: Future[str | None] | None = None
        self._lamp = Signal.READY
        self._lamp_until = float("inf")
        self._complaint: str | None = None
        self._from_the_loop: str | None = None  # a complaint that ends with the fault itself
        self._seen_version = -1
        self._seen_receipts = 0
        self._next_report = 0.0
        self._begun = False
        self._steady = Steady(self._complain_for_the_loop)

    def run(self, stopping: Callable[[], bool], beat: Callable[[], None]) -> None:
        """Serve until *stopping*; *beat* is called on every turn of the loop, for a watchdog."""
        self._panel.listen(self._on_press)
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
        if not self._begun:
            self._begun = self._take(self._begin)
        well = [self._take(step) for step in self._steps() if self._begun]
        if self._begun and all(well):
            if self._steady.be_well():
                self._forget_settled_complaint()
            return
        self._steady.rest()

    def _steps(self) -> tuple[Callable[[], None], ...]:
        """What a turn does; one that fails holds up none of the others."""
        return (
            self._obey_presses,
            self._follow_batch,
            self._follow_cleaning,
            self._clean_again_if_due,
            self._follow_sealing,
            self._note_ended,
            self._look_around_if_moved,
            self._report_if_due,
        )

    def _take(self, step: Callable[[], None]) -> bool:
        taken = self._steady.take(step)
        if not taken:
            self._next_report = 0.0  # it is a row: when it can be written, writing works again
        return taken

    def _obey_presses(self) -> None:
        while not self._presses.empty():
            self._obey(self._presses.get())

    def _look_around_if_moved(self) -> None:
        version = self._point.database.data_version()
        if version != self._seen_version:
            self._look_around()
            self._seen_version = version

    def _report_if_due(self) -> None:
        now = time.monotonic()
        if now >= self._lamp_until:
            self._show(Signal.READY)
        if now >= self._next_report:
            self._report()

    def _look_around(self) -> None:
        """Somebody committed something: a touch, a wish to seal, a receipt."""
        if self._batch is None:
            self._start_asked_batch()
        self._clean_next()  # a page that was put back, or that somebody's sign-in opened
        self._forget_settled_complaint()
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
        if self._steady.resting:
            self._panel.flash(Signal.NEEDS_PERSON)
            return
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
            self._note_ended()
            scanning.press(self._point, scanning.AskedBy.PANEL)
        except AlreadyScanning:
            self._panel.flash(Signal.BUSY)
        except Exception as error:
            self._complain(self._logged(error))
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
        if abs(self._point.clock() - row.asked_at) > STALE_TOUCH:
            scanning.refuse_request(self._point, row.id, ScanCancelled.code)
            return
        self._show(Signal.SCANNING)
        scanning.start_request(self._point, row.id)
        self._request = (row.id, scan_requests.OnDesk(row.dossier_id, row.slot_key))
        settings = self._point.config.scanner.settings()
        try:
            self._point.pages.must_have_room()  # told before the paper moves
            self._batch = self._scanner.start(settings, self._point.spool / str(row.id))
        except OSError as error:
            self._end_batch(ScanChildCrashed(str(error)))
        except Exception as error:
            self._end_batch(self._logged(error))
        else:
            self._selector.register(self._batch.fileno(), selectors.EVENT_READ)

    def _follow_batch(self) -> None:
        if self._batch is None or self._request is None:
            return
        try:
            for event in self._batch.events():
                if isinstance(event, PageScanned):
                    page_id = scanning.save_page(self._point, *self._request, event.page)
                    log.info("page %s saved", page_id)
                    self._clean_next()
                elif isinstance(event, BatchEnded):
                    self._end_batch(event.error)
                    return
        except Exception as error:  # a full disk, a lost folder: the pages before are kept
            if self._batch is None:
                raise  # it was over already
            self._batch.cancel()
            self._end_batch(self._logged(error))

    def _end_batch(self, error: ApplianceError | None) -> None:
        batch, self._batch = self._batch, None
        request, self._request = self._request, None
        if batch is not None:
            self._selector.unregister(batch.fileno())
            batch.close()
        if request is None:
            return
        shutil.rmtree(self._point.spool / str(request[0]), ignore_errors=True)
        if error is None:
            self._complaint = None
            self._show(Signal.SAVED, SAVED_SHOWN_S)  # each page was durable before it counted
        else:
            log.warning("batch %s: %s: %s", request[0], error.code, error)
            self._complain(error)
        self._ended = (request[0], error.code if error else None)
        self._note_ended()
        self._report()

    def _note_ended(self) -> None:
        """The row learns how its batch ended. While it cannot be written this is tried again,
        for a request that stays open would answer every later press with *busy*."""
        if self._ended is None:
            return
        with suppress(DossierMovedOn):  # noted already
            scanning.end_request(self._point, *self._ended)
        self._ended = None

    # ── cleaning and sealing ────────────────────────────────────────────────

    def _clean_next(self) -> None:
        if self._cleaning is not None or self._clean_after is not None:
            return
        found = scanning.page_to_clean(self._point) if self._point.pages.has_room() else None
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
            except OSError as error:  # no process, no memory: no fault of the page
                self._clean_later(page_id, error)
            except Exception as error:
                log.warning("page %s: %s", page_id, error)
                scanning.give_up_cleaning(self._point, page_id, told(error).code)
            else:
                self._save_cleaned(page_id, clean)
            self._clean_next()

    def _save_cleaned(self, page_id: str, clean: CleanPage) -> None:
        try:
            scanning.save_cleaned(self._point, page_id, clean.rendition, clean.preview)
        except DossierError as error:
            log.warning("page %s: %s: %s", page_id, error.code, error)
            scanning.give_up_cleaning(self._point, page_id, error.code)
        except Exception as error:
            self._clean_later(page_id, error)

    def _clean_later(self, page_id: str, error: Exception) -> None:
        log.warning("page %s is cleaned later: %s", page_id, error)
        self._clean_after = time.monotonic() + CLEAN_AGAIN_S

    def _clean_again_if_due(self) -> None:
        if self._clean_after is not None and time.monotonic() >= self._clean_after:
            self._clean_after = None
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
        self._complaint, self._from_the_loop = error.code, None
        self._show(Signal.NEEDS_PERSON)
        self._panel.flash(Signal.NEEDS_PERSON)  # a second press is seen to be answered, too

    def _complain_for_the_loop(self, error: ApplianceError) -> None:
        self._complain(error)
        self._from_the_loop = error.code

    def _logged(self, error: Exception) -> ApplianceError:
        """What is told of *error*; the trace of one that is none of ours goes to the log."""
        known = told(error)
        if known is not error:
            log.error("unexpected", exc_info=error)
        return known

    def _report(self) -> None:
        self._next_report = time.monotonic() + REPORT_EVERY_S
        self._forget_settled_complaint()
        complaint = self._complaint if self._lamp is Signal.NEEDS_PERSON else None
        report_status(self._point, STATION, self._lamp, complaint)

    def _forget_settled_complaint(self) -> None:
        """What somebody put right meanwhile is not complained about any longer."""
        match self._complaint:
            case DiskFull.code:
                settled = not self._steady.fault_code and self._point.pages.has_room()
            case NoDossierOpen.code:
                settled = dossiers.somebody_is_on_desk(self._point)
            case code:
                settled = code == self._from_the_loop and not self._steady.fault_code
        if settled:
            self._complaint = self._from_the_loop = None
            if self._lamp is Signal.NEEDS_PERSON:
                self._show(Signal.SCANNING if self._batch else Signal.READY)

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._wake_write, b"!")

    def _begin(self) -> None:
        """After a start: plain left-overs go, what the cut interrupted is closed or resumed."""
        shutil.rmtree(self._point.spool, ignore_errors=True)
        scanning.fail_interrupted(self._point, ScanCancelled.code, self._point.clock())
        sealing.finish_erasing(self._point)
        with self._point.database.reading() as connection:
            self._seen_receipts = outbox.count_receipts(connection)
        self._show(Signal.READY)

    def _end(self) -> None:
        """Everything is let go, whatever fails on the way; the last named goes first."""
        with ExitStack() as last:
            last.callback(os.close, self._wake_write)
            last.callback(os.close, self._wake_read)
            last.callback(self._selector.close)
            last.callback(self._panel.close)
            last.callback(self._take, self._say_goodbye)
            last.callback(self._sealer.shutdown, wait=True)
            last.callback(self._cleaner.close)
            last.callback(self._take, self._stop_batch)

    def _stop_batch(self) -> None:
        if self._batch is not None:
            self._batch.cancel()
            self._end_batch(ScanCancelled("the station was stopped"))

    def _say_goodbye(self) -> None:
        report_status(self._point, STATION, Signal.OFF, None)
