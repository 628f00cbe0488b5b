"""Codes pictures as plates and reads them back: JPEG, 16 colours deflated, group 4 stencils.

What is coded without loss is decoded at once and compared; a JPEG is decoded in full.
"""

from __future__ import annotations

import hashlib
import struct
import warnings
import zlib
from io import BytesIO

from PIL import Image, ImageChops, TiffImagePlugin

from appliance.core.errors import PageDamaged
from appliance.core.paper.plates import Coding, Plate
from appliance.jpeg import MAX_PIXELS, check_decodes, opened

# TIFF tags, for the group 4 strip that Pillow codes inside one
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_OFFSET, _SAMPLES, _ROWS, _SIZE = 273, 277, 278, 279
_GROUP4, _ONE_IS_WHITE = 4, 1
_MOST_KNOWN = 2000  # plates: a long day's, at 32 bytes each
_known: dict[bytes, None] = {}
_END_OF_BLOCK = 0x001001  # group 4 says so when it is whole; libtiff makes up what is missing


def jpeg_plate(image: Image.Image, quality: int, subsampling: str = "4:2:0") -> Plate:
    """*image* (RGB or L) as a JPEG without metadata."""
    out = BytesIO()
    image.info = {}  # Pillow would write comments and EXIF along
    image.save(out, "JPEG", quality=quality, optimize=True, subsampling=subsampling)
    return passed_on(out.getvalue(), gray=image.mode == "L")


def passed_on(jpeg: bytes, *, gray: bool) -> Plate:
    """A JPEG that is already there, byte for byte.

    Raises:
        PageDamaged: it is not wholly there.
    """
    width, height = check_decodes(jpeg)
    return _read_back(Plate(Coding.JPEG, jpeg, width, height, gray=gray))


def palette_plate(indices: bytes, size: tuple[int, int], colors: bytes) -> Plate:
    """*indices* (one byte a pixel, below 16) deflated, two pixels a byte.

    *colors* are red, green and blue of each index.
    """
    width, height = size
    content = zlib.compress(_packed(indices, width, height), 6)  # 9: 8 times as long for 5 %
    plate = Plate(Coding.PALETTE, content, width, height, colors=colors)
    if _indices(plate) != indices:
        raise ValueError("an index of 16 or more, or not one a pixel")
    return _read_back(plate)


def stencil_plate(mask: Image.Image, ink: tuple[int, int, int] = (0, 0, 0)) -> Plate:
    """*mask* (mode 1; what is set is painted in *ink*) in CCITT group 4."""
    out = BytesIO()
    mask.save(out, "TIFF", compression="group4", tiffinfo={_ROWS: mask.height})
    out.seek(0)
    with TiffImagePlugin.TiffImageFile(out) as tiff:  # by its name: else every format is loaded
        tags = tiff.tag_v2
        (start,), (size,) = tags[_OFFSET], tags[_SIZE]
    content = out.getvalue()[start : start + size]
    plate = Plate(Coding.STENCIL, content, *mask.size, colors=bytes(ink))
    if ImageChops.logical_xor(decoded(plate), mask).getbbox() is not None:
        raise PageDamaged("group 4 came out differently")
    return _read_back(plate)


def decoded(plate: Plate) -> Image.Image:
    """The pixels of *plate*: L or RGB; a stencil as mode 1, set where it paints.

    Raises:
        PageDamaged: it is not wholly there.
    """
    size = (plate.width_px, plate.height_px)
    if plate.width_px * plate.height_px > MAX_PIXELS:
        raise PageDamaged(f"{size[0]} x {size[1]} pixels is no paper")
    if plate.coding is Coding.JPEG:
        with opened(plate.content) as jpeg:
            jpeg.load()
            image = jpeg.copy()
    elif plate.coding is Coding.PALETTE:
        image = Image.frombytes("P", size, _indices(plate))
        image.putpalette(plate.colors)
        image = image.convert("RGB")
    else:
        image = _unfaxed(plate)
    if image.size != size:
        raise PageDamaged(f"a plate of {image.size} that should be {size}")
    return image


def check_plate(plate: Plate) -> None:
    """Read *plate* from its first to its last byte, unless this process did so already.

    Raises:
        PageDamaged: it is not wholly there.
    """
    if _digest(plate) in _known:
        return
    if plate.coding is Coding.JPEG:
        check_decodes(plate.content)
    else:
        decoded(plate)


def _read_back(plate: Plate) -> Plate:
    """*plate*, known from now on as one that decodes."""
    _known[_digest(plate)] = None
    while len(_known) > _MOST_KNOWN:
        _known.pop(next(iter(_known)), None)
    return plate


def _digest(plate: Plate) -> bytes:
    about = f"{plate.coding} {plate.width_px} {plate.height_px} {len(plate.colors)} "
    return hashlib.sha256(about.encode() + plate.content).digest()


def shown(plates: tuple[Plate, ...]) -> Image.Image:
    """What plates that each fill the page look like together, at the size of the first."""
    first = decoded(plates[0])
    page = Image.new("RGB", first.size, "white")
    for plate in plates:
        image = first if plate is plates[0] else decoded(plate)
        if plate.coding is Coding.STENCIL:
            page.paste(Image.new("RGB", page.size, tuple(plate.colors)), mask=image)
        else:
            page.paste(image)
    return page


def _packed(indices: bytes, width: int, height: int) -> bytes:
    """Two pixels a byte, each row beginning anew."""
    if width % 2:
        rows = (indices[row * width : (row + 1) * width] for row in range(height))
        indices = b"".join(row + b"\0" for row in rows)
    # arithmetic on one huge number is the fastest way that the standard library has: see _halves
    return _halves(indices)


def _halves(indices: bytes) -> bytes:
    even, odd = indices[0::2], indices[1::2]
    high = even.translate(bytes((v << 4) & 0xFF for v in range(256)))
    together = int.from_bytes(high, "big") | int.from_bytes(odd, "big")
    return together.to_bytes(len(even), "big")


def _indices(plate: Plate) -> bytes:
    """One byte a pixel."""
    try:
        packed = zlib.decompress(plate.content)
    except zlib.error as error:
        raise PageDamaged(f"palette plate: {error}") from error
    row = (plate.width_px + 1) // 2
    if len(packed) != row * plate.height_px:
        raise PageDamaged(f"palette plate of {len(packed)} bytes")
    pairs = bytearray(2 * len(packed))
    pairs[0::2] = packed.translate(bytes(v >> 4 for v in range(256)))
    pairs[1::2] = packed.translate(bytes(v & 0xF for v in range(256)))
    if plate.width_px % 2 == 0:
        return bytes(pairs)
    return b"".join(
        pairs[y * 2 * row : y * 2 * row + plate.width_px] for y in range(plate.height_px)
    )


def _unfaxed(plate: Plate) -> Image.Image:
    """The stencil read back through a TIFF of one strip around it."""
    tail = int.from_bytes(plate.content[-4:].rstrip(b"\0"), "big")
    if not any(tail >> shift & 0xFFFFFF == _END_OF_BLOCK for shift in range(8)):
        raise PageDamaged("group 4 cut short")
    tags = {
        _WIDTH: plate.width_px,
        _HEIGHT: plate.height_px,
        _BITS: 1,
        _COMPRESSION: _GROUP4,
        _PHOTOMETRIC: _ONE_IS_WHITE,
        _OFFSET: 8,
        _SAMPLES: 1,
        _ROWS: plate.height_px,
        _SIZE: len(plate.content),
    }
    strip = plate.content + b"\0" * (len(plate.content) % 2)
    table = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    tiff = b"".join(
        [
            struct.pack("<2sHI", b"II", 42, 8 + len(strip)),
            strip,
            struct.pack("<H", len(tags)),
            table,
            bytes(4),
        ]
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(tiff), formats=("TIFF",)) as image:
                image.load()
                return image.copy()
    except (OSError, SyntaxError, ValueError) as error:
        raise PageDamaged(f"group 4 does not decode: {error}") from error
