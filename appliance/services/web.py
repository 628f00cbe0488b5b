"""tramhoso web: the page at the point. No device, no network of its own, no device key."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable

from appliance.desk.point import Point
from appliance.desk.sending.delivery import publish_form_versions
from appliance.desk.sending.words import publish_words_key
from web.serving import serve
from web.station.app import create_app
from web.station.error_pages import bare_page
from web.station.phone.body import photographs

log = logging.getLogger(__name__)

THREADS = 4
MAX_BODY_BYTES = 1024 * 1024  # of forms; web.serving keeps that much in memory


def run(point: Point, on_ready: Callable[[str], None], beat: Callable[[], None]) -> None:
    """Serve the page until SIGTERM. *on_ready* gets its address.

    Raises:
        ProcedureWrong: a procedure file has a mistake; better told now than to a citizen.
    """
    publish_form_versions(point)
    publish_words_key(point)
    known = point.procedures.sent_down

    def turn() -> None:
        nonlocal known
        beat()
        if (here := point.procedures.sent_down) != known:  # read beside us since the ward sent it
            known = here
            try:
                publish_form_versions(point)
            except Exception:  # told the ward later or not; the page goes on
                log.exception("which procedures are offered now was not noted")

    # a photograph is spooled by waitress and again by werkzeug: into RAM, never onto the card
    tempfile.tempdir = str(point.config.paths.runtime)
    serve(
        create_app(point, https=point.config.web.https),
        point.config.web.listen,
        threads=THREADS,
        max_body_bytes=MAX_BODY_BYTES,
        large=photographs(),
        too_large_page=bare_page("too-large"),
        on_ready=on_ready,
        on_turn=turn,
    )
