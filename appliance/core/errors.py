"""What can go wrong, named after what the person at the desk sees.

Every concrete error has a ``code`` with three sentences in ``wording_vi.toml`` and a ``who``:
the one who can put it right. Callers branch on ``who``; the exception's text is for the log
and never holds personal data.
"""

from __future__ import annotations

from appliance.core.citizen_errors import CitizenError
from appliance.core.error_family import ApplianceError, Who, concrete_errors
from appliance.core.folder_errors import FolderError
from appliance.core.printer_errors import PrinterError
from appliance.core.publication_errors import PublicationError
from appliance.core.scanner_errors import (
    CoverOpen,
    FeederEmpty,
    OutOfMemory,
    PaperJam,
    ScanCancelled,
    ScanChildCrashed,
    ScannerAbsent,
    ScannerBusy,
    ScannerClaimed,
    ScannerDriverMissing,
    ScannerError,
    ScannerForbidden,
    ScannerGone,
    ScannerRefusedSetting,
    ScannerSilent,
    ScanProgramMissing,
    ScanStopped,
    ShortPage,
    UnsupportedImage,
)
from appliance.core.store_errors import (
    CardReadOnly,
    FoundAgain,
    StoreDamaged,
    StoreError,
    StoreInUse,
)
from appliance.core.walk_up_errors import WalkUpError

# what stands in files of its own, and is found here too
__all__ = [
    "ApplianceError",
    "CardReadOnly",
    "CitizenError",
    "CoverOpen",
    "FeederEmpty",
    "FolderError",
    "FoundAgain",
    "OutOfMemory",
    "PaperJam",
    "PrinterError",
    "PublicationError",
    "ScanCancelled",
    "ScanChildCrashed",
    "ScanProgramMissing",
    "ScanStopped",
    "ScannerAbsent",
    "ScannerBusy",
    "ScannerClaimed",
    "ScannerDriverMissing",
    "ScannerError",
    "ScannerForbidden",
    "ScannerGone",
    "ScannerRefusedSetting",
    "ScannerSilent",
    "ShortPage",
    "StoreDamaged",
    "StoreError",
    "StoreInUse",
    "UnsupportedImage",
    "WalkUpError",
    "Who",
    "concrete_errors",
]

# ── presses and requests ─────────────────────────────────────────────────────


class PressError(ApplianceError):
    """A press or touch that was answered, but did not start a scan."""


class AlreadyScanning(PressError):
    """A batch is running; a press is answered, never queued."""

    code, who = "already-scanning", Who.TIME


class NoDossierOpen(PressError):
    """Nobody has opened a dossier on the page, so there is nowhere to put the pages."""

    code, who = "no-dossier-open", Who.VOLUNTEER


# ── dossiers ─────────────────────────────────────────────────────────────────


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


# ── files that somebody brings ───────────────────────────────────────────────


class FileError(ApplianceError):
    """A file that was handed in cannot become pages; the others go on."""


class FileEmpty(FileError):
    """Nothing is in it."""

    code, who = "file-empty", Who.VOLUNTEER


class NotAPicture(FileError):
    """It is no picture and no PDF, whatever its name says."""

    code, who = "not-a-picture", Who.VOLUNTEER


class FileDamaged(FileError):
    """It begins as a picture or PDF, but is not wholly there."""

    code, who = "file-damaged", Who.VOLUNTEER


class PictureTooLarge(FileError):
    """More pixels than any paper, or than this board can hold."""

    code, who = "picture-too-large", Who.VOLUNTEER


class PictureTooSmall(FileError):
    """Too few pixels for anyone to read anything: an icon or a thumbnail."""

    code, who = "picture-too-small", Who.VOLUNTEER


class PictureUnsupported(FileError):
    """A kind of picture whose colours we would only guess: CMYK, 16 bits, see-through."""

    code, who = "picture-unsupported", Who.VOLUNTEER


class PdfLocked(FileError):
    """The PDF asks for a password."""

    code, who = "pdf-locked", Who.VOLUNTEER


# ── signing in ───────────────────────────────────────────────────────────────


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


# ── delivery ─────────────────────────────────────────────────────────────────


class DeliveryError(ApplianceError):
    """The dossier did not arrive this time; it stays, sealed, in the outbox."""


class DestinationUnreachable(DeliveryError):
    """No answer, or an answer that promises nothing (DNS, time-out, cut, 5xx)."""

    code, who = "destination-unreachable", Who.TIME


class CaptivePortal(DeliveryError):
    """Somebody else answered: a Wi-Fi log-in page instead of the ward."""

    code, who = "captive-portal", Who.VOLUNTEER


class CertificateProblem(DeliveryError):
    """The ward's certificate is expired, unknown or for another name."""

    code, who = "certificate-problem", Who.TECHNICIAN


class SlowDown(DeliveryError):
    """429 or 503 with Retry-After; ``retry_after_s`` says how long to rest."""

    code, who = "slow-down", Who.TIME

    def __init__(self, text: str, retry_after_s: int | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class DeviceRefused(DeliveryError):
    """401/403: the ward does not know this box's token, or has revoked it."""

    code, who = "device-refused", Who.TECHNICIAN


class ConflictAtWard(DeliveryError):
    """409: the ward holds other content under this id; an officer must look."""

    code, who = "conflict-at-ward", Who.WARD


class SoftwareTooOld(DeliveryError):
    """The ward asks for a newer release; what is sealed is sent all the same."""

    code, who = "software-too-old", Who.TECHNICIAN


class SupplementNotWanted(DeliveryError):
    """409 ``not-asked-for``: the office went on without this supplement."""

    code, who = "supplement-not-wanted", Who.VOLUNTEER


class FilesMissingAtWard(DeliveryError):
    """409 with ``missing``: the ward lost some uploads; they are sent again."""

    code, who = "files-missing-at-ward", Who.TIME

    def __init__(self, text: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.missing = missing


class TooLargeForWard(DeliveryError):
    """413: the ward refuses a file of this size; it will never succeed as it is."""

    code, who = "too-large-for-ward", Who.WARD


class RefusedByWard(DeliveryError):
    """422 or another final 4xx: the ward does not accept this dossier as it is."""

    code, who = "refused-by-ward", Who.WARD


class ReceiptForged(DeliveryError):
    """A receipt whose signature or digest does not fit the pinned ward key; not a receipt."""

    code, who = "receipt-forged", Who.TECHNICIAN


class SealedFileDamaged(DeliveryError):
    """A sealed file on the box no longer has the digest of its manifest."""

    code, who = "sealed-file-damaged", Who.TECHNICIAN


# ── the box ──────────────────────────────────────────────────────────────────


class BoxError(ApplianceError):
    """Something about this machine or its configuration."""


class ConfigWrong(BoxError):
    """The configuration file cannot be used; the text names file, key and fix."""

    code, who = "config-wrong", Who.TECHNICIAN


class ProcedureWrong(BoxError):
    """A procedure file cannot be used; the text names file, line and fix."""

    code, who = "procedure-wrong", Who.TECHNICIAN


class WardKeyMissing(BoxError):
    """No ward key is configured, so nothing may be sealed."""

    code, who = "ward-key-missing", Who.TECHNICIAN


class DiskFull(BoxError):
    """Not enough room to save the next page; what is saved is safe."""

    code, who = "disk-full", Who.TECHNICIAN


class StoreOutdated(BoxError):
    """The database was made by another release; upkeep must bring it up to date first."""

    code, who = "store-outdated", Who.TECHNICIAN


class PanelAbsent(BoxError):
    """The GPIO pins cannot be used; the page's button still works."""

    code, who = "panel-absent", Who.TECHNICIAN


class VoiceFailed(BoxError):
    """The sentences of the voice could not be made; the lamp says the same without a sound."""

    code, who = "voice-failed", Who.TECHNICIAN


class SafeMode(BoxError):
    """Two starts in a row did not become healthy: the scanner is left alone for five minutes."""

    code, who = "safe-mode", Who.TECHNICIAN


class Unexpected(BoxError):
    """A fault in our own code: logged with its trace, told as 'call the technician'."""

    code, who = "unexpected", Who.TECHNICIAN
