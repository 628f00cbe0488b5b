"""From the untouched scan of a page (the master) to the smaller copies that people see and send.

Pure functions over JPEG bytes. Where they run is the business of ``imaging.child.cleaner``.
"""

from __future__ import annotations

import struct
from io import BytesIO

from PIL import Image

from appliance.core.errors import PageDamaged
from appliance.core.rendition import DEFAULT_RUNG, Rendition, Rung
from appliance.core.scan import ColorMode
from appliance.imaging.colors.levels import paper_white
from appliance.jpeg import check_decodes, opened

MAX_DECODED_PIXELS = 36_000_000  # what is ever held in memory: A4 at 600 dpi, 140 MB in colour

_ORIENTATION = 0x0112  # EXIF tag
_CAMERA_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TURNS = {
    0: None,
    90: Image.Transpose.ROTATE_270,  # ours go clockwise, Pillow's do not
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def render(
    master: bytes, rung: Rung = DEFAULT_RUNG, resolution_dpi: int = 300, turn: int = 0
) -> Rendition:
    """The rendition of *master* on one *rung* of the ladder, turned clockwise by *turn* degrees.

    *resolution_dpi* is the master's. The result carries no EXIF, comment or colour profile;
    an EXIF turn of the master is carried out first.

    Raises:
        PageDamaged: *master* is not wholly a JPEG, or too large for this board.
    """
    dpi = min(rung.resolution_dpi, resolution_dpi)
    image = _upright(_scaled(master, dpi / resolution_dpi, rung.mode), turn)
    white = paper_white(image)
    if white is not None:
        image = white.applied_to(image)
    jpeg = _encoded(image, rung.quality, dpi)
    width_px, height_px = check_decodes(jpeg)
    mode = ColorMode.GRAY if image.mode == "L" else ColorMode.COLOR
    return Rendition(jpeg, width_px, height_px, dpi, mode)


def preview(master: bytes, long_side_px: int = 1000, turn: int = 0) -> bytes:
    """A JPEG for the screen: *master* turned clockwise, shrunk to fit, colours untouched.

    Raises:
        PageDamaged: as ``render``.
    """
    with opened(master) as image:
        ratio = min(1.0, long_side_px / max(image.size))
    return _encoded(_upright(_scaled(master, ratio, ColorMode.COLOR), turn), 70, None)


def thumbnail(master: bytes, turn: int = 0) -> bytes:
    """A preview for a list of pages."""
    return preview(master, 240, turn)


def _scaled(master: bytes, ratio: float, mode: ColorMode) -> Image.Image:
    """*master* in L or RGB at *ratio* of its size, decoded no larger than needed."""
    check_decodes(master)
    with opened(master) as image:
        size = (max(1, round(image.width * ratio)), max(1, round(image.height * ratio)))
        width, height = (max(1, int(side * ratio)) for side in image.size)
        # libjpeg halves while it decodes: a quarter of the memory, and no slower than reading
        image.draft("L" if mode is ColorMode.GRAY else None, (width, height))
        if image.width * image.height > MAX_DECODED_PIXELS:
            raise PageDamaged(f"{image.width} x {image.height} pixels to decode")
        image.load()
        whole = image if image.mode in ("L", "RGB") else image.convert("RGB")
        if mode is ColorMode.GRAY:
            whole = whole.convert("L")
        if max(abs(a - b) for a, b in zip(whole.size, size, strict=True)) > 1:
            whole = whole.resize(size, Image.Resampling.LANCZOS)
        elif whole is image:
            whole = image.copy()  # the block closes what it opened
        # Pillow writes comments along; only the camera's turn is still wanted
        whole.info = {"exif": image.info["exif"]} if "exif" in image.info else {}
        return whole


def _upright(image: Image.Image, turn: int) -> Image.Image:
    """*image* as its EXIF says (nonsense such as orientation 0 is ignored), then turned."""
    for method in (_CAMERA_TURNS.get(_orientation(image)), _TURNS[turn % 360]):
        if method is not None:
            image = image.transpose(method)
    return image


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) when there is none or it cannot be read."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        return int(exif.get(_ORIENTATION, 1))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return 1


def _encoded(image: Image.Image, quality: int, dpi: int | None) -> bytes:
    out = BytesIO()
    density = {} if dpi is None else {"dpi": (dpi, dpi)}
    image.save(out, "JPEG", quality=quality, optimize=True, **density)
    return out.getvalue()
