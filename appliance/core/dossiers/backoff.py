"""How long a dossier rests in the outbox after it did not arrive."""

from __future__ import annotations

from collections.abc import Callable

from appliance.core.errors import (
    ConflictAtWard,
    DeliveryError,
    RefusedByWard,
    SealedFileDamaged,
    SlowDown,
    SupplementNotWanted,
    TooLargeForWard,
)

FIRST_REST_S = 5.0
LONGEST_REST_S = 900.0

# Everything else can still succeed by itself or after somebody has put it right (a Wi-Fi
# log-in, a certificate, a token), and nobody should then have to remember this dossier too.
_NEVER_AS_IT_IS = (
    ConflictAtWard,
    TooLargeForWard,
    RefusedByWard,
    SealedFileDamaged,
    SupplementNotWanted,
)


def needs_person(error: DeliveryError) -> bool:
    """Whether sending the same bytes again can never succeed."""
    return isinstance(error, _NEVER_AS_IT_IS)


def next_try(
    attempts: int, random: Callable[[], float], retry_after_s: float | None = None
) -> float:
    """Seconds to rest after *attempts* failures in a row (counts from 1).

    Doubles from 5 s up to 15 min. *random* gives numbers in [0, 1): twenty boxes that lost the
    same ward must not all come back in the same second, so the rest lies anywhere between the
    doubled value and twice that. A ward's Retry-After is a floor, and it too is capped: a ward
    that says "tomorrow" by mistake does not silence a box.
    """
    # 2 ** attempts would become a number too big for a float after some months off line
    doublings = min(max(attempts, 1) - 1, 16)
    floor_s = min(FIRST_REST_S * (1 << doublings), LONGEST_REST_S / 2)
    own_s = floor_s * (1 + random())
    asked_s = (retry_after_s or 0.0) * (1 + random() / 10)
    return min(max(own_s, asked_s), LONGEST_REST_S)


def rest_after(error: DeliveryError, attempts: int, random: Callable[[], float]) -> float | None:
    """Seconds to rest after *error*; None when a person must look instead."""
    if needs_person(error):
        return None
    asked_s = error.retry_after_s if isinstance(error, SlowDown) else None
    return next_try(attempts, random, asked_s)
