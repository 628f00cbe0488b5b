"""Which sheets are on their way to a printer: in memory only, and naming nobody.

The print system takes back by itself what it cannot print within two minutes, so nothing is lost
with this book but the word on the screen.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime

from appliance.core.printing import Media, PrintJob, PrintNews, PrintState

REMEMBERED = 64  # dossiers
ON_ITS_WAY = frozenset({PrintState.WAITING, PrintState.PRINTING})


_JUST_HANDED = PrintNews(PrintState.WAITING)


@dataclass(frozen=True, slots=True)
class Handed:
    """One press on *In* and what became of it."""

    key: str
    media: Media
    at: datetime
    job: PrintJob | None = None  # None while it is handed over, or when nobody took it
    news: PrintNews = _JUST_HANDED
    cancelled: bool = False  # by a person, here

    @property
    def is_on_its_way(self) -> bool:
        """Whether something may still come out."""
        return self.news.state in ON_ITS_WAY


class PrintBook:
    """The newest press for each sheet of a dossier; many threads write in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: OrderedDict[str, dict[tuple[str, Media], Handed]] = OrderedDict()

    def begin(self, dossier_id: str, handed: Handed) -> bool:
        """Note a press. False when the same sheet is on its way: a double click prints once."""
        with self._lock:
            page = self._pages.setdefault(dossier_id, {})
            former = page.get((handed.key, handed.media))
            if former is not None and former.is_on_its_way:
                return False
            page[handed.key, handed.media] = handed
            self._pages.move_to_end(dossier_id)
            while len(self._pages) > REMEMBERED:
                self._pages.popitem(last=False)
            return True

    def note(
        self,
        dossier_id: str,
        handed: Handed,
        news: PrintNews,
        *,
        job: PrintJob | None = None,
        cancelled: bool = False,
    ) -> None:
        """What became of that press; one that a newer press has replaced is left alone."""
        with self._lock:
            page = self._pages.get(dossier_id, {})
            known = page.get((handed.key, handed.media))
            if known is None or known.at != handed.at:
                return
            page[handed.key, handed.media] = replace(
                known,
                job=job or known.job,
                news=news,
                cancelled=known.cancelled or cancelled,
            )

    def of(self, dossier_id: str) -> dict[tuple[str, Media], Handed]:
        """All presses for that dossier."""
        with self._lock:
            return dict(self._pages.get(dossier_id, {}))
