"""A plated page as one string of bytes: a mark, a JSON head of known length, then the plates.

What was kept before there were plates, a single JPEG, opens as a page of one plate.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from appliance.core.errors import PageDamaged
from appliance.core.paper.findings import PageMode
from appliance.core.paper.plates import Coding, Plate, PlatedPage
from appliance.core.paper.text_layer import TextLayer

_MARK = b"TRANG1\r\n"  # as PNG's: shows when a program took it for text
_LENGTH = struct.Struct(">I")
_JPEG = b"\xff\xd8"
MM_PER_INCH = 25.4


def packed(page: PlatedPage) -> bytes:
    """*page* whole."""
    head = {
        "size_mm": [page.width_mm, page.height_mm],
        "mode": page.mode.value,
        "dpi": page.resolution_dpi,
        "plates": [_told(plate) for plate in page.plates],
        "text": page.text and page.text.to_bytes().decode(),
    }
    text = json.dumps(head).encode()
    return b"".join(
        [_MARK, _LENGTH.pack(len(text)), text, *(plate.content for plate in page.plates)]
    )


def unpacked(content: bytes, resolution_dpi: int = 300) -> PlatedPage:
    """The page in *content*; *resolution_dpi* is believed of a single JPEG only.

    Raises:
        PageDamaged: it is neither, or not whole.
    """
    if content.startswith(_JPEG):
        return page_of_jpeg(content, resolution_dpi)
    start = len(_MARK) + _LENGTH.size
    try:
        if not content.startswith(_MARK):
            raise ValueError("no mark")
        (length,) = _LENGTH.unpack_from(content, len(_MARK))
        head = json.loads(content[start : start + length])
        plates, place = [], start + length
        for said in head["plates"]:
            piece = content[place : place + said["bytes"]]
            place += said["bytes"]
            plates.append(_plate(said, piece))
        if place != len(content):
            raise ValueError(f"{len(content)} bytes instead of {place}")
        text = head["text"] and TextLayer.from_bytes(head["text"].encode())
        size, mode = head["size_mm"], PageMode(head["mode"])
        return PlatedPage(size[0], size[1], tuple(plates), mode, head["dpi"], text)
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise PageDamaged(f"not a packed page: {error}") from error


def page_of_jpeg(jpeg: bytes, resolution_dpi: int) -> PlatedPage:
    """A JPEG as it is, true to size; that its pixels are all there is for others to check.

    Raises:
        PageDamaged: its frame header is not there.
    """
    width, height, channels = _frame(jpeg)
    plate = Plate(Coding.JPEG, jpeg, width, height, gray=channels == 1)
    mm = MM_PER_INCH / resolution_dpi
    return PlatedPage(width * mm, height * mm, (plate,), PageMode.FULL, resolution_dpi)


def _told(plate: Plate) -> dict[str, Any]:
    return {
        "coding": plate.coding.value,
        "size": [plate.width_px, plate.height_px],
        "gray": plate.gray,
        "colors": plate.colors.hex(),
        "place": plate.place,
        "clip": plate.clip,
        "bytes": len(plate.content),
    }


def _plate(said: dict[str, Any], content: bytes) -> Plate:
    return Plate(
        Coding(said["coding"]),
        content,
        said["size"][0],
        said["size"][1],
        gray=said["gray"],
        colors=bytes.fromhex(said["colors"]),
        place=said["place"] and tuple(said["place"]),
        clip=said["clip"] and tuple(said["clip"]),
    )


def _frame(jpeg: bytes) -> tuple[int, int, int]:
    """Width, height and channels, from the frame header (ITU T.81, B.2.2)."""
    at = len(_JPEG)
    while at + 9 < len(jpeg) and jpeg[at] == 0xFF:
        mark, (length,) = jpeg[at + 1], struct.unpack_from(">H", jpeg, at + 2)
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width, channels = struct.unpack_from(">HHB", jpeg, at + 5)
            return width, height, channels
        at += 2 + length
    raise PageDamaged("a JPEG without a frame header")
