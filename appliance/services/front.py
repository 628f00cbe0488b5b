"""What the station says: the lamp, and the complaint that page and lamp show together."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from appliance.core.errors import ApplianceError, DiskFull, NoDossierOpen
from appliance.core.panel.prompt import Moment, Prompt, Silence, Voice
from appliance.core.ports import Panel, Signal
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.desk.sending.status import STATION, report_status
from appliance.services.steady import told

log = logging.getLogger(__name__)

REPORT_EVERY_S = 10.0
SAID_ON_A_FLASH: dict[Signal, str] = {
    Signal.BUSY: Moment.BUSY,
    Signal.SENT: Moment.SENT,
    Signal.NEEDS_PERSON: "any",  # the loop rests: no press is obeyed
}


class Front:
    """One lamp and one complaint at a time, and a voice that says what the lamp says.

    *fault_code* tells whether the loop itself is ill.
    """

    def __init__(
        self,
        point: Point,
        panel: Panel,
        fault_code: Callable[[], str | None],
        voice: Voice | None = None,
    ) -> None:
        self.voice = voice or Silence()
        self._point, self._panel, self._fault_code = point, panel, fault_code
        self._lamp = Signal.READY
        self._lamp_until = float("inf")
        self._rest_signal = Signal.READY  # what stands behind a complaint that was settled
        self._complaint: str | None = None
        self._from_the_loop: str | None = None  # a complaint that ends with the fault itself
        self._told_for_doctor = False  # the present complaint is the doctor's
        self._from_the_doctor: str | None = None  # stands until a look finds it gone
        self._next_report = 0.0

    def show(self, signal: Signal, for_s: float = float("inf")) -> None:
        """Show *signal*; after *for_s* the lamp says *ready* again."""
        self._lamp_until = time.monotonic() + for_s
        if signal is not self._lamp:
            self._lamp = signal
            self._next_report = 0.0
        self._panel.show(signal)

    def flash(self, signal: Signal) -> None:
        """Answer a press for a moment. From any thread."""
        self._panel.flash(signal)
        if signal in SAID_ON_A_FLASH:
            self.voice.say(Prompt(SAID_ON_A_FLASH[signal]))

    def scanning(self) -> None:
        """Paper moves from now on."""
        self._rest_signal = Signal.SCANNING
        self.show(Signal.SCANNING)
        self.voice.say(Prompt(Moment.SCANNING))

    def saved(self, for_s: float, pages: int | None = None) -> None:
        """A batch ended well: each of its *pages* was durable before it counted."""
        self._rest_signal = Signal.READY
        self._complaint = None
        self.show(Signal.SAVED, for_s)
        self._panel.flash(Signal.SAVED)  # over the press that began it, when it took no second
        self.voice.say(Prompt(Moment.SAVED, pages))

    def saved_under(self, number: int, for_s: float) -> None:
        """As ``saved``, for somebody without a dossier: told the number to remember."""
        self._rest_signal = Signal.READY
        self._complaint = None
        self.show(Signal.SAVED, for_s)
        self._panel.flash(Signal.SAVED)
        self.voice.say(Prompt(Moment.NUMBER, number))

    def stopped(self, for_s: float, pages: int) -> None:
        """A batch was ended by a wish: nothing is wrong, and *pages* of it are durable."""
        if pages:
            self.saved(for_s, pages)
            return
        self._rest_signal = Signal.READY
        self._complaint = None
        self.show(Signal.READY)

    def complain(self, error: ApplianceError) -> None:
        """Somebody must act; shown until the next press or batch, or until it is put right."""
        self._complaint, self._from_the_loop = error.code, None
        self._told_for_doctor = False
        self.show(Signal.NEEDS_PERSON)
        self._panel.flash(Signal.NEEDS_PERSON)  # a second press is seen to be answered, too
        self.voice.say(Prompt(error.code))

    def batch_failed(self, error: ApplianceError) -> None:
        """No paper moves any more, and somebody must act."""
        self._rest_signal = Signal.READY
        self.complain(error)

    def complain_for_the_loop(self, error: ApplianceError) -> None:
        """A step of the loop fails; the complaint ends when it goes well again."""
        self.complain(error)
        self._from_the_loop = error.code

    def out_of_service(self, code: str | None) -> None:
        """What the doctor found; told whenever nothing else is. None: in service (again)."""
        self._from_the_doctor = code
        self.forget_settled_complaint()
        self._tell_out_of_service()

    def _tell_out_of_service(self) -> None:
        if self._from_the_doctor is not None and self._lamp is Signal.READY:
            self._complaint, self._from_the_loop = self._from_the_doctor, None
            self._rest_signal = Signal.READY
            self._told_for_doctor = True
            self.show(Signal.NEEDS_PERSON)

    def report_soon(self) -> None:
        """Report at the next chance: it is a row, and being able to write one is news."""
        self._next_report = 0.0

    def report_if_due(self) -> None:
        """Keep lamp and row up to date; once a turn."""
        now = time.monotonic()
        if now >= self._lamp_until:
            self.show(Signal.READY)
        self._tell_out_of_service()
        if now >= self._next_report:
            self.report()

    def report(self) -> None:
        """Write what the lamp says, for the page."""
        self._next_report = time.monotonic() + REPORT_EVERY_S
        self.forget_settled_complaint()
        complaint = self._complaint if self._lamp is Signal.NEEDS_PERSON else None
        report_status(self._point, STATION, self._lamp, complaint)

    def forget_settled_complaint(self) -> None:
        """What somebody put right meanwhile is not complained about any longer."""
        match self._complaint:
            case DiskFull.code:
                settled = not self._fault_code() and self._point.pages.has_room()
            case NoDossierOpen.code:
                settled = dossiers.somebody_is_on_desk(self._point)
            case code if self._told_for_doctor:
                settled = code is not None and code != self._from_the_doctor
            case code:
                settled = code == self._from_the_loop and not self._fault_code()
        if settled:
            self._complaint = self._from_the_loop = None
            self._told_for_doctor = False
            if self._lamp is Signal.NEEDS_PERSON:
                self.show(self._rest_signal)

    def say_goodbye(self) -> None:
        """The station is not running any more."""
        report_status(self._point, STATION, Signal.OFF, None)


def logged(error: Exception) -> ApplianceError:
    """What is told of *error*; the trace of one that is none of ours goes to the log."""
    known = told(error)
    if known is not error:
        log.error("unexpected", exc_info=error)
    return known
