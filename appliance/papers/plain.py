"""Plated pages one behind the other in a plain PDF, nothing coded anew. Knows no library."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from appliance.core.paper.plates import POINTS_PER_MM, Coding, Plate, PlatedPage
from appliance.papers.unseen import FONT_OBJECTS, Codes, codes_of, font_objects, written

_FONT = "/Font<</T 3 0 R>>"
_HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"  # four high bytes: transfer programs see it is binary


def laid_out(pages: Sequence[PlatedPage]) -> bytes:
    """A PDF of *pages* in order, each in its true size. The same input gives the same bytes."""
    out = bytearray(_HEAD)
    places: list[int] = []
    for number, body in enumerate(_objects(pages), start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start)
    return bytes(out)


def _objects(pages: Sequence[PlatedPage]) -> Iterator[bytes]:
    """1 is the catalogue, 2 the list of pages, then the font of the unseen text if there is one;
    then page, drawing and plates of each page.
    """
    layers = [page.text for page in pages if page.text and page.text.lines]
    codes = codes_of(layers) if layers else {}
    firsts, number = [], 3 + (FONT_OBJECTS if codes else 0)
    for page in pages:
        firsts.append(number)
        number += 2 + len(page.plates)
    yield b"<</Type/Catalog/Pages 2 0 R>>"
    kids = " ".join(f"{first} 0 R" for first in firsts)
    yield f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode()
    if codes:
        yield from font_objects(codes, 3)
    for first, page in zip(firsts, pages, strict=True):
        names = "".join(f"/P{n:02d} {first + 2 + n} 0 R" for n in range(len(page.plates)))
        box = f"[0 0 {_number(_width(page))} {_number(_height(page))}]"
        yield (
            f"<</Type/Page/Parent 2 0 R/MediaBox{box}/CropBox{box}"
            f"/Resources<</XObject<<{names}>>{_FONT if _says(page) else ''}>>"
            f"/Contents {first + 1} 0 R>>"
        ).encode()
        yield _drawing(page, codes)
        for plate in page.plates:
            yield _stream(_described(plate), plate.content)


def _says(page: PlatedPage) -> bool:
    return page.text is not None and bool(page.text.lines)


def _drawing(page: PlatedPage, codes: Codes) -> bytes:
    drawn = "\n".join(_drawn(page))
    if page.text is None or not page.text.lines:
        return _stream("", drawn.encode())
    said = written(page.text, codes, page.height_mm, "T")
    return _stream("/Filter/FlateDecode", zlib.compress(f"{drawn}\n{said}".encode(), 9))


def _drawn(page: PlatedPage) -> Iterator[str]:
    """The page's drawing: each plate moved to its place, a stencil after its ink was taken."""
    whole = (_width(page), 0.0, 0.0, _height(page), 0.0, 0.0)
    for n, plate in enumerate(page.plates):
        place = " ".join(_number(value) for value in plate.place or whole)
        ink = ""
        if plate.coding is Coding.STENCIL:
            ink = " ".join(_number(level / 255) for level in plate.colors) + " rg "
        clip = ""
        if plate.clip is not None:
            clip = " ".join(_number(value) for value in plate.clip) + " re W n "
        yield f"q {clip}{ink}{place} cm /P{n:02d} Do Q"


def _described(plate: Plate) -> str:
    size = f"/Type/XObject/Subtype/Image/Width {plate.width_px}/Height {plate.height_px}"
    if plate.coding is Coding.JPEG:
        space = "DeviceGray" if plate.gray else "DeviceRGB"
        return f"{size}/ColorSpace/{space}/BitsPerComponent 8/Filter/DCTDecode"
    if plate.coding is Coding.PALETTE:
        last = len(plate.colors) // 3 - 1
        space = f"[/Indexed/DeviceRGB {last}<{plate.colors.hex()}>]"
        return f"{size}/ColorSpace{space}/BitsPerComponent 4/Filter/FlateDecode"
    faxed = f"/DecodeParms<</K -1/Columns {plate.width_px}/Rows {plate.height_px}>>"
    return f"{size}/ImageMask true/BitsPerComponent 1/Filter/CCITTFaxDecode{faxed}"


def _stream(entries: str, content: bytes) -> bytes:
    head = f"<<{entries}/Length {len(content)}>>\nstream\n".encode()
    return head + content + b"\nendstream"


def _width(page: PlatedPage) -> float:
    return page.width_mm * POINTS_PER_MM


def _height(page: PlatedPage) -> float:
    return page.height_mm * POINTS_PER_MM


def _number(value: float) -> str:
    """A PDF number: no exponent, no needless zeros."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if value else "0"
