"""What a citizen who asks about their own dossier can be told."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


class CitizenError(ApplianceError):
    """Nothing was shown and nothing was changed."""


class CitizenUnknown(CitizenError):
    """Number and secret do not fit; which of them is wrong is not told."""

    code, who = "citizen-unknown", Who.VOLUNTEER


class CitizenLongAgo(CitizenError):
    """A number of this point whose dossier was over so long ago that the box forgot it."""

    code, who = "citizen-long-ago", Who.VOLUNTEER


class TooManyGuesses(CitizenError):
    """Too many slips did not fit lately."""

    code, who = "too-many-guesses", Who.TIME
