"""The week on paper, for the door."""

from __future__ import annotations

from flask import Response

from appliance.desk.running.duty_notice import duty_notice_pdf
from web.station import outside
from web.station.duty.room import pages, say
from web.station.here import point
from web.station.printing.made_paper import made_paper


@pages.get("/notice.pdf")
def notice() -> Response:
    """Who is there on each of the seven days from today on, by first name, with the point's QR."""
    url = outside.address_for_others("guides.hours")
    return made_paper(lambda: duty_notice_pdf(point(), url), say("notice.called"))
