"""The week on paper, for the door."""

from __future__ import annotations

from flask import Response, abort, current_app

from appliance.core.errors import PrintingFailed
from appliance.desk.duty_notice import duty_notice_pdf
from appliance.papers.names import paper_file_name
from web.station import outside
from web.station.duty.room import pages, say
from web.station.here import point


@pages.get("/notice.pdf")
def notice() -> Response:
    """Who is there on each of the seven days from today on, by first name, with the point's QR."""
    try:
        pdf = duty_notice_pdf(point(), outside.address_for_others("guides.hours"))
    except PrintingFailed as error:
        current_app.logger.warning("duty notice: %s", error)
        abort(503)
    answer = Response(pdf, mimetype="application/pdf")
    name = paper_file_name(say("notice.called"))
    answer.headers.set("Content-Disposition", "inline", filename=name)
    return answer
