"""What a ward tells a box about the box itself; nothing that is sealed waits for it."""

from __future__ import annotations

from appliance.core.errors.delivery import DeliveryError
from appliance.core.errors.family import Who


class PointCodeTaken(DeliveryError):
    """Another box of the ward numbers its dossiers alike; what is sealed is sent all the same."""

    code, who = "point-code-taken", Who.TECHNICIAN
