"""Words become a printed sheet. The only file that knows Typst.

Fonts come embedded with Typst, so a sheet looks the same on every box. PDF/A forbids a
character without a glyph, so Typst itself refuses to print an empty box for a letter.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import typst

from appliance.core.errors import PrintingFailed

_TEMPLATES = Path(__file__).parent / "templates"
_UNPRINTABLE = "□"
_LATIN = (
    range(0x250),  # Latin as far as Extended-B
    range(0x1E00, 0x1F00),  # where most Vietnamese letters are
    range(0x2010, 0x2028),  # dashes, quotes, the ellipsis
    range(0x20AB, 0x20AC),  # the đồng sign
    range(0x25A1, 0x25A2),  # □ itself
)


def typeset(template: str, content: dict[str, Any], made_at: datetime) -> bytes:
    """Print *content* (JSON values) with ``templates/{template}.typ`` as PDF/A-2b.

    Text stays text, whatever it holds: the template reads it as JSON and never as Typst. A
    character no font has becomes □, and the sheet says so. The same input gives the same bytes.

    Raises:
        PrintingFailed: no sheet came out; the text for the log holds nothing of *content*.
    """
    tidy = _mapped(content, _tidied)
    with suppress(typst.TypstError):  # most likely a character without a glyph
        return _compiled(template, tidy, made_at)
    latin = _mapped(tidy, _latin) | {"replaced": True}
    try:
        return _compiled(template, latin, made_at)
    except typst.TypstError:
        # from None: its message quotes the sheet's text, which is a citizen's
        raise PrintingFailed(f"{template}.typ does not compile") from None


def _compiled(template: str, content: dict[str, Any], made_at: datetime) -> bytes:
    pdf = typst.compile(
        str(_TEMPLATES / f"{template}.typ"),
        root=str(_TEMPLATES),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={
            "content": json.dumps(content),
            "made_at": json.dumps([made_at.year, made_at.month, made_at.day]),
        },
        pdf_standards="a-2b",
        timestamp=_fixed(made_at),
    )
    return bytes(pdf)


def _fixed(made_at: datetime) -> datetime:
    """The second it was, with a plain offset: Typst takes no named zone and no fractions."""
    fixed = timezone(made_at.utcoffset() or timedelta())
    return made_at.astimezone(fixed).replace(microsecond=0)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """*value* with every text in it changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(part, change) for part in value]
    return value


def _tidied(text: str) -> str:
    """One code point per letter; no control signs, which could also turn the writing around."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(_visible(sign) for sign in composed)


def _visible(sign: str) -> str:
    if sign == "\n":
        return sign
    kind = unicodedata.category(sign)
    if kind == "Cf":
        return ""
    return " " if kind in ("Cc", "Zl", "Zp") else _UNPRINTABLE if kind[0] == "C" else sign


def _latin(text: str) -> str:
    return "".join(
        sign if any(ord(sign) in block for block in _LATIN) else _UNPRINTABLE for sign in text
    )
