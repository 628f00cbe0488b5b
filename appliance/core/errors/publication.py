"""What can be wrong with what a ward sends down."""

from __future__ import annotations

from appliance.core.errors.family import ApplianceError, Who


class PublicationError(ApplianceError):
    """A publication of the ward is not taken; what stood before goes on standing."""


class PublicationForged(PublicationError):
    """Signature, number or a digest does not fit: it may not be from our ward at all."""

    code, who = "publication-forged", Who.TECHNICIAN


class PublicationWrong(PublicationError):
    """It is the ward's own, but a file of it cannot be used; the text names file and line."""

    code, who = "publication-wrong", Who.WARD


class PublicationDamaged(PublicationError):
    """What lies on the card is no longer what was taken in."""

    code, who = "publication-damaged", Who.TECHNICIAN
