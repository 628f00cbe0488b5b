"""What can go wrong with a scanner. Pages before it are kept."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


class ScannerError(ApplianceError):
    """Something about the scanner; pages before it are kept."""


class ScannerAbsent(ScannerError):
    """No scanner answers under the configured name, or none was found at all."""

    code, who = "scanner-absent", Who.VOLUNTEER


class ScannerGone(ScannerError):
    """The scanner stopped answering in the middle of a batch (cable, power, I/O error)."""

    code, who = "scanner-gone", Who.VOLUNTEER


class ScannerBusy(ScannerError):
    """Another computer uses the scanner, or it is warming up."""

    code, who = "scanner-busy", Who.TIME


class ScannerSilent(ScannerError):
    """No line or page came within the deadline; the scan child was killed."""

    code, who = "scanner-silent", Who.VOLUNTEER


class ScannerForbidden(ScannerError):
    """The service user may not open the device: a udev rule or a group is missing."""

    code, who = "scanner-forbidden", Who.TECHNICIAN


class ScannerClaimed(ScannerError):
    """Another program on this box holds the scanner open."""

    code, who = "scanner-claimed", Who.VOLUNTEER


class ScanProgramMissing(ScannerError):
    """python-sane or libsane is not installed: apt install python3-sane libsane1 sane-airscan."""

    code, who = "scan-program-missing", Who.TECHNICIAN


class ScannerDriverMissing(ScannerError):
    """libsane is there, but has no driver that could speak to this scanner."""

    code, who = "scanner-driver-missing", Who.TECHNICIAN


class FeederEmpty(ScannerError):
    """There was no paper at all."""

    code, who = "feeder-empty", Who.CITIZEN


class PaperJam(ScannerError):
    """A sheet is stuck; the pages before it are kept."""

    code, who = "paper-jam", Who.VOLUNTEER


class CoverOpen(ScannerError):
    """A lid or door of the scanner is open."""

    code, who = "cover-open", Who.VOLUNTEER


class ShortPage(ScannerError):
    """The image ended early: fewer lines than announced, or a grey rest nobody scanned."""

    code, who = "short-page", Who.VOLUNTEER


class UnsupportedImage(ScannerError):
    """The scanner insists on a format we would save wrongly (16-bit, three-pass, unknown)."""

    code, who = "unsupported-image", Who.TECHNICIAN


class ScannerRefusedSetting(ScannerError):
    """A resolution, mode or source that this scanner does not have; nothing was scanned."""

    code, who = "scanner-refused-setting", Who.TECHNICIAN


class ScanCancelled(ScannerError):
    """Somebody stopped the batch; pages before that are kept."""

    code, who = "scan-cancelled", Who.VOLUNTEER


class ScanStopped(ScannerError):
    """A volunteer stopped the batch from the page; the sheet under way is not kept."""

    code, who = "scan-stopped", Who.VOLUNTEER


class ScanChildCrashed(ScannerError):
    """The scan child died (libsane crashed, or memory ran out); pages before that are kept."""

    code, who = "scan-child-crashed", Who.VOLUNTEER


class OutOfMemory(ScannerError):
    """The board has not enough free memory for this resolution."""

    code, who = "out-of-memory", Who.TECHNICIAN
