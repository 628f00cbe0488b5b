"""What can go wrong at the printer. The sheet can always be taken as a file instead."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


class PrinterError(ApplianceError):
    """Nothing comes out of the printer now; the sheet can be taken as a file instead."""


class PrinterAbsent(PrinterError):
    """No print system, no such queue, a printer that is off, or no answer within 5 s."""

    code, who = "printer-absent", Who.VOLUNTEER


class PrinterBusy(PrinterError):
    """Too many documents wait before this one."""

    code, who = "printer-busy", Who.TIME


class PrinterOutOfPaper(PrinterError):
    """The tray or the roll is empty."""

    code, who = "printer-out-of-paper", Who.VOLUNTEER


class PrinterStopped(PrinterError):
    """A cover, a jam, ink or toner, or somebody paused it."""

    code, who = "printer-stopped", Who.VOLUNTEER


class PrinterRefused(PrinterError):
    """It has no paper of that size, or does not read PDF."""

    code, who = "printer-refused", Who.TECHNICIAN
