"""What can go wrong with the database and the card under it."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


class StoreError(ApplianceError):
    """The database, or the card that it lies on, cannot do what it must."""


class StoreDamaged(StoreError):
    """SQLite cannot read its own file; the next start brings back the last good copy."""

    code, who = "store-damaged", Who.TECHNICIAN


class StoreInUse(StoreError):
    """Services work with the database, so it cannot be replaced."""

    code, who = "store-in-use", Who.TECHNICIAN


class NoFreshCopy(StoreError):
    """For hours no copy of the database could be finished; what is saved is not in danger yet."""

    code, who = "no-fresh-copy", Who.TECHNICIAN


class CardReadOnly(StoreError):
    """The kernel let the card be read only, as it does after errors of the card."""

    code, who = "card-read-only", Who.TECHNICIAN


class FoundAgain(StoreError):
    """No trouble any more: what was saved after the last good copy was brought back in."""

    code, who = "found-again", Who.VOLUNTEER
