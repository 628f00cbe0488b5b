"""What a printer complains of, in keywords, and which of our errors a person hears."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.core.errors.family import ApplianceError
from appliance.core.errors.printer import (
    PrinterAbsent,
    PrinterOutOfPaper,
    PrinterRefused,
    PrinterStopped,
)
from appliance.devices.ipp_wire import Answer

JOB_STOPPED, _JOB_CANCELLED, _JOB_ABORTED, _JOB_COMPLETED = 6, 7, 8, 9
_JOB_OVER = (_JOB_CANCELLED, _JOB_ABORTED)
# CUPS gives no reason but only these sentences, in the language we ask in: of a printer that is
# off, and of one that has turned the document down
_NOBODY_THERE = "may not exist or is unavailable"
_TURNED_DOWN = "cannot print with supplied options"
# keywords of RFC 8011 and PWG 5100.9, by what a person does about it
_NO_PAPER = ("media-empty", "media-needed", "input-tray-missing")
_NOT_THERE = ("offline", "timed-out", "shutdown", "deactivated")
_WRONG_KIND = ("cups-missing-filter", "cups-insecure-filter")
_NEEDS_HANDS = (
    "media-jam", "cover-open", "door-open", "interlock-open", "output-area-full", "paused",
    "output-tray-missing", "fuser-over-temp", "fuser-under-temp", "spool-area-full",
    "moving-to-paused",
)  # fmt: skip
_SPENT = (
    "toner-empty", "marker-supply-empty", "marker-waste-full", "opc-life-over", "developer-empty",
)  # fmt: skip


def trouble_of_job(answer: Answer, reasons: Iterable[str]) -> type[ApplianceError] | None:
    """What holds up the job of that answer, or has ended it; *reasons* are its printer's."""
    state = answer.number("job-state")
    if state == _JOB_COMPLETED:
        return None
    told = (*reasons, *answer.words("job-printer-state-reasons"))
    if state not in _JOB_OVER and (found := trouble_of(told)):
        return found
    said = " ".join(answer.words("job-printer-state-message"))
    if _NOBODY_THERE in said:
        return PrinterAbsent
    if _TURNED_DOWN in said or state in (JOB_STOPPED, _JOB_ABORTED):
        return PrinterRefused
    return None


def trouble_of(reasons: Iterable[str]) -> type[ApplianceError] | None:
    """What a person must do first.

    How bad it is (-report, -warning, -error) says little: one printer calls an empty tray a
    warning while it waits. Only of ink and toner a warning means that it still prints.
    """
    grades = [reason.removesuffix("-error").removesuffix("-report") for reason in reasons]
    told = [grade.removesuffix("-warning") for grade in grades]
    if any(word in _NOT_THERE for word in told):
        return PrinterAbsent
    if any(word in _WRONG_KIND for word in told):
        return PrinterRefused
    if any(word in _NO_PAPER for word in told):
        return PrinterOutOfPaper
    if any(word in _NEEDS_HANDS for word in told) or any(word in _SPENT for word in grades):
        return PrinterStopped
    return None
