"""What can go wrong with papers that nobody claimed yet."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


class WalkUpError(ApplianceError):
    """The walk-up stays as it is."""


class WalkUpGone(WalkUpError):
    """No walk-up of that number is held: claimed, erased, or never there."""

    code, who = "walk-up-gone", Who.VOLUNTEER


class WalkUpElsewhere(WalkUpError):
    """Another volunteer opened it, or nobody did: it must be asked for with the citizen first."""

    code, who = "walk-up-elsewhere", Who.VOLUNTEER
