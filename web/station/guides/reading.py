"""The guides that are the same at every point: the doors, VNeID in seven steps, no scams."""

from __future__ import annotations

from flask import render_template

from appliance.desk.running.appointments import free_slots
from web.station.guides.opening import opening_now
from web.station.guides.room import pages
from web.station.here import point


@pages.get("/guides")
def home() -> str:
    """The doors, whether somebody is there now, and booking while there are free times."""
    return render_template(
        "guides/home.html", opening=opening_now(), may_book=bool(free_slots(point()))
    )


@pages.get("/guides/vneid")
def vneid() -> str:
    """From the card in the hand to the code of the dossier."""
    return render_template("guides/vneid.html")


@pages.get("/guides/scams")
def scams() -> str:
    """What nobody at a point ever asks for, and what to do when it has happened."""
    return render_template("guides/scams.html")
