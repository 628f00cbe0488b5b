"""The guides on paper: the point's leaflet and the notice of each procedure, as PDF for anybody.

Whoever asks costs a child of some 100 ms and 68 MB, so one sheet is made at a time, each once a
day, and they are few: as many as there are procedures and addresses of this page.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date

from flask import Response, abort, current_app, request
from flask.blueprints import BlueprintSetupState

from appliance.core.errors import PrintingFailed
from appliance.core.printing import Media
from appliance.desk.point import Point
from appliance.desk.running.public_prints import leaflet_pdf, notice_pdf
from appliance.papers.prints.setting import words_of
from web.station import outside
from web.station.guides.room import pages
from web.station.here import point
from web.station.printing.made_paper import made_paper

SHELF = "tramhoso-public-prints"
KEPT = (
    48  # sheets of about 40 kB: ten notices, the leaflet, five step guides, on both papers; cards
)
PATIENCE_S = 4.0  # for a sheet that somebody else is having made


class Shelf:
    """The sheets of today, in memory; many threads take from it."""

    def __init__(self) -> None:
        self._making, self._day = threading.Lock(), date.min
        self._sheets: OrderedDict[tuple[str, ...], bytes] = OrderedDict()

    def take(self, key: tuple[str, ...], today: date, make: Callable[[], bytes]) -> bytes:
        """The sheet, made at most once a day.

        Raises:
            PrintingFailed: no sheet came out, or others are being made for too long.
        """
        if not self._making.acquire(timeout=PATIENCE_S):
            raise PrintingFailed("others are being made")
        try:
            if today != self._day:
                self._sheets.clear()
                self._day = today
            if key not in self._sheets:
                self._sheets[key] = make()
                while len(self._sheets) > KEPT:
                    self._sheets.popitem(last=False)
            return self._sheets[key]
        finally:
            self._making.release()


@pages.record_once
def _put_up_the_shelf(state: BlueprintSetupState) -> None:
    state.app.extensions[SHELF] = Shelf()


@pages.get("/guides/leaflet.pdf")
def leaflet() -> Response:
    """``?paper=roll`` for a till printer; else A4, twice on a sheet."""
    paper = media()
    url = outside.address_for_others("guides.home")
    return pdf(
        ("leaflet", paper, url or ""),
        lambda here: leaflet_pdf(here, paper, url),
        words_of("leaflet")["called"],
    )


@pages.get("/guides/procedures/<procedure_id>/notice.pdf")
def notice(procedure_id: str) -> Response:
    """One procedure on an A4 sheet for the wall; ``?paper=roll`` to take home."""
    found = point().procedures.leaflets.get(procedure_id)
    if found is None or not found.valid_on(point().today()):
        abort(404)
    url = outside.address_for_others("guides.procedure", procedure_id=procedure_id)
    paper = media()
    return pdf(
        ("notice", found.id, found.version, paper, url or ""),
        lambda here: notice_pdf(here, found, paper, url),
        f"{words_of('wall_notice')['called']} {found.title}",
    )


def media() -> Media:
    """On which paper this reader wants a sheet."""
    return Media.ROLL if request.args.get("paper") == Media.ROLL else Media.A4


def size() -> str:
    """How large cards are to be; empty where the address says nothing."""
    return request.args.get("size", "")


def pdf(key: tuple[str, ...], make: Callable[[Point], bytes], name: str) -> Response:
    """The sheet of that *key* from the shelf, shown by the browser; 503 when none came out."""
    shelf, here = current_app.extensions[SHELF], point()
    assert isinstance(shelf, Shelf)  # noqa: S101 - narrows the type; this room put it there
    key = (*key, str(here.sent_down.now.number))  # the ward may set hours and procedures anew
    return made_paper(lambda: shelf.take(key, here.today(), lambda: make(here)), name)
