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

from appliance.core.errors import AlreadyScanning, ApplianceError, ScanCancelled
from appliance.core.panel.prompt import Voice
from appliance.core.ports import Panel, Scanner, Signal
from appliance.desk.keeping.set_aside import set_pages_of_earlier_life_aside
from appliance.desk.pages import scanning
from appliance.desk.people import desk_keys
from appliance.desk.point import Point
from appliance.desk.sending import sealing
from appliance.failpoints import passing
from appliance.imaging.child.cleaner import Cleaner
from appliance.services.batch import Batches
from appliance.services.cleaning import Cleaning
from appliance.services.drafts import Drafts
from appliance.services.front import Front, logged
from appliance.services.orders import Orders
from appliance.services.phones import Phones
from appliance.services.self_exam import Rhythm, SelfExam, WayMaking
from appliance.services.slips import Slips
from appliance.services.steady import Steady
from appliance.services.text import Texts
from appliance.services.walk_ups import WalkUps
from appliance.store.dossier import outbox
from appliance.trial import note_taken_in

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.05  # at the database; a look takes microseconds
STALE_PRESS_S = 1.0  # older presses are answered, not obeyed: the person has moved on


class Station:
    """Everything with a cable. ``run`` until *stopping*, then close."""

    def __init__(
        self,
        point: Point,
        scanner: Scanner,
        panel: Panel,
        cleaner: Cleaner,
        voice: Voice | None = None,
        rhythm: Rhythm | None = None,
    ) -> None:
        """With a *rhythm* the station looks after itself (self_exam.py)."""
        self._point = point
        self._panel = panel
        self._cleaner = cleaner
        self._presses: queue.SimpleQueue[float] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._selector.register(cleaner.fileno(), selectors.EVENT_READ)
        self._front = Front(point, panel, lambda: self._steady.fault_code, voice)
        self._steady = Steady(self._front.complain_for_the_loop)
        self._exam: SelfExam | None = None
        if rhythm is not None:
            self._exam = SelfExam(point, self._is_idle, self._front.out_of_service, rhythm=rhythm)
            scanner = WayMaking(scanner, self._exam)
        self._cleaning = Cleaning(point, cleaner)
        self._texts = Texts(point)
        self._slips = Slips(point)
        self._batches = Batches(
            point,
            scanner,
            self._front,
            self._selector,
            self._cleaning.next,
            cleaner.get_ready,
            self._slips.print,
        )
        self._phones = Phones(point, cleaner.clean, self._wake)
        self._walk_ups = WalkUps(point)
        self._orders = Orders(point)
        self._drafts = Drafts(point)
        self._sealer = ThreadPoolExecutor(1, "seal")
        self._sealing: Future[str | None] | None = None
        self._seen_version = -1
        self._seen_receipts = 0
        self._begun = False

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
                self._front.forget_settled_complaint()
            return
        self._steady.rest()

    def _steps(self) -> tuple[Callable[[], None], ...]:
        """What a turn does; one that fails holds up none of the others."""
        return (
            self._obey_presses,
            self._batches.follow,
            self._cleaning.follow,
            self._cleaning.again_if_due,
            self._cleaning.find_out_turns,
            self._follow_sealing,
            self._phones.follow,
            self._read_texts,
            self._batches.note_ended,
            self._look_around_if_moved,
            self._walk_ups.erase_due,
            self._drafts.look_if_due,
            self._orders.obey_if_due,
            self._look_after_itself,
            self._front.report_if_due,
        )

    def _take(self, step: Callable[[], None]) -> bool:
        taken = self._steady.take(step)
        if not taken:
            self._front.report_soon()
        return taken

    def _look_around_if_moved(self) -> None:
        version = self._point.database.data_version()
        if version != self._seen_version:
            self._look_around()
            self._seen_version = version

    def _look_around(self) -> None:
        """Somebody committed something: a touch, a wish to stop or to seal, a receipt."""
        self._batches.stop_if_asked()
        self._batches.start_asked()
        self._texts.look_again()
        self._cleaning.look_again()
        self._front.forget_settled_complaint()
        self._phones.look()
        self._walk_ups.look()
        self._orders.look()
        if self._sealing is None:
            self._sealing = self._sealer.submit(
                sealing.grant_next, self._point, self._cleaner.clean
            )
            self._sealing.add_done_callback(lambda _: self._wake())
        with self._point.database.reading() as connection:
            receipts = outbox.count_receipts(connection)
        if receipts > self._seen_receipts:
            self._front.flash(Signal.SENT)
        self._seen_receipts = receipts

    def _follow_sealing(self) -> None:
        if self._sealing is None or not self._sealing.done():
            return
        done, self._sealing = self._sealing, None
        try:
            if done.result() is not None:
                self._seen_version = -1  # perhaps another one waits
                if __debug__:
                    passing("sealed-before-key-retired")
                desk_keys.retire(self._point)
        except ApplianceError as error:
            log.warning("seal: %s: %s", error.code, error)
        except Exception:
            log.exception("seal failed")

    def _look_after_itself(self) -> None:
        if self._exam is not None:
            self._exam.follow()

    def _is_idle(self) -> bool:
        return self._batches.running is None and self._presses.empty()

    def _read_texts(self) -> None:
        self._texts.follow()
        if self._batches.running is None and self._sealing is None and self._cleaning.is_idle:
            self._texts.go_on()

    # ── presses ─────────────────────────────────────────────────────────────

    def _on_press(self, moment: float) -> None:
        """Called by the panel, from its own thread: answer a busy press, post all others."""
        if self._steady.resting:
            self._front.flash(Signal.NEEDS_PERSON)
            return
        if self._batches.running is not None:
            self._front.flash(Signal.BUSY)
            return
        self._presses.put(moment)
        self._wake()

    def _obey_presses(self) -> None:
        while not self._presses.empty():
            self._obey(self._presses.get())

    def _obey(self, moment: float) -> None:
        if time.monotonic() - moment > STALE_PRESS_S or self._batches.running is not None:
            self._front.flash(Signal.BUSY)
            return
        try:
            self._batches.note_ended()
            scanning.press(self._point, scanning.AskedBy.PANEL)
        except AlreadyScanning:
            self._front.flash(Signal.BUSY)
        except Exception as error:
            self._front.complain(logged(error))
        else:
            note_taken_in(self._point.config.paths.state)
            self._front.scanning()
            self._front.flash(Signal.SCANNING)  # over what an earlier press is still told
            self._batches.start_asked()

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._wake_write, b"!")

    # ── life ────────────────────────────────────────────────────────────────

    def _begin(self) -> None:
        """After a start: plain left-overs go, what the cut interrupted is closed or resumed."""
        shutil.rmtree(self._point.spool, ignore_errors=True)
        scanning.fail_interrupted(self._point, ScanCancelled.code, self._point.clock())
        sealing.finish_erasing(self._point)
        with suppress(OSError):  # no room for the folder: upkeep tries again
            set_pages_of_earlier_life_aside(self._point)
        self._walk_ups.begin()
        desk_keys.begin(self._point)
        with self._point.database.reading() as connection:
            self._seen_receipts = outbox.count_receipts(connection)
        self._front.show(Signal.READY)

    def _end(self) -> None:
        """Everything is let go, whatever fails on the way; the last named goes first."""
        with ExitStack() as last:
            last.callback(os.close, self._wake_write)
            last.callback(os.close, self._wake_read)
            last.callback(self._selector.close)
            last.callback(self._front.voice.close)
            last.callback(self._panel.close)
            last.callback(self._take, self._front.say_goodbye)
            last.callback(self._sealer.shutdown, wait=True)
            last.callback(self._slips.close)
            last.callback(self._phones.close)
            last.callback(self._cleaner.close)
            last.callback(self._texts.stop)
            last.callback(self._take, self._batches.stop)
