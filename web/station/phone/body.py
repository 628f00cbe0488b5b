"""A photograph is large: it is taken from who was let in only, and spooled to memory alone."""

from __future__ import annotations

import re
import tempfile
from typing import IO

from flask import Flask, Request, request
from flask.typing import ResponseReturnValue
from markupsafe import escape

from appliance.core.dossiers.phone_link import PhoneRefused
from appliance.desk.dossier import phone_links
from appliance.desk.pages.photos import LARGEST_BYTES
from web.serving import LargeBodies
from web.station.here import point
from web.station.look import Language
from web.station.phone.room import refused, secret, words_of

AROUND = 16 * 1024  # boundaries and the token beside the photograph
LARGEST_BODY = LARGEST_BYTES + AROUND
ENDPOINT = "phone.bring"
PATH = re.compile(r"/phone/papers/[a-z0-9_]{1,60}/photo")
AT_ONCE = 1  # two copies of it lie in memory for a moment: 60 MB


def photographs() -> LargeBodies:
    """What the server may take on the one address for photographs."""
    return LargeBodies(
        path=PATH,
        max_bytes=LARGEST_BODY + 1,
        at_once=AT_ONCE,
        too_large_page=_bare_page("too-large"),
        busy_page=_bare_page("many-waiting"),
    )


class SpooledInMemory(Request):
    """Uploads lie in the runtime folder, a tmpfs: papers in plain never touch the card."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return tempfile.TemporaryFile(dir=point().config.paths.runtime)


def guard(app: Flask) -> None:
    """Register before anything that reads a form: the token in it comes after the photograph."""
    app.request_class = SpooledInMemory

    @app.before_request
    def _room_for_a_photo() -> ResponseReturnValue | None:
        if request.endpoint != ENDPOINT:
            return None
        try:
            phone_links.link_of_phone(point(), secret())
        except PhoneRefused as refusal:
            return refused(refusal)
        request.max_content_length = LARGEST_BODY
        return None


def _bare_page(name: str) -> str:
    """Three sentences without any of our style: the server says them, not the app.

    In both languages: the server does not know which one this phone wants.
    """
    told = words_of(name, Language.VIETNAMESE)
    lines = "".join(
        f'<p lang="{language}">{escape(line)}</p>'
        for language in Language
        for line in words_of(name, language)[2:]
    )
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(told.what)}</title><body>{lines}"
        '<p><a href="/phone/papers">Quay lại · <span lang="en">Back</span></a></p></body></html>'
    )
