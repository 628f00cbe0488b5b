"""What can go wrong with the box itself; a technician mends most of it."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


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
