"""The paper inside the virtual scanner, and the ways it was told to misbehave. No HTTP here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Fault(StrEnum):
    """What the virtual scanner can be told to do wrong, one at a time."""

    JAM = "jam"  # at page N; the sheet goes back on the tray, as a person would put it
    COVER_OPEN = "cover-open"
    BUSY = "busy"  # answers 503, for some seconds or for ever
    STALL = "stall"  # page N never comes while the connection stays open; no sheet is lost by it
    CUT = "cut"  # the connection breaks in the middle of page N
    TRUNCATED = "truncated"  # page N is a JPEG cut in half, sent as if it were whole
    VANISH = "vanish"  # from page N on (0: at once) nothing answers, as if unplugged


@dataclass(frozen=True, slots=True)
class Sheet:
    """One piece of paper. A missing back is blank."""

    front: Path
    back: Path | None = None


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """One fault, where it strikes, and when it heals by itself."""

    fault: Fault
    at_page: int  # counts from 1 within one scan job; 0: before the first
    until: float | None  # time.monotonic(); None: until told to behave

    def active(self, page: int) -> bool:
        """Whether it strikes while *page* is asked for."""
        return page >= self.at_page and (self.until is None or time.monotonic() < self.until)


PaperLike = Path | str | tuple[Path | str, Path | str | None]


@dataclass(slots=True)
class Tray:
    """Sheets waiting in the feeder, the page on the glass, and the present fault.

    Safe from any thread. Names that are not absolute are looked up in *folder*.
    """

    folder: Path
    glass: Path | None = None
    _sheets: list[Sheet] = field(default_factory=list)
    _wrong: Misbehaviour | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    healed: threading.Event = field(default_factory=threading.Event)

    def load(self, papers: Iterable[PaperLike]) -> None:
        """Put *papers* in the feeder in place of whatever lay there.

        A pair is a sheet with front and back. Raises FileNotFoundError for an unknown name.
        """
        sheets = [self._sheet(paper) for paper in papers]
        with self._lock:
            self._sheets = sheets

    def lay_on_glass(self, paper: Path | str | None) -> None:
        """Put one page on the glass, or take it away: the scan is then of the white lid."""
        self.glass = None if paper is None else self._find(paper)

    def left(self) -> Sequence[Sheet]:
        """The sheets not yet pulled."""
        with self._lock:
            return tuple(self._sheets)

    def pull(self) -> Sheet | None:
        """Take the next sheet, or None when the feeder is empty."""
        with self._lock:
            return self._sheets.pop(0) if self._sheets else None

    def put_back(self, sheet: Sheet) -> None:
        """Lay a sheet on top again: it jammed, and somebody pulled it out."""
        with self._lock:
            self._sheets.insert(0, sheet)

    def misbehave(self, fault: Fault, at_page: int = 1, seconds: float | None = None) -> None:
        """From now on do *fault* at page *at_page* of a job; *seconds* None means for ever."""
        self.behave()
        until = None if seconds is None else time.monotonic() + seconds
        with self._lock:
            self.healed = threading.Event()
            self._wrong = Misbehaviour(Fault(fault), at_page, until)

    def behave(self) -> None:
        """No fault any more; what stalled goes on."""
        with self._lock:
            self._wrong = None
            self.healed.set()

    def wrong(self, page: int) -> Fault | None:
        """The fault that strikes while *page* is asked for, if any."""
        with self._lock:
            wrong = self._wrong
        return wrong.fault if wrong and wrong.active(page) else None

    def _sheet(self, paper: PaperLike) -> Sheet:
        if isinstance(paper, tuple):
            front, back = paper
            return Sheet(self._find(front), None if back is None else self._find(back))
        return Sheet(self._find(paper))

    def _find(self, name: Path | str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise FileNotFoundError(f"no such page: {path}")
        return path
