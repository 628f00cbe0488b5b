"""The guides on a screen that nobody sits at: large, touch alone, back to the start by itself."""

from __future__ import annotations

from flask import redirect
from flask import url_for as link
from flask.typing import ResponseReturnValue

from web.station import outside
from web.station.guides.room import keep, pages
from web.station.look import Look, look
from web.station.phone.qr import qr_svg

RETURN_AFTER_S = 90  # long enough to read a screen and turn to a neighbour
RETURN_WITHOUT_SCRIPT_S = 300  # counted from the page's start, touched or not


@pages.get("/guides/kiosk")
def kiosk() -> ResponseReturnValue:
    """Where the screen's browser starts, and where each visit ends: Vietnamese and large again."""
    return keep(redirect(link("guides.home"), 303), Look(large=True, kiosk=True))


@pages.context_processor
def _kiosk() -> dict[str, object]:
    return {
        "return_after_s": RETURN_AFTER_S,
        "return_without_script_s": RETURN_WITHOUT_SCRIPT_S,
        "code_of": code_of,
    }


def code_of(endpoint: str, **values: str) -> str:
    """The same page for a visitor's own phone; empty on a screen whose point has no address."""
    address = outside.address_for_others(endpoint, **values) if look().kiosk else None
    return qr_svg(address) if address else ""
