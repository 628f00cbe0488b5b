"""SANE says what went wrong only in English prose; here it becomes one of our errors."""

from __future__ import annotations

from enum import StrEnum

from appliance.core.errors import (
    CoverOpen,
    FeederEmpty,
    OutOfMemory,
    PaperJam,
    ScanCancelled,
    ScannerAbsent,
    ScannerBusy,
    ScannerClaimed,
    ScannerError,
    ScannerForbidden,
    ScannerGone,
    ScannerRefusedSetting,
    ShortPage,
    UnsupportedImage,
)


class Moment(StrEnum):
    """When the status came; the same words mean different things to a person."""

    OPENING = "opening"
    SETTING = "setting"
    STARTING = "starting"  # sane_start: paper is pulled, the lamp warms up
    READING = "reading"


# sane_strstatus() of SANE 1.x, letter for letter; python-sane gives no number.
_ALWAYS: dict[str, type[ScannerError]] = {
    "Operation was canceled": ScanCancelled,
    "Device busy": ScannerBusy,
    "End of file reached": ShortPage,
    "Document feeder jammed": PaperJam,
    "Document feeder out of documents": FeederEmpty,
    "Scanner cover is open": CoverOpen,
    "Error during device I/O": ScannerGone,
    "Out of memory": OutOfMemory,
    "Access to resource has been denied": ScannerForbidden,
    "Operation not supported": UnsupportedImage,
    "Invalid argument": ScannerRefusedSetting,
}
# An unknown name is "Invalid argument", an unplugged one "Error during device I/O" (measured).
_ABSENT_WHEN_OPENING = {
    "Invalid argument",
    "Error during device I/O",
    "Operation not supported",
    "End of file reached",
    "Out of memory",  # what airscan says where no avahi-daemon runs
}


def error_for(text: str, moment: Moment) -> ScannerError:
    """The error that *text* means at *moment*; unknown words count as a scanner that went away."""
    if moment is Moment.OPENING and text in _ABSENT_WHEN_OPENING:
        return ScannerAbsent(f"{moment}: {text}")
    if moment is Moment.OPENING and text == "Device busy":
        return ScannerClaimed(f"{moment}: {text}")  # libusb: its interface is claimed
    if moment is Moment.SETTING and text == "Operation not supported":
        return ScannerRefusedSetting(f"{moment}: {text}")
    return _ALWAYS.get(text, ScannerGone)(f"{moment}: {text}")
