"""A citizen's phone at one dossier: opened by a code on the volunteer's screen, soon over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from appliance.core.dossiers.dossier import Dossier, DossierState

LIFE = timedelta(minutes=30)
FOLLOWED_FOR = timedelta(hours=24)  # after the seal: only how far the dossier is
CLOCK_SLACK = timedelta(minutes=5)  # a clock set back by more than this was wrong when it was made


class Why(StrEnum):
    """Why a phone sees nothing. Keys of the phone's sentences."""

    UNKNOWN = "unknown"  # no such code, or a phone that never opened one
    TAKEN = "taken"  # another phone opened it first
    OVER = "over"  # its time ran out, or somebody ended it
    SEALED = "sealed"  # the dossier may still be followed, but no longer be changed


class PhoneRefused(Exception):
    """What the phone asked for is not its own, or not any more; *why* tells the sentence."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class PhoneLink:
    """One code on the screen and the one phone that opened it."""

    id: int
    dossier_id: str
    made_at: datetime
    expires_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Whether it opens nothing any more; a clock that was set far back ends it, too."""
        return self.ended_at is not None or not (
            self.made_at - CLOCK_SLACK <= now < self.expires_at
        )

    def may_work(self, dossier: Dossier, now: datetime) -> bool:
        """Whether answers and papers are open to it."""
        is_open = dossier.state is DossierState.OPEN and not dossier.is_supplement
        return is_open and not self.is_over(now)

    def may_follow(self, dossier: Dossier, now: datetime) -> bool:
        """Whether it may see how far the dossier is, and nothing of what is inside."""
        if self.ended_at is not None:
            return False
        if dossier.sealed_at is None:
            return not self.is_over(now)
        return abs(now - dossier.sealed_at) < FOLLOWED_FOR
