"""Mã hồ sơ: the national system's number of a dossier, as officers and messages tell it."""

from __future__ import annotations

import re

LONGEST = 60
# Number and length of the groups vary between authorities and years: kept as opaque text.
_LOOK = re.compile(r"^[0-9A-Z][0-9A-Z.]{1,40}-\d{6}-\d{4,10}$")


def tidy_code(typed: str) -> str:
    """Without blanks, in capitals, never longer than can be stored."""
    return "".join(typed.split()).upper()[:LONGEST]


def looks_like_a_code(code: str) -> bool:
    """Whether *code* has the shape, as in ``H26.12.34-261122-0001``. A doubt, never a refusal.

    >>> looks_like_a_code("H26.12.34-261122-0001"), looks_like_a_code("TH-0001-20261122-03")
    (True, False)
    """
    return bool(_LOOK.match(code))
