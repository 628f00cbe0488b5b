"""What the drivers of libsane call the same things: ``quirks.toml``, read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from appliance.catalogues import read_catalogue
from appliance.core.paper.scan import ColorMode, PaperSource
from appliance.devices.scan_option import Value


@dataclass(frozen=True, slots=True)
class Switch:
    """One option and the value that it should have, where a scanner has it."""

    option: str
    value: Value


@dataclass(frozen=True, slots=True)
class Quirks:
    """The whole file."""

    said: dict[str, Any]

    def source_kind(self, name: str) -> PaperSource | None:
        """What a driver's name for a source means; None: nothing that is taken by itself."""
        low = name.lower()
        for line in self.said["source"]:
            if low in line.get("whole", ()) or any(word in low for word in line["words"]):
                return None if line["kind"] == "other" else PaperSource(line["kind"])
        return None

    def mode_name(self, asked: ColorMode, offered: Sequence[str]) -> str | None:
        """Which of the modes *offered* it is; None when there is none."""
        line = next(one for one in self.said["mode"] if one["kind"] == asked)
        for wanted in line["whole"]:
            if wanted in offered:
                return str(wanted)
        return next((name for name in offered if _fits(name.lower(), line)), None)

    def is_sheetfed(self, device: str) -> bool:
        """Whether the driver of the SANE name *device* knows feeders only."""
        return device.partition(":")[0] in self.said["sheetfed"]["drivers"]

    def switches(self, kind: str) -> tuple[Switch, ...]:
        """``duplex``, ``one_side``, ``feeding`` or ``tame``, in their order."""
        return tuple(Switch(one["option"], one["value"]) for one in self.said[kind])

    def names(self, number: str) -> Iterable[str]:
        """What ``depth``, ``resolution``, ``width`` or ``height`` may be called."""
        return tuple(self.said["numbers"][number])


def _fits(name: str, line: dict[str, Any]) -> bool:
    return any(w in name for w in line["words"]) and not any(w in name for w in line["never"])


@cache
def quirks() -> Quirks:
    """As shipped."""
    return Quirks(read_catalogue("appliance.devices", "quirks"))
