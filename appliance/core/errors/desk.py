"""What can go wrong at the desk: a press, a dossier, the door."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


class PressError(ApplianceError):
    """A press or touch that was answered, but did not start a scan."""


class AlreadyScanning(PressError):
    """A batch is running; a press is answered, never queued."""

    code, who = "already-scanning", Who.TIME


class NoDossierOpen(PressError):
    """Nobody has opened a dossier on the page, so there is nowhere to put the pages."""

    code, who = "no-dossier-open", Who.VOLUNTEER


class DossierError(ApplianceError):
    """The dossier cannot do what was asked; it stays as it was."""


class DossierUnknown(DossierError):
    """No dossier of this point has that id."""

    code, who = "dossier-unknown", Who.VOLUNTEER


class DossierMovedOn(DossierError):
    """The dossier is no longer in the state the caller saw (sealed in another tab, say)."""

    code, who = "dossier-moved-on", Who.VOLUNTEER


class AnswersChangedElsewhere(DossierError):
    """Two screens wrote the same answers; the later one must look first."""

    code, who = "answers-changed-elsewhere", Who.VOLUNTEER


class NotReadyToSeal(DossierError):
    """A required paper, answer or the consent is missing; the page lists which."""

    code, who = "not-ready-to-seal", Who.VOLUNTEER


class PhotosOnTheirWay(DossierError):
    """A phone's photographs are no pages yet, so nobody could have read them."""

    code, who = "photos-on-their-way", Who.TIME


class BeingSent(DossierError):
    """The uploader has it in hand at this moment; it cannot be taken back now."""

    code, who = "being-sent", Who.TIME


class DossierLocked(DossierError):
    """The desk key that opens this dossier is not in memory (the power was cut)."""

    code, who = "dossier-locked", Who.VOLUNTEER


class PageDamaged(DossierError):
    """A stored page does not decrypt or decode; all others are fine."""

    code, who = "page-damaged", Who.VOLUNTEER


class CropWrong(DossierError):
    """What a person drew is no piece of paper; the page stays as it is."""

    code, who = "crop-wrong", Who.VOLUNTEER


class PdfTooBig(DossierError):
    """Even the smallest legible version of a paper is over the budget of one file."""

    code, who = "pdf-too-big", Who.VOLUNTEER


class PrintingFailed(DossierError):
    """A sheet could not be typeset."""

    code, who = "printing-failed", Who.TECHNICIAN


class WrongPin(ApplianceError):
    """Name and PIN do not fit together."""

    code, who = "wrong-pin", Who.VOLUNTEER

    def __init__(self, text: str, left: int | None = None, rest_s: int = 0) -> None:
        super().__init__(text)
        self.left = left  # tries before this name must rest; None: there is no such name
        self.rest_s = rest_s


class PinLocked(ApplianceError):
    """Too many wrong PINs; this name rests for a while."""

    code, who = "pin-locked", Who.TIME

    def __init__(self, text: str, seconds: int, *, whole_address: bool = False) -> None:
        super().__init__(text)
        self.seconds = seconds
        self.whole_address = whole_address
