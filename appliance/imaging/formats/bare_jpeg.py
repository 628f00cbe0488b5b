"""A telephone's JPEG without what the telephone wrote beside it: where, when, with what.

The coded picture stays bit for bit. How it must be turned and how wide the lens saw are kept:
cutting out the sheet needs both.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from appliance.core.errors import FileDamaged

_START, _END, _SCAN, _ADOBE, _COMMENT = 0xD8, 0xD9, 0xDA, 0xEE, 0xFE
_EXIF_SEGMENT = 0xE1
_APPLICATION = range(0xE0, 0xF0)
_COLOURS = (0xE0, 0xE2, _ADOBE)  # JFIF, the colour profile, and how channels are coded
_NO_LENGTH = (0x01, *range(0xD0, 0xD9))
_PROFILE = b"ICC_PROFILE\0"
_ORIENTATION, _CAMERA_IFD, _FILM_FOCAL = 0x0112, 0x8769, 0xA405


def bare(jpeg: bytes) -> bytes:
    """*jpeg* with its first picture only, and of its EXIF two numbers.

    Raises:
        FileDamaged: its parts do not follow each other as a JPEG's do.
    """
    kept = [b"\xff\xd8", _exif_left(jpeg)]
    for marker, piece in _pieces(jpeg):
        if marker in _APPLICATION and marker not in _COLOURS:
            continue
        if marker == 0xE2 and not piece[4:].startswith(_PROFILE):
            continue  # an index of more pictures behind the first
        if marker != _COMMENT:
            kept.append(piece)
    return b"".join(kept) + b"\xff\xd9"


def _pieces(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment with its marker up to the end of the first picture; a scan with its data."""
    at = 2
    while True:
        if at + 1 >= len(jpeg) or jpeg[at] != 0xFF:
            raise FileDamaged("a JPEG's segment is not where it should be")
        marker = jpeg[at + 1]
        if marker == 0xFF:  # filling before a marker
            at += 1
            continue
        if marker == _END:
            return
        if marker in _NO_LENGTH:
            at += 2
            continue
        end = at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if marker == _SCAN:
            end = _end_of_scan(jpeg, end)
        yield marker, jpeg[at:end]
        at = end


def _end_of_scan(jpeg: bytes, at: int) -> int:
    """Where the next marker stands; inside a scan FF is followed by 00 or a restart."""
    while True:
        at = jpeg.find(b"\xff", at)
        if at < 0 or at + 1 >= len(jpeg):
            raise FileDamaged("a JPEG without an end")
        if jpeg[at + 1] != 0 and not 0xD0 <= jpeg[at + 1] <= 0xD7 and jpeg[at + 1] != 0xFF:
            return at
        at += 1


def _exif_left(jpeg: bytes) -> bytes:
    """A new EXIF segment with the two numbers, or nothing where there were none."""
    left = Image.Exif()
    try:
        with Image.open(BytesIO(jpeg), formats=("JPEG",)) as image:
            said = image.getexif()
            orientation = int(said.get(_ORIENTATION, 1))
            focal = float(said.get_ifd(_CAMERA_IFD).get(_FILM_FOCAL, 0))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError):
        return b""
    if orientation in range(2, 9):
        left[_ORIENTATION] = orientation
    if 12 <= focal <= 200:
        left.get_ifd(_CAMERA_IFD)[_FILM_FOCAL] = round(focal)
    if not left and not left.get_ifd(_CAMERA_IFD):
        return b""
    body = left.tobytes()
    if not body.startswith(b"Exif\0\0"):
        body = b"Exif\0\0" + body
    return bytes((0xFF, _EXIF_SEGMENT)) + (len(body) + 2).to_bytes(2, "big") + body
