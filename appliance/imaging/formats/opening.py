"""Opens what people bring: JPEG, PNG, TIFF of many pages, PNM, HEIC and PDF, one page at a time.

A file that we would guess at is refused with an error that names why; nothing is decoded
larger than the board can hold.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageSequence

from appliance.core.errors import (
    FileDamaged,
    FileEmpty,
    NotAPicture,
    PageDamaged,
    PictureTooLarge,
    PictureTooSmall,
    PictureUnsupported,
)
from appliance.imaging.geometry.orientation import turned_upright
from appliance.jpeg import MAX_PIXELS, check_decoded, check_decodes

_FORMATS = ("JPEG", "PNG", "TIFF", "PPM")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
_BITS_PER_SAMPLE = 258  # TIFF tag
_ORIENTATION, _MAKER = 0x0112, 0x010F  # EXIF tags
_LEAST_DPI, _MOST_DPI = 90, 1200  # 72 and the like are what programs write when they do not know
_A4_LONG_IN, _A4_ASPECT = 297 / 25.4, 297 / 210
_USUAL_DPI = 300
_CHIPS = ((4, 3), (16, 9), (3, 2))
_LEAST_PX = 100  # a side; a stamp on an envelope at 150 dpi
_MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Opened:
    """One page as it was brought, decoded: L or RGB, upright as its EXIF says."""

    image: Image.Image
    dpi: int
    from_camera: bool = False
    orientation_known: bool = True  # False: its EXIF says a nonsense such as 0
    times: float = 1.0  # one pixel of the file is so many of the image: a 600 dpi JPEG is halved
    was_text: bool = False  # letters that were set, not scanned, are a picture now
    as_stored: bool = False  # the file is a JPEG, and its pixels lie as they do in the image


def count_pages(path: Path) -> int:
    """How many pages *path* holds.

    Raises:
        FileError: it can never become pages; which one says why.
    """
    kind = _kind(path)
    if kind == "pdf":
        from appliance.imaging.formats import pdf_pages  # noqa: PLC0415  5 MB that scans do not need

        return _no_more_than_a_person_brings(path, pdf_pages.count(path))
    if kind == "heic":
        return 1
    with _picture(path) as picture:
        frames = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        return _no_more_than_a_person_brings(path, int(frames))


def _no_more_than_a_person_brings(path: Path, pages: int) -> int:
    """*pages*; refused rather than cut short, for no page may be lost in silence."""
    if pages > _MOST_PAGES:
        raise PictureTooLarge(f"{path.name}: {pages} pages, at most {_MOST_PAGES}")
    return pages


def open_page(path: Path, number: int = 1) -> Opened:
    """Page *number*, counted from 1, of *path*.

    Raises:
        FileError: as ``count_pages``, or this page alone cannot be read.
    """
    opened = _opened(path, number)
    if min(opened.image.size) < _LEAST_PX:
        width, height = opened.image.size
        raise PictureTooSmall(f"{path.name}: {width} x {height}")
    return opened


def _opened(path: Path, number: int) -> Opened:
    kind = _kind(path)
    if kind == "pdf":
        from appliance.imaging.formats import pdf_pages  # noqa: PLC0415  as above

        image, dpi, was_text = pdf_pages.rendered(path, number)
        return Opened(image, dpi, was_text=was_text)
    if kind == "heic":
        from appliance.imaging.formats import heic  # noqa: PLC0415  as above

        return Opened(_plain(heic.decoded(path, MAX_PIXELS)), 0, from_camera=True)
    with _picture(path) as picture:
        if number > 1:
            picture = ImageSequence.Iterator(picture)[number - 1]  # noqa: PLW2901
        _refuse_strange(path, picture)
        says_dpi, dpi, wide = _says_dpi(picture), _dpi(picture), picture.width
        if dpi >= 2 * _USUAL_DPI:  # libjpeg halves while it decodes; nothing needs more
            picture.draft(None, (picture.width // 2, picture.height // 2))
        times = picture.width / wide
        picture.load()
        if picture.format in ("JPEG", "MPO"):
            _check_jpeg(path, picture if times == 1.0 else None)
        exif = picture.getexif()
        turn = exif.get(_ORIENTATION, 1)
        image = _plain(turned_upright(picture, turn))
        camera = not says_dpi and (exif.get(_MAKER) or _is_shaped_as_photos(picture))
        as_stored = picture.format == "JPEG" and image is picture and times == 1.0
        return Opened(
            image, round(dpi * times), bool(camera), turn in range(1, 9), times, as_stored=as_stored
        )


def _kind(path: Path) -> str:
    """By its first bytes, never by its name."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise FileDamaged(f"{path.name}: {error.strerror}") from error
    if not head:
        raise FileEmpty(path.name)
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "heic"
    return "pdf" if b"%PDF-" in head else "picture"


@contextmanager
def _picture(path: Path) -> Iterator[Image.Image]:
    """The picture of *path*, not decoded yet; what Pillow says about it gets a name."""
    known = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit below
            with Image.open(path, formats=_FORMATS) as picture:
                known = True
                if picture.width * picture.height > MAX_PIXELS:
                    raise PictureTooLarge(f"{path.name}: {picture.width} x {picture.height}")
                yield picture
    except Image.DecompressionBombError as error:
        raise PictureTooLarge(f"{path.name}: {error}") from error
    except MemoryError as error:  # the file is good: another board may hold it
        raise PictureTooLarge(f"{path.name}: not enough memory") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        kind = FileDamaged if known or _looks_like_a_picture(path) else NotAPicture
        raise kind(f"{path.name}: {error}") from error


def _looks_like_a_picture(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4)[:2] in (b"\xff\xd8", b"\x89P", b"II", b"MM")


def _refuse_strange(path: Path, picture: Image.Image) -> None:
    """Kinds whose colours we would only guess."""
    bits = getattr(picture, "tag_v2", {}).get(_BITS_PER_SAMPLE, (8,))
    deep = picture.mode.startswith(("I", "F")) or max(bits, default=8) > 8
    if picture.format in ("PNG", "PPM"):
        deep = deep or _deep_by_head(path)
    if deep:
        raise PictureUnsupported(f"{path.name}: more than 8 bits a channel")
    if picture.mode not in ("1", "L", "P", "RGB", "RGBA", "LA"):
        raise PictureUnsupported(f"{path.name}: colours as {picture.mode}")
    if picture.mode == "P" and "transparency" in picture.info:
        raise PictureUnsupported(f"{path.name}: see-through palette")
    if picture.mode in ("RGBA", "LA") and picture.getchannel("A").getextrema() != (255, 255):
        raise PictureUnsupported(f"{path.name}: see-through")


def _deep_by_head(path: Path) -> bool:
    """Pillow makes 8 bits of 16 in silence; the file's head tells."""
    with path.open("rb") as file:
        head = file.read(128)
    if head.startswith(b"\x89PNG"):
        return head[24] > 8
    numbers = re.sub(rb"#[^\n]*\n", b" ", head).split()
    return head[:2] in (b"P2", b"P3", b"P5", b"P6") and int(numbers[3]) > 255


def _check_jpeg(path: Path, decoded: Image.Image | None) -> None:
    """Pillow fills up what a cut and closed JPEG lacks, in silence."""
    try:
        if decoded is None:
            check_decodes(path.read_bytes())
        else:
            check_decoded(path.read_bytes(), decoded)
    except PageDamaged as error:
        raise FileDamaged(f"{path.name}: {error}") from error


def _dpi(picture: Image.Image) -> int:
    """What the file says, if it can be true; else as if the sheet were A4."""
    if _says_dpi(picture):
        return round(float(picture.info["dpi"][0]))
    long, short = max(picture.size), min(picture.size)
    if abs(long / short / _A4_ASPECT - 1) < 0.06:
        return max(_LEAST_DPI, round(long / _A4_LONG_IN))
    return _USUAL_DPI


def _is_shaped_as_photos(picture: Image.Image) -> bool:
    """A JPEG with the sides of a camera's chip: programs that pass photos on drop their EXIF."""
    long, short = max(picture.size), min(picture.size)
    return picture.format == "JPEG" and any(
        abs(long * across - short * along) <= along for along, across in _CHIPS
    )


def _says_dpi(picture: Image.Image) -> bool:
    said: float = picture.info.get("dpi", (0, 0))[0]
    return _LEAST_DPI <= said <= _MOST_DPI


def _plain(image: Image.Image) -> Image.Image:
    """L or RGB, nothing else along; not copied where it is that already."""
    if image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode in ("1", "LA") else "RGB")
    image.info = {}
    return image
