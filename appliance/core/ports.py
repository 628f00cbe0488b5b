"""The promises behind which real things live; a pretend twin keeps the same ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from appliance.core.paper.scan import ScanEvent, ScanSettings
from appliance.core.wire.manifest import Manifest, Receipt


class ScanBatch(Protocol):
    """One running batch in its own process group. Close it, whatever happened."""

    def fileno(self) -> int:
        """Readable when ``events`` would return something; for selectors."""
        ...

    def events(self, timeout_s: float = 0.0) -> Sequence[ScanEvent]:
        """What happened since the last call, waiting at most *timeout_s*.

        Also looks at the deadlines: a child that gave no line or page in time is killed as a
        group and reported as ``BatchEnded(error=ScannerSilent(...))``. After a BatchEnded
        nothing more comes. Never raises for what the scanner does.
        """
        ...

    def cancel(self) -> None:
        """Stop after what is already read; a BatchEnded with ScanCancelled follows."""
        ...

    def close(self) -> None:
        """No survivors: the child and all it started are gone when this returns."""
        ...


class Scanner(Protocol):
    """Any paper source."""

    def start(self, settings: ScanSettings, spool: Path) -> ScanBatch:
        """Start one batch; page files appear in *spool* (made if absent). Returns at once."""
        ...


class Signal(StrEnum):
    """What the lamp says. The vocabulary is drawn in docs/panel.md."""

    OFF = "off"  # the station is not running
    READY = "ready"  # press the button
    SCANNING = "scanning"  # paper is moving
    SAVED = "saved"  # every page so far is durably stored, encrypted
    BUSY = "busy"  # your press was seen; wait
    NEEDS_PERSON = "needs-person"  # call the helper
    SENT = "sent"  # the ward's signed receipt is here


class Panel(Protocol):
    """One button, one lamp, perhaps a buzzer."""

    def listen(self, on_press: Callable[[float], None]) -> None:
        """Call *on_press* with the ``time.monotonic()`` of every debounced press.

        The callback may come from any thread; it returns at once and never raises.
        """
        ...

    def show(self, signal: Signal) -> None:
        """Keep showing *signal* until the next call. Never blocks; safe from any thread."""
        ...

    def flash(self, signal: Signal) -> None:
        """Answer a press for about a second, then go back to what was shown."""
        ...

    def close(self) -> None:
        """Lamp off, pins free."""
        ...


class Destination(Protocol):
    """Where a sealed dossier can go."""

    name: str

    def send(self, manifest: Manifest, body: bytes, files: dict[str, Path]) -> Receipt:
        """Deliver, or continue delivering, one sealed dossier.

        *body* is the canonical JSON of *manifest*, the bytes that were signed and hashed;
        *files* maps the SHA-256 of each sealed file to its path. Safe to repeat for ever: the
        same id and body give the same receipt. Returns only a receipt whose signature and
        digest were verified.

        Raises:
            DeliveryError: it did not arrive this time; branch on ``error.who``.
        """
        ...
