"""Pages are made clean one after another, beside the scan, as long as there is room."""

from __future__ import annotations

import logging
import time
from collections import Counter
from concurrent.futures import CancelledError
from contextlib import suppress

from appliance.core.dossiers.dossier import Page
from appliance.core.errors import DiskFull, DossierError, DossierMovedOn, DossierUnknown
from appliance.desk.pages import cleaning
from appliance.desk.point import Point
from appliance.imaging.child.cleaner import Cleaner
from appliance.imaging.child.upright import Uprights
from appliance.imaging.child.wire import CleanPage
from appliance.services.steady import told

log = logging.getLogger(__name__)

CLEAN_AGAIN_S = 5.0  # after a page could not be cleaned for want of room or processes
TRIES = 3  # to keep a page that trips over our own code; then those behind it have their turn


class Cleaning:
    """At most one page is in the cleaner's hands; the store knows which ones wait."""

    def __init__(self, point: Point, cleaner: Cleaner) -> None:
        self._point, self._cleaner = point, cleaner
        self._uprights = Uprights()
        self._work: cleaning.Work | None = None
        self._again_at: float | None = None
        self._tripped: Counter[tuple[str, int]] = Counter()  # by page and its edits
        self._must_vote = True  # after a start the batches of before may be undecided
        self._votes_wait = False  # for a batch to end, or for a page of it

    @property
    def is_idle(self) -> bool:
        """Nothing is being cleaned, and nobody asks which way is up."""
        return self._work is None and self._uprights.is_idle

    def next(self) -> None:
        """Hand over the oldest page that waits, unless one is in hand."""
        if self._work is not None or self._again_at is not None:
            return
        if not self._point.pages.has_room():
            return
        self._work = cleaning.next_work(self._point, lying=self._uprights.can_tell)
        if self._work is not None:
            work = self._work
            self._cleaner.submit(work.page.id, work.master, work.order, work.other)

    def follow(self) -> None:
        """Keep what the cleaner finished, and go on."""
        for page_id, future in self._cleaner.finished():
            work, self._work = self._work, None
            if work is None or work.page.id != page_id:
                continue  # cannot be: nothing else is handed over
            try:
                things = future.result()
            except CancelledError:
                continue  # the station stops; the store knows that it waits
            except OSError as error:  # no process, no memory: no fault of the page
                self._later(page_id, error)
            except Exception as error:
                log.warning("page %s: %s", page_id, error)
                cleaning.give_up_cleaning(self._point, work.page, told(error).code)
            else:
                self._save(work, things)
            self.next()

    def find_out_turns(self) -> None:
        """While no page is being cleaned: ask which way is up, then let the batches vote."""
        for page_id, turn in self._uprights.told():
            self._must_vote = True
            if turn is not None:
                with suppress(DossierUnknown):  # sealed and erased meanwhile
                    cleaning.settle_turn(self._point, page_id, turn)
                self.next()
        if self._work is not None:
            return
        self._uprights.go_on()
        if self._must_vote and self._uprights.is_idle:
            self._votes_wait = cleaning.let_batches_vote(self._point)
            self._must_vote = False  # after the vote: one that failed is held again
            self.next()

    def look_again(self) -> None:
        """Something moved: a batch that could not vote before may have ended meanwhile."""
        self._must_vote = self._must_vote or self._votes_wait
        self.next()  # a page that was put back, or that somebody's sign-in opened

    def again_if_due(self) -> None:
        """Try once more what had no room."""
        if self._again_at is not None and time.monotonic() >= self._again_at:
            self._again_at = None
            self.next()

    def _save(self, work: cleaning.Work, things: CleanPage) -> None:
        try:
            ids = cleaning.save_cleaned(self._point, work, things)
        except (DossierMovedOn, DossierUnknown) as error:
            log.info("page %s: %s", work.page.id, error)  # being sealed, or sealed already
        except DossierError as error:
            log.warning("page %s: %s: %s", work.page.id, error.code, error)
            cleaning.give_up_cleaning(self._point, work.page, error.code)
        except DiskFull as error:  # no fault of the page, and people are told elsewhere
            self._later(work.page.id, error)
        except Exception as error:
            self._not_kept(work.page, error)
        else:
            self._must_vote = True
            for page_id, thing in zip(ids, things, strict=False):
                if thing.lying:
                    self._uprights.ask(page_id, thing.lying)

    def _not_kept(self, page: Page, error: Exception) -> None:
        tried = (page.id, page.edits)
        self._tripped[tried] += 1
        if self._tripped[tried] < TRIES:
            self._later(page.id, error)
            return
        log.error("page %s stays as it was scanned", page.id, exc_info=error)
        cleaning.give_up_cleaning(self._point, page, told(error).code)
        del self._tripped[tried]

    def _later(self, page_id: str, error: Exception) -> None:
        log.warning("page %s is cleaned later: %s", page_id, error)
        self._again_at = time.monotonic() + CLEAN_AGAIN_S
