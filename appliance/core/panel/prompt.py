"""What the voice at the panel can be asked to say: a moment or a trouble, and at most a number.

There is no place for a name in it: whoever stands nearby hears every word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Moment(StrEnum):
    """When it speaks, besides troubles. Values are keys of ``spoken_vi.toml``."""

    SCANNING = "scanning"
    SAVED = "saved"  # with the number of pages
    NUMBER = "number"  # the short number of somebody who came without a dossier
    BUSY = "busy"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to say. *key* is a moment or the code of an error."""

    key: str
    number: int | None = None


Recorded = Callable[[Prompt], Path | None]  # the WAV in which somebody says it, where there is one


def nothing_recorded(_prompt: Prompt) -> Path | None:
    """Everything is said by the box's own voice."""
    return None


class Voice(Protocol):
    """A loudspeaker, or nothing at all."""

    def say(self, prompt: Prompt) -> None:
        """Say it now, instead of what is being said. Never blocks, never raises; any thread.

        Nothing is queued: a sentence that cannot be said at once would disagree with the lamp.
        """
        ...

    def close(self) -> None:
        """Silent from here on."""
        ...


AGAIN_AFTER_S = 6.0  # the same sentence sooner than this is a nuisance, not an answer


class Repeats:
    """Which sentences were said a moment ago. Not locked; moments never run backwards."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def may_say(self, sentence: str, now: float) -> bool:
        """Whether it is news at *now*; if so it counts as said."""
        self._until = {one: until for one, until in self._until.items() if until > now}
        if sentence in self._until:
            return False
        self._until[sentence] = now + AGAIN_AFTER_S
        return True


class Silence:
    """A point without a loudspeaker."""

    def say(self, prompt: Prompt) -> None:
        """As ``Voice.say``."""

    def close(self) -> None:
        """As ``Voice.close``."""
