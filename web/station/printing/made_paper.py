"""A paper that is made at the moment somebody opens it, and stands in the window to be printed."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, current_app

from appliance.core.errors import PrintingFailed
from appliance.papers.names import paper_file_name


def made_paper(make: Callable[[], bytes], called: str) -> Response:
    """The PDF of *make*, under the name *called* when it is saved.

    A paper that could not be made is a 503 and a line in the log that names it, no broken page.
    """
    try:
        pdf = make()
    except PrintingFailed as error:
        current_app.logger.warning("%s: %s", called, error)
        abort(503)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=paper_file_name(called))
    return answer
