"""The unseen text of a page: a font without shapes, and what is set in it. Knows no library.

A PDF/A must carry every font it names, even for letters that are not drawn. This one holds
exactly the letters of its document, each empty and half an em wide; its map to Unicode is what
a search finds and a copy gets.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from statistics import median

from appliance.core.paper.plates import POINTS_PER_MM
from appliance.core.paper.text_layer import TextLayer, TextLine

FONT_NAME = "TramHoSoUnseen"
FONT_OBJECTS = 5
_EM, _ADVANCE, _ASCENT, _DESCENT = 1000, 500, 800, -200
_UNSEEN = 3  # text rendering mode: neither filled nor stroked
_SPACE = " "

Codes = dict[str, int]
"""The glyph of each letter, from 1; 0 is the one for letters that are missing."""


def codes_of(layers: Iterable[TextLayer]) -> Codes:
    """The glyphs that *layers* together need. The same text gives the same glyphs."""
    letters = {letter for layer in layers for word in layer.words for letter in word.text}
    return {letter: code for code, letter in enumerate(sorted(letters | {_SPACE}), start=1)}


def written(layer: TextLayer, codes: Codes, height_mm: float, font: str) -> str:
    """The drawing of *layer* on a page so high, in the resource named *font*."""
    lines = "\n".join(_line(line, codes, height_mm, font) for line in layer.lines)
    return f"BT {_UNSEEN} Tr\n{lines}\nET"


def font_objects(codes: Codes, first: int) -> Iterator[bytes]:
    """The font as PDF objects, numbered from *first*, which is the font itself."""
    to_unicode, below, described, program = (f"{first + n} 0 R" for n in range(1, FONT_OBJECTS))
    yield (
        f"<</Type/Font/Subtype/Type0/BaseFont/{FONT_NAME}/Encoding/Identity-H"
        f"/DescendantFonts[{below}]/ToUnicode {to_unicode}>>"
    ).encode()
    yield _deflated(_to_unicode(codes))
    yield (
        f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{FONT_NAME}/CIDToGIDMap/Identity"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        f"/DW {_ADVANCE}/FontDescriptor {described}>>"
    ).encode()
    yield (
        f"<</Type/FontDescriptor/FontName/{FONT_NAME}/Flags 4/FontBBox[0 {_DESCENT} {_ADVANCE} "
        f"{_ASCENT}]/ItalicAngle 0/Ascent {_ASCENT}/Descent {_DESCENT}/CapHeight {_ASCENT}"
        f"/StemV 80/FontFile2 {program}>>"
    ).encode()
    font = _program(len(codes) + 1)
    yield _deflated(font, f"/Length1 {len(font)}")


def _line(line: TextLine, codes: Codes, height_mm: float, font: str) -> str:
    """Words on one base line and of one size, each as wide as it was read.

    The middle of their edges is taken: one word with a speck above it must not lift the line.
    """
    top, foot = median(w.top_mm for w in line), median(w.bottom_mm for w in line)
    size = max(foot - top, 0.5) * POINTS_PER_MM
    base = (height_mm - foot) * POINTS_PER_MM - size * _DESCENT / _EM
    said = [f"/{font} {size:.2f} Tf"]
    for word, after in zip(line, (*line[1:], None), strict=True):
        wide = max(word.right_mm - word.left_mm, 0.1) * POINTS_PER_MM
        glyphs = "".join(f"{codes[letter]:04x}" for letter in word.text)
        stretch = _stretch(wide, len(word.text), size)
        said.append(
            f"{stretch} Tz 1 0 0 1 {word.left_mm * POINTS_PER_MM:.2f} {base:.2f} Tm <{glyphs}> Tj"
        )
        gap = (after.left_mm - word.right_mm) * POINTS_PER_MM if after else 0.0
        if after:  # a space of its own, as wide as the gap: who copies gets two words
            said.append(f"{_stretch(max(gap, 0.1), 1, size)} Tz <{codes[_SPACE]:04x}> Tj")
    return "\n".join(said)


def _stretch(wide_pt: float, letters: int, size: float) -> str:
    """Percent of its own width that makes a word *wide_pt* wide."""
    return f"{100 * wide_pt / (letters * size * _ADVANCE / _EM):.1f}"


def _to_unicode(codes: Codes) -> bytes:
    pairs = [f"<{code:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items()]
    hundreds = [pairs[n : n + 100] for n in range(0, len(pairs), 100)]  # more at once is forbidden
    maps = "\n".join(
        f"{len(some)} beginbfchar\n" + "\n".join(some) + "\nendbfchar" for some in hundreds
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{maps}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode("ascii")


def _program(glyphs: int) -> bytes:
    """A TrueType font of *glyphs* empty shapes."""
    head = struct.pack(
        ">IIIIHHQQhhhhHHhhh",
        0x10000, 0x10000, 0, 0x5F0F3CF5, 0b1011, _EM, 0, 0,
        0, _DESCENT, _ADVANCE, _ASCENT, 0, 8, 2, 0, 0,
    )  # fmt: skip
    hhea = struct.pack(
        ">IhhhHhhhhhhhhhhhH",
        0x10000, _ASCENT, _DESCENT, 0, _ADVANCE, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
    )  # fmt: skip
    tables = {
        b"glyf": bytes(4),  # some readers take an empty table for a missing one
        b"head": head,
        b"hhea": hhea,
        b"hmtx": struct.pack(">Hh", _ADVANCE, 0) + bytes(2 * (glyphs - 1)),
        b"loca": bytes(2 * (glyphs + 1)),
        b"maxp": struct.pack(">IH13H", 0x10000, glyphs, *([0] * 2), 0, 0, 1, *([0] * 8)),
    }
    return _font_file(tables)


def _font_file(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = count.bit_length() - 1
    search = 16 << power
    out = struct.pack(">IHHHH", 0x10000, count, search, power, 16 * count - search)
    start, body = len(out) + 16 * count, b""
    for name, table in tables.items():
        padded = table + bytes(-len(table) % 4)
        out += struct.pack(">4sIII", name, _checksum(padded), start + len(body), len(table))
        body += padded
    whole = bytearray(out + body)
    place = start + len(tables[b"glyf"]) + 8  # head's checkSumAdjustment
    struct.pack_into(">I", whole, place, (0xB1B0AFBA - _checksum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)


def _checksum(padded: bytes) -> int:
    numbers: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(numbers) & 0xFFFFFFFF


def _deflated(content: bytes, entries: str = "") -> bytes:
    small = zlib.compress(content, 9)
    head = f"<<{entries}/Filter/FlateDecode/Length {len(small)}>>\nstream\n".encode()
    return head + small + b"\nendstream"
