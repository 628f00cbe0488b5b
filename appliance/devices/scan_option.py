"""One setting of a scanner as SANE describes it, without libsane: for reasoning and for tests."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

Value = str | int | float | bool
# SANE's own numbers for what a value is; they are part of the standard
BOOL, INT, FIXED, STRING, BUTTON, GROUP = range(6)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be set now."""

    index: int
    kind: int
    in_pixels: bool
    constraint: Any  # None, (low, high, step), or a list of values

    @property
    def choices(self) -> tuple[Value, ...]:
        """The values offered, if they are listed."""
        return tuple(self.constraint) if isinstance(self.constraint, list) else ()

    @property
    def offered(self) -> str:
        """What it may be, in one line; empty for a switch."""
        return _offered(self.constraint)

    def reach(self, value: float) -> float:
        """The largest value allowed that is not above *value*; the lowest one if all are."""
        if isinstance(self.constraint, tuple):
            low, high, step = (float(part) for part in self.constraint)
            value = max(low, min(high, value))
            return low + math.floor((value - low) / step + 1e-6) * step if step else value
        listed = sorted(map(float, self.choices))
        return max(
            (choice for choice in listed if choice <= value), default=min(listed, default=value)
        )

    def allows(self, value: Value) -> bool:
        """Whether the backend would take *value* as it is, without clamping."""
        if isinstance(self.constraint, tuple):
            low, high, step = (float(part) for part in self.constraint)
            steps = (float(value) - low) / step if step else 0.0
            return low - 0.001 <= float(value) <= high + 0.001 and abs(steps - round(steps)) < 0.01
        return not self.choices or any(same(value, choice, 0.01) for choice in self.choices)


class Settable(Protocol):
    """A scanner as far as its settings go: the real one, or one from a table."""

    name: str

    def options(self) -> Mapping[str, Option]:
        """What can be set at this moment; choosing one value may change others."""
        ...

    def value(self, name: str) -> Value:
        """The present value of an active option."""
        ...

    def choose(self, name: str, value: Value, tolerance: float = 0.01) -> None:
        """Set an option and read it back; ScannerRefusedSetting when it was not taken."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """One option with its value, also one that cannot be set: what ``--explain`` lists."""

    name: str
    kind: int
    in_pixels: bool
    constraint: Any
    settable: bool
    value: Any

    def as_json(self) -> dict[str, Any]:
        """For the wire between child and parent, where a range must not look like a list."""
        is_range = isinstance(self.constraint, tuple)
        return asdict(self) | ({"constraint": {"range": self.constraint}} if is_range else {})

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Shown:
        """The inverse of ``as_json``."""
        told = said["constraint"]
        constraint = tuple(told["range"]) if isinstance(told, dict) else told
        return cls(**(said | {"constraint": constraint}))


def _offered(constraint: Any) -> str:
    if isinstance(constraint, tuple):
        return f"{constraint[0]:g}…{constraint[1]:g}"
    return " | ".join(map(str, constraint)) if constraint else ""


def same(asked: Value, taken: Any, tolerance: float) -> bool:
    """Whether what the scanner took is what it was asked for."""
    if isinstance(asked, str) or isinstance(taken, str):
        return str(asked) == str(taken)
    return abs(float(asked) - float(taken)) <= tolerance
