"""Files as somebody may bring them, good or not."""

from __future__ import annotations

import io
import struct
import zlib

import pikepdf
from PIL import Image


def encoded(image: Image.Image, kind: str, **save: object) -> bytes:
    """*image* as a file of Pillow's *kind*."""
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def locked_pdf() -> bytes:
    """One empty page that nobody sees without a password."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def png(width: int, height: int, bits: int, rows: bytes) -> bytes:
    """A PNG in colour, honest about its size or not."""

    def chunk(name: bytes, content: bytes) -> bytes:
        whole = name + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")
