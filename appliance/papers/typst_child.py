"""Words become a printed sheet. The only file that knows Typst.

Run as ``python -m appliance.papers.typst_child TEMPLATE`` with JSON on stdin; the PDF comes on
stdout. Its own process, one sheet long, because Typst keeps what it has set: measured, 1 MB more
after each summary, and a citizen's answers stay in memory for as long as the process lives.

Fonts come embedded with Typst, so a sheet looks the same on every box. PDF/A forbids a
character without a glyph, so Typst itself refuses to print an empty box for a letter.
"""

from __future__ import annotations

import json
import resource
import sys
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

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
    """The sheet, if need be with □ for each character that no font has.

    Raises:
        typst.TypstError: the template does not compile; the message quotes the sheet's text.
    """
    tidy = _drawn(_mapped(content, _tidied))
    with suppress(typst.TypstError):  # most likely a character without a glyph
        return _compiled(template, tidy, made_at)
    return _compiled(template, _mapped(tidy, _latin) | {"replaced": True}, made_at)


def main() -> None:
    """One sheet. Ends with 1 and without a word when it cannot be set."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the answers
    asked = json.load(sys.stdin.buffer)
    try:
        pdf = typeset(sys.argv[1], asked["content"], datetime.fromisoformat(asked["made_at"]))
    except typst.TypstError:
        sys.exit(1)  # its message quotes the sheet's text, which is a citizen's
    sys.stdout.buffer.write(pdf)


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
        timestamp=made_at,
    )
    return bytes(pdf)


def _drawn(content: dict[str, Any]) -> dict[str, Any]:
    """*content* with its ``qr`` as a drawing in ``qr_svg``; sheets without one stay as they are.

    Where there are several, ``qrs`` has them by name, and ``qr_svgs`` then their drawings.
    """
    if not (content.get("qr") or content.get("qrs")):
        return content
    from appliance.papers.qr import qr_svg  # noqa: PLC0415 - few sheets have one

    if several := content.get("qrs"):
        content = content | {"qr_svgs": {name: qr_svg(text) for name, text in several.items()}}
    return content | {"qr_svg": qr_svg(content["qr"])} if content.get("qr") else content


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


if __name__ == "__main__":
    main()
