"""What the pages of visits, places and figures share."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint

from web.station.here import local
from web.station.visits.words import say

pages = Blueprint("visits", __name__, template_folder="templates")


@pages.context_processor
def _for_templates() -> dict[str, object]:
    return {"say": say, "time_of": time_of}


def time_of(moment: datetime) -> str:
    """The time alone: all visits of a list are of one day."""
    return f"{local(moment):%H:%M}"
