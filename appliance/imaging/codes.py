"""QR codes and bar codes in an image. The one file that knows zxing-cpp."""

from __future__ import annotations

from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter

from appliance.core.paper.findings import Code, Quad

_WANTED = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
# at 200 dpi with soft optics: 140 of 160 codes at once, 148 at twice the size, 160 sharpened
_SHARPER = ImageFilter.UnsharpMask(radius=2, percent=200, threshold=0)
_ENOUGH_SIDE_PX = 1700  # a card at 400 dpi; larger images are enlarged in windows
_OVERLAP_PX = 420  # a card's code at 300 dpi, 20 mm and more, lies whole in one window


def find_codes(image: Image.Image, *, thorough: bool = False) -> tuple[Code, ...]:
    """Every QR code and Code 128 in *image*, with its corners as the code itself stands.

    The quad begins at the code's own top left, so its first side tells which way is up.
    At 300 dpi one quick look finds them all. *thorough* looks again at twice the size, then
    sharpened, when there was nothing: worth its 5 to 30 times for a card, where a code is
    expected and a module may be barely two pixels wide.
    """
    gray = image if image.mode == "L" else image.convert("L")
    found = _read(gray)
    if found or not thorough:
        return found
    for left, top, window in _windows(gray):
        twice = window.resize((window.width * 2, window.height * 2), Image.Resampling.BICUBIC)
        if found := _read(twice) or _read(twice.filter(_SHARPER)):
            return tuple(_moved(code, left, top) for code in found)
    return ()


def _read(gray: Image.Image) -> tuple[Code, ...]:
    # paper is dark on light, and our own enlarging beats its shrinking: half the time, same finds
    seen = zxingcpp.read_barcodes(gray, formats=_WANTED, try_invert=False, try_downscale=False)
    return tuple(
        Code(
            kind="qr" if barcode.symbology_identifier.startswith("]Q") else "barcode",
            payload=_text(barcode),
            quad=_quad(barcode.position),
        )
        for barcode in seen
    )


def _text(barcode: zxingcpp.Barcode) -> str:
    """UTF-8 whatever the code claims: cards carry no character set, and guesses have been wrong."""
    try:
        return bytes(barcode.bytes).decode("utf-8")
    except UnicodeDecodeError:
        return str(barcode.text)


def _quad(at: zxingcpp.Position) -> Quad:
    corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    first, second, third, fourth = ((float(corner.x), float(corner.y)) for corner in corners)
    return first, second, third, fourth


def _windows(gray: Image.Image) -> Iterator[tuple[int, int, Image.Image]]:
    """*gray* in overlapping pieces, so that enlarging them takes little memory."""
    for top in _starts(gray.height):
        for left in _starts(gray.width):
            right = min(left + _ENOUGH_SIDE_PX, gray.width)
            yield left, top, gray.crop((left, top, right, min(top + _ENOUGH_SIDE_PX, gray.height)))


def _starts(side_px: int) -> range:
    return range(0, max(1, side_px - _OVERLAP_PX), _ENOUGH_SIDE_PX - _OVERLAP_PX)


def _moved(code: Code, left: int, top: int) -> Code:
    """*code* as found at twice the size in a window, in coordinates of the whole image."""
    if code.quad is None:
        return code
    a, b, c, d = ((left + x / 2, top + y / 2) for x, y in code.quad)
    return Code(code.kind, code.payload, (a, b, c, d))
