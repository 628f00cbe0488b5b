"""A queue number on paper: through the same book as every other print of this page.

The number itself is given, and noted, before any paper: a plug that is pulled here costs a slip,
and never lets two people wait with one number.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Response, abort, current_app, flash, redirect, request
from flask import url_for as link
from flask.typing import ResponseReturnValue

from appliance.core.errors import PrinterError, PrintingFailed
from appliance.core.point.queue import MOST_NUMBERS
from appliance.core.printing import Media, PrintNews, PrintState
from appliance.desk import served
from appliance.desk.dossier.printing import printer_for, queue_slip
from appliance.desk.running import queue
from web.station.here import point
from web.station.printing.print_book import Handed
from web.station.printing.prints import HANDING_S, book, follow, state_of
from web.station.visits.room import pages
from web.station.visits.words import say


@pages.post("/visits/queue/print")
def print_it() -> ResponseReturnValue:
    """Form field: ``number``, onto the till roll; once while that slip is on its way."""
    number = request.form.get("number", 0, type=int)
    if not 0 < number <= queue.now(point()).given:
        abort(404)
    handed, page = Handed(key_of(number), Media.ROLL, point().clock()), page_of_today()
    if book().begin(page, handed):
        job, news = None, PrintNews(PrintState.GIVEN_UP)
        try:
            pdf = queue_slip(point(), number, Media.ROLL)
            printer = replace(printer_for(point(), Media.ROLL), deadline_s=HANDING_S)
            job = printer.print(pdf, Media.ROLL)
            news = PrintNews(PrintState.WAITING)
        except (PrinterError, PrintingFailed) as error:
            current_app.logger.warning("%s: %s", type(error).__name__, error)
            news = PrintNews(PrintState.GIVEN_UP, error.code)
        finally:
            book().note(page, handed, news, job=job)
    return redirect(link("visits.show", given=number, _anchor="queue"), 303)


@pages.get("/visits/queue/numbers.pdf")
def numbers() -> ResponseReturnValue:
    """A sheet of numbers to cut, from the next one on; none of them is given by that."""
    first = queue.now(point()).given + 1
    if first > MOST_NUMBERS:
        flash(say("queue.no_more"), "todo")
        return redirect(link("visits.show", _anchor="queue"), 303)
    answer = Response(queue_slip(point(), first, Media.A4), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"luot-{first}.pdf")
    return answer


def slip_of(number: int) -> dict[str, object] | None:
    """Where the slip of *number* stands, as the page tells it; None: nobody printed it."""
    follow(page_of_today())
    handed = book().of(page_of_today()).get((key_of(number), Media.ROLL))
    if handed is None:
        return None
    return {
        "state": state_of(handed),
        "trouble": handed.news.trouble,
        "is_on_its_way": handed.is_on_its_way,
    }


def key_of(number: int) -> str:
    """How the book calls that slip."""
    return f"turn-{number}"


def page_of_today() -> str:
    """Numbers begin anew each day at each place, and so do their slips."""
    return f"queue {point().today()} {served.here_now(point()).key}"
