"""What can be wrong with a file that somebody brings; nothing of it is kept."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


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
