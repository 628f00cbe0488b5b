"""What parent and scan child say to each other: one order as JSON, then one JSON line an event."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance.core.errors import ScanChildCrashed, ScannerError, concrete_errors
from appliance.core.paper.scan import ColorMode, PaperSource, ScannedPage, ScanSettings

LIST = "list"  # instead of an order: name every scanner
LOOK = "look:"  # before a name: open it and tell its options; no paper moves
NO_LIBSANE = 69  # the status of a child that could not even load it: EX_UNAVAILABLE
SCANNER_ERRORS: dict[str, type[ScannerError]] = {
    error.code: error for error in concrete_errors(ScannerError) if issubclass(error, ScannerError)
}


@dataclass(frozen=True, slots=True)
class ScanOrder:
    """One batch. *device* empty: the first scanner found."""

    device: str
    spool: Path
    settings: ScanSettings
    meminfo: Path = Path("/proc/meminfo")

    def to_json(self) -> str:
        """For the child's command line."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> ScanOrder:
        """The inverse of ``to_json``."""
        said = json.loads(text)
        asked = said["settings"]
        width, height = asked.pop("paper_mm")
        mode, source = ColorMode(asked.pop("mode")), PaperSource(asked.pop("source"))
        settings = ScanSettings(mode=mode, source=source, paper_mm=(width, height), **asked)
        return cls(said["device"], Path(said["spool"]), settings, Path(said["meminfo"]))


@dataclass(frozen=True, slots=True)
class Started:
    """Device open, settings read back."""

    device: str


@dataclass(frozen=True, slots=True)
class Pulling:
    """Page *number* is asked for; until its first line only the page deadline counts."""

    number: int


@dataclass(frozen=True, slots=True)
class Line:
    """A sign of life inside page *number*."""

    number: int
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page file is complete and was decoded once."""

    page: ScannedPage


@dataclass(frozen=True, slots=True)
class Ended:
    """The outcome; the device is still to be cancelled and closed."""

    pages: int
    code: str
    text: str

    def error(self) -> ScannerError | None:
        """The typed error; None when the tray was simply empty at the end."""
        return SCANNER_ERRORS.get(self.code, ScanChildCrashed)(self.text) if self.code else None


Said = Started | Pulling | Line | Page | Ended
_KINDS: dict[str, type[Said]] = {
    kind.__name__.lower(): kind for kind in (Started, Pulling, Line, Ended)
}


def to_line(said: Said) -> bytes:
    """One event as a line; shorter than PIPE_BUF, so threads may write without a lock."""
    fields = asdict(said.page) if isinstance(said, Page) else asdict(said)
    return (
        json.dumps({"event": type(said).__name__.lower(), **fields}, default=str).encode() + b"\n"
    )


def from_line(line: bytes) -> Said:
    """The inverse of ``to_line``. Raises ValueError, KeyError or TypeError for anything else."""
    fields = json.loads(line)
    kind = fields.pop("event")
    if kind == "page":
        fields["path"], fields["mode"] = Path(fields["path"]), ColorMode(fields["mode"])
        return Page(ScannedPage(**fields))
    return _KINDS[kind](**fields)


Tell = Callable[[Said], None]
