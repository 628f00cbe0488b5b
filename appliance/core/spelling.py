"""How any text is written down, whatever it is about; it knows no library."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping


def clean_text(raw: object) -> str:
    """NFC, no control signs, single spaces, none at the ends."""
    if raw is None or isinstance(raw, Mapping | list | tuple):
        return ""
    kept = "".join(" " if _is_blank(sign) else sign for sign in str(raw) if not _is_invisible(sign))
    # NFC last: dropping a sign can bring two others together that have a common form
    return " ".join(unicodedata.normalize("NFC", kept).split())


def ascii_digits(text: str) -> str:
    """Digits of any script or width as 0-9; everything else as it was."""
    return "".join(str(unicodedata.decimal(s)) if s.isdecimal() else s for s in text)


def _is_blank(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in {"Zs", "Zl", "Zp"}


def _is_invisible(sign: str) -> bool:
    """Controls, zero-width marks and lone surrogates, which cannot be written as UTF-8."""
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and not sign.isspace()
