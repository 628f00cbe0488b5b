"""How a camera was held, as EXIF's tag 0x0112 tells it (CIPA DC-008, 4.6.4)."""

from __future__ import annotations

from PIL import Image

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turned_upright(picture: Image.Image, orientation: int) -> Image.Image:
    """*picture* as it was seen; itself, not a copy, for 1 and for what is no orientation."""
    method = _TURNS.get(orientation)
    return picture if method is None else picture.transpose(method)
