"""What our settings became in a scanner's own words, for `tramhoso scan --explain`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.devices.scan_option import Option, Settable, Value


@dataclass(frozen=True, slots=True)
class Step:
    """One option that was set: what was taken, and what else there was."""

    option: str
    taken: str
    offered: str

    def __str__(self) -> str:
        among = f"   of {self.offered}" if self.offered else ""
        return f"{self.option:<16} {self.taken:<24}{among}".rstrip()


class Noting:
    """A scanner that passes everything on and notes what was chosen."""

    def __init__(self, device: Settable) -> None:
        self.name = device.name
        self.steps: list[Step] = []
        self._device = device

    def options(self) -> Mapping[str, Option]:
        """As ``Settable.options``."""
        return self._device.options()

    def value(self, name: str) -> Value:
        """As ``Settable.value``."""
        return self._device.value(name)

    def choose(self, name: str, value: Value, tolerance: float = 0.01) -> None:
        """As ``Settable.choose``; the value is read back before it is noted."""
        offered = self._device.options().get(name)
        self._device.choose(name, value, tolerance)
        taken = self._device.value(name)
        told = f"{taken:g}" if isinstance(taken, float) else str(taken)
        self.steps.append(Step(name, told, offered.offered if offered else ""))
