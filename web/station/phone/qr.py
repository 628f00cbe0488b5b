"""A QR code as markup. The only file that knows segno."""

from __future__ import annotations

from markupsafe import Markup


def qr_svg(text: str) -> Markup:
    """*text* as an SVG that the style sheet sizes, with the quiet border that cameras need.

    Level M: a smear over a tenth of the screen does no harm.
    """
    import segno  # noqa: PLC0415 - 0.8 MB for days on which somebody needs it

    code = segno.make_qr(text, error="m")
    return Markup(code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704 - drawn here
