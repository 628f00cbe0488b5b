"""What is long travels packed: a phone at the far end of the box's Wi-Fi waits for a seventh.

A page that repeats words of its own address is never packed: somebody who could make a browser
ask for it again and again would learn its secret token from the lengths (BREACH). The strict
session cookie already keeps other sites from asking; this is the second lock.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

from web.station.door.security import STATIC_FILES
from web.station.gate import wants_fragment

WORTH_BYTES = 4000
FEW_FILES = 32
OUR_WORDS = {("all", "1"), ("back", "check")}  # they choose what a page shows, nothing else
QUICK = 3  # of 9: a form of 120 kB becomes 14, in a fifth of the time of the best


def pack(app: Flask) -> None:
    """Pack what every browser understands, where it is worth it."""

    @app.after_request
    def _packed(response: Response) -> Response:
        is_file = request.endpoint in STATIC_FILES
        if not (is_file or _is_plain_page(response)) or response.status_code != 200:
            return response
        response.vary.add("Accept-Encoding")
        takes_it = request.accept_encodings.quality("gzip") > 0
        if not takes_it or not (response.mimetype or "").startswith("text/"):
            return response
        response.direct_passthrough = False
        plain = response.get_data()
        if len(plain) >= WORTH_BYTES:
            packed = _packed_file(plain) if is_file else gzip.compress(plain, QUICK, mtime=0)
            response.set_data(packed)
            response.headers["Content-Encoding"] = "gzip"
        return response


def _is_plain_page(response: Response) -> bool:
    words = set(request.args.items(multi=True)) - OUR_WORDS
    return response.mimetype == "text/html" and not words and not wants_fragment()


@lru_cache(maxsize=FEW_FILES)
def _packed_file(plain: bytes) -> bytes:
    """Once a process, as small as it gets; without a time inside, so the same every time."""
    return gzip.compress(plain, mtime=0)
