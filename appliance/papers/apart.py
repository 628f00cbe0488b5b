"""``make_pdf`` and ``count_pages`` in a process of their own.

The PDF libraries weigh 20 MB and are C++: the station neither carries nor trusts them. Papers
go through pipes only, never through a file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime

from appliance.core.errors import PageDamaged, PrintingFailed
from appliance.core.paper.packed import packed
from appliance.core.paper.plates import PlatedPage

_CHILD = "appliance.papers.pdf_child"
DAMAGED = 3  # how the child says that a page is not wholly there
DEADLINE_S = 180.0  # twenty pages on the slowest board


def make_pdf_apart(
    pages: Sequence[PlatedPage], title: str, made_at: datetime | None = None
) -> bytes:
    """As ``pdf.make_pdf``.

    Raises:
        PageDamaged: a page is not wholly there.
        PrintingFailed: the child crashed or took longer than ``DEADLINE_S``.
    """
    order = {
        "verb": "make",
        "title": title,
        "made_at": made_at and made_at.isoformat(),
    }
    return _answer(order, [packed(page) for page in pages])


def count_pages_apart(pdf: bytes) -> int:
    """As ``pdf.count_pages``."""
    return int(_answer({"verb": "count"}, [pdf]))


def _answer(order: Mapping[str, object], parts: Sequence[bytes]) -> bytes:
    head = json.dumps({**order, "sizes": [len(part) for part in parts]}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-m", _CHILD],
            input=b"".join([head, b"\n", *parts]),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a trace could quote a title
            timeout=DEADLINE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:  # its text would hold what was written so far
        raise PrintingFailed(f"no PDF within {DEADLINE_S:g} s") from None
    if done.returncode == DAMAGED:
        raise PageDamaged("a page does not decode")
    if done.returncode != 0:
        raise PrintingFailed(f"the PDF child ended with {done.returncode}")
    return done.stdout
