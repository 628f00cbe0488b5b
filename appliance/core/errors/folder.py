"""What can go wrong with the stick that carries sealed dossiers by hand; they stay in the box."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


class FolderError(ApplianceError):
    """The stick cannot be used as it is; what waits for it is tried again when it is back."""


class FolderAbsent(FolderError):
    """No prepared stick is plugged in."""

    code, who = "folder-absent", Who.VOLUNTEER


class FolderNotOurs(FolderError):
    """A stick is plugged in, but nobody prepared it."""

    code, who = "folder-not-ours", Who.VOLUNTEER


class FolderOfAnotherWard(FolderError):
    """The stick was prepared for another ward."""

    code, who = "folder-of-another-ward", Who.VOLUNTEER


class FolderFull(FolderError):
    """The next dossier does not fit on the stick; those on it are whole."""

    code, who = "folder-full", Who.VOLUNTEER


class FolderReadOnly(FolderError):
    """The stick may be read only."""

    code, who = "folder-read-only", Who.VOLUNTEER


class FolderFailed(FolderError):
    """The stick was pulled while it was written, or keeps other bytes than it was given."""

    code, who = "folder-failed", Who.VOLUNTEER


class FolderCopyDamaged(FolderError):
    """The ward found the copy on the stick damaged; it is written again by itself."""

    code, who = "folder-copy-damaged", Who.VOLUNTEER
