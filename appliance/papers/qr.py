"""A QR code as a drawing. Loaded in the typesetting child only, when a sheet has one."""

from __future__ import annotations

import zxingcpp


def qr_svg(text: str) -> str:
    """*text* as SVG, one unit a square, with the quiet border that readers need.

    Level M: a fold or a drop of coffee over a tenth of it does no harm.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return str(code.to_svg())
