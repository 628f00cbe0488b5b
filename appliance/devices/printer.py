"""A printer of the print system (CUPS): look, print, follow, cancel. Never longer than a deadline.

CUPS does all that is hard: finding driverless printers, turning PDF into what they read, waiting
while they warm up. We speak IPP with it over its Unix socket, so the page needs no network, no
program is started, and no paper is written to a file of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from appliance.core.errors.printer import PrinterAbsent, PrinterBusy, PrinterRefused, PrinterStopped
from appliance.core.printing import Media, PrintJob, PrintNews, PrintState
from appliance.devices.ipp_line import Deadline, ask, user_name
from appliance.devices.ipp_wire import Answer, Attribute, Operation, Tag, request
from appliance.devices.print_paper import paper_for
from appliance.devices.print_troubles import JOB_STOPPED, trouble_of, trouble_of_job

SYSTEM_SOCKET = Path("/run/cups/cups.sock")
DEADLINE_S = 5.0
GIVE_UP_AFTER_S = 120  # a paper must not come out when the next citizen sits there
MOST_WAITING = 4  # jobs before ours; with more, taking it home as a file is faster
JOB_NAME = "Trạm Hồ Sơ"  # stands on the printer's display and in CUPS's log: names nobody

_BUSY, _NOT_FOUND, _GONE = 0x0507, 0x0406, 0x0407
_IDLE, _STOPPED = 3, 5  # of a printer
_STATES = {
    3: PrintState.WAITING,
    4: PrintState.WAITING,
    5: PrintState.PRINTING,
    9: PrintState.DONE,
}


@dataclass(frozen=True, slots=True)
class Printer:
    """One queue of CUPS; an empty name means that this point has no such printer."""

    queue: str
    server: Path = SYSTEM_SOCKET
    deadline_s: float = DEADLINE_S
    give_up_after_s: int = GIVE_UP_AFTER_S

    def look(self) -> None:
        """Return when it would print now.

        Raises:
            PrinterAbsent: no print system, no such queue, switched off, or silent too long.
            PrinterBusy: too many documents wait before ours.
            PrinterOutOfPaper: the tray is empty.
            PrinterStopped: a cover, a jam, ink, or paused by hand.
        """
        self._look(Deadline.within(self.deadline_s))

    def print(self, pdf: bytes, media: Media, copies: int = 1) -> PrintJob:
        """Hand *pdf* over; it is taken when this returns, not yet on paper: ``follow`` it.

        Raises:
            PrinterRefused: it has no paper of that size, or does not take PDF.
            ApplianceError: as ``look``; nothing will come out.
        """
        deadline = Deadline.within(self.deadline_s)
        able = self._look(deadline)
        paper = paper_for(pdf, media, able.words("media-supported"))
        answer = self._ask(
            Operation.PRINT_JOB,
            (
                (Tag.NAME, "job-name", JOB_NAME),
                (Tag.MIME, "document-format", "application/pdf"),
            ),
            deadline,
            job=(
                (Tag.INTEGER, "copies", copies),
                (Tag.KEYWORD, "media", paper),
                (Tag.KEYWORD, "print-scaling", "none"),
                (Tag.INTEGER, "job-cancel-after", self.give_up_after_s),
            ),
            document=pdf,
        )
        if answer.status == _BUSY:
            raise PrinterBusy(f"{self.queue}: takes nothing now")
        if not answer.is_good or not (number := answer.number("job-id")):
            raise PrinterRefused(f"{self.queue}: IPP status {answer.status:#06x} for {paper}")
        return PrintJob(self.queue, number)

    def follow(self, job: PrintJob) -> PrintNews:
        """How far it has come; trouble is told in the answer, not raised."""
        deadline = Deadline.within(self.deadline_s)
        try:
            answer = self._ask(
                Operation.GET_JOB_ATTRIBUTES, ((Tag.INTEGER, "job-id", job.number),), deadline
            )
            if answer.status in (_NOT_FOUND, _GONE):
                return PrintNews(PrintState.GIVEN_UP)
            number = answer.number("job-state")
            if number == JOB_STOPPED:  # it would go on when somebody starts the queue again
                self.cancel(job)
            reasons = self._attributes(deadline).words("printer-state-reasons")
        except PrinterAbsent as error:
            return PrintNews(PrintState.WAITING, error.code)
        trouble = trouble_of_job(answer, reasons)
        code = None if trouble is None else trouble.code
        return PrintNews(_STATES.get(number, PrintState.GIVEN_UP), code)

    def cancel(self, job: PrintJob) -> None:
        """Take it back; one that has come out or is gone already is no error.

        Raises:
            PrinterAbsent: the print system does not answer.
        """
        self._ask(
            Operation.CANCEL_JOB,
            ((Tag.INTEGER, "job-id", job.number),),
            Deadline.within(self.deadline_s),
        )

    def _look(self, deadline: Deadline) -> Answer:
        """What an idle queue complains of is old: it knows only what its last job saw."""
        able = self._attributes(deadline)
        state, reasons = able.number("printer-state"), able.words("printer-state-reasons")
        accepting = able.attributes.get("printer-is-accepting-jobs", (True,))[0]
        trouble = None if state == _IDLE else trouble_of(reasons)
        if trouble is None and (state == _STOPPED or not accepting):
            trouble = PrinterStopped
        if trouble is not None:
            raise trouble(f"{self.queue}: state {state}, {', '.join(reasons)}")
        waiting = able.number("queued-job-count")
        if waiting > MOST_WAITING:
            raise PrinterBusy(f"{self.queue}: {waiting} documents wait")
        return able

    def _attributes(self, deadline: Deadline) -> Answer:
        wanted = (
            "printer-state", "printer-state-reasons", "printer-is-accepting-jobs",
            "queued-job-count", "media-supported",
        )  # fmt: skip
        answer = self._ask(
            Operation.GET_PRINTER_ATTRIBUTES,
            tuple((Tag.KEYWORD, "requested-attributes", name) for name in wanted),
            deadline,
        )
        if not answer.is_good:
            raise PrinterAbsent(f"{self.queue}: IPP status {answer.status:#06x}")
        return answer

    def _ask(
        self,
        operation: Operation,
        about: tuple[Attribute, ...],
        deadline: Deadline,
        job: tuple[Attribute, ...] = (),
        document: bytes = b"",
    ) -> Answer:
        if not self.queue:
            raise PrinterAbsent("no queue is named in the configuration")
        path = f"/printers/{quote(self.queue, safe='')}"
        to_whom: tuple[Attribute, ...] = ((Tag.URI, "printer-uri", f"ipp://localhost{path}"),)
        # the job's number stands right behind the printer, then who asks (RFC 8011, 4.1.5)
        numbers = tuple(a for a in about if a[1] == "job-id")
        rest = tuple(a for a in about if a[1] != "job-id")
        who: tuple[Attribute, ...] = ((Tag.NAME, "requesting-user-name", user_name()),)
        said = request(operation, (*to_whom, *numbers, *who, *rest), job)
        return ask(self.server, path, said, document, deadline)
