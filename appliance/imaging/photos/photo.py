"""A sheet photographed with a phone becomes a page as a scanner would have made it."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass

from PIL import Image

from appliance.core.errors import PageDamaged
from appliance.core.paper.findings import Kind, Quad, Warn
from appliance.imaging.doubts.photographed import LONG_SIDE_PX, Unlit
from appliance.imaging.geometry.orientation import turned_upright
from appliance.imaging.geometry.perspective import flattened, side_lengths
from appliance.imaging.photos.corners import find_sheet
from appliance.imaging.photos.light import evenly_lit
from appliance.imaging.photos.rim import cut_at
from appliance.imaging.photos.size import size_of_whole, true_size
from appliance.jpeg import check_decodes, opened

MAX_WORKING_PIXELS = 13_000_000  # what is held in colour: 39 MB; A4 at 300 dpi is 8.7 million
MAX_DECODED_PIXELS = 26_000_000  # of a format that cannot be decoded smaller

_ORIENTATION, _CAMERA_IFD, _FILM_FOCAL = 0x0112, 0x8769, 0xA405  # EXIF tags
_MM_PER_INCH = 25.4
_HAIR = 0.004  # of the long side: a millimetre of A4
_CORNERS = ("top-left", "top-right", "bottom-right", "bottom-left")
_COARSEST_DPI = 150  # a photo with fewer pixels on the sheet than this should be taken again


@dataclass(frozen=True, slots=True)
class Photo:
    """An upright RGB photograph, small enough for this board."""

    image: Image.Image
    width_px: int  # of the upright original
    height_px: int
    film_focal_mm: float | None = None  # as EXIF tells it, for 35 mm film


@dataclass(frozen=True, slots=True)
class PhotographedSheet:
    """The sheet cut out of a photograph, flat and true to size."""

    image: Image.Image
    resolution_dpi: int
    width_mm: float
    height_mm: float
    snapped: str | None
    quad: Quad | None  # in pixels of the upright original; None: no edges seen, all of it is kept
    warnings: tuple[Warn, ...] = ()
    unlit: Unlit | None = None


def open_photo(jpeg: bytes) -> Photo:
    """Decode a camera's JPEG no larger than needed, turned as its EXIF says.

    50 megapixels take 40 MB: libjpeg halves while it decodes. Nonsense in the EXIF is ignored.

    Raises:
        PageDamaged: not wholly a JPEG, or larger than any photograph of paper.
    """
    check_decodes(jpeg)
    with opened(jpeg) as image:
        size, exif = image.size, _exif(image)
        halvings = 1
        while size[0] * size[1] / halvings**2 > MAX_WORKING_PIXELS and halvings < 8:
            halvings *= 2
        image.draft(None, (max(1, size[0] // halvings), max(1, size[1] // halvings)))
        image.load()
        # decoded already: Pillow closes only the file behind it, and a copy would be 50 MB
        whole = image if image.mode == "RGB" else image.convert("RGB")
    return _upright(whole, size, exif)


def photo_of(image: Image.Image) -> Photo:
    """A photograph another decoder has opened (HEIC, PNG), turned as its EXIF says.

    Raises:
        PageDamaged: more pixels than a board of 512 MB can hold.
    """
    if image.width * image.height > MAX_DECODED_PIXELS:
        raise PageDamaged(f"{image.width} x {image.height} pixels to decode")
    exif = _exif(image)
    return _upright(image.convert("RGB"), image.size, exif)


def sheet_in(
    photo: Photo, kind: Kind = Kind.FORM, most_dpi: int = 300, corners: Quad | None = None
) -> PhotographedSheet:
    """The sheet of *photo*: flat, true to size, evenly lit unless it is a card or a picture.

    Where no edges are seen the whole photograph is kept, and a warning says so. *corners*, in
    pixels of the upright original, are a person's, and nothing is looked for.
    """
    image = photo.image
    factor = photo.width_px / image.width
    found = _times(corners, 1 / factor) if corners else find_sheet(image)
    quad = found or _all_of(image)
    if found:
        width_mm, height_mm, snapped = true_size(found, image.size, photo.film_focal_mm)
    else:
        width_mm, height_mm, snapped = *size_of_whole(image.size), None
    across, down = side_lengths(quad)
    dpi_seen = max(across / width_mm, down / height_mm) * _MM_PER_INCH
    dpi = max(1, min(most_dpi, round(dpi_seen)))
    size = (round(width_mm / _MM_PER_INCH * dpi), round(height_mm / _MM_PER_INCH * dpi))
    flat = flattened(image, quad, (max(1, size[0]), max(1, size[1])))
    unlit = Unlit(_looked_at(image, quad, width_mm / height_mm), found is not None)
    if kind not in (Kind.PHOTO, Kind.ID_CARD) and snapped != "ID-1":
        flat = evenly_lit(flat, dpi)
    doubts = []
    if found is None:
        cut = cut_at(image)
        doubts.append(
            Warn("photo-sheet-cut", cut, severe=True) if cut else Warn("photo-edges-not-found")
        )
    elif (gone := _leaving(found, image.size)) is not None:
        doubts.append(Warn("photo-sheet-cut", gone, severe=True))
    if dpi_seen < _COARSEST_DPI:
        doubts.append(Warn("photo-too-coarse", severe=True))
    return PhotographedSheet(
        image=flat,
        resolution_dpi=dpi,
        width_mm=width_mm,
        height_mm=height_mm,
        snapped=snapped,
        quad=_times(found, factor) if found else None,
        warnings=tuple(doubts),
        unlit=unlit,
    )


def _looked_at(image: Image.Image, quad: Quad, proportion: float) -> Image.Image:
    """As large whatever size the sheet was taken for: a folded sheet has another proportion."""
    wide, high = (LONG_SIDE_PX * min(1.0, side) for side in (proportion, 1 / proportion))
    return flattened(image, quad, (max(1, round(wide)), max(1, round(high))))


def _upright(image: Image.Image, size: tuple[int, int], exif: Image.Exif) -> Photo:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of a broken block; we do without it
        orientation, focal = _read(exif)
    image = turned_upright(image, orientation)
    if orientation in (5, 6, 7, 8):
        size = (size[1], size[0])
    image.info = {}
    return Photo(image, *size, focal)


def _exif(image: Image.Image) -> Image.Exif:
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return Image.Exif()
    return exif


def _read(exif: Image.Exif) -> tuple[int, float | None]:
    """Orientation (1 when unknown) and the film focal length, if it makes sense."""
    try:
        orientation = int(exif.get(_ORIENTATION, 1))
        focal = float(exif.get_ifd(_CAMERA_IFD).get(_FILM_FOCAL, 0))
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return 1, None
    return orientation, focal if 12 <= focal <= 200 else None


def _all_of(image: Image.Image) -> Quad:
    width, height = float(image.width), float(image.height)
    return (0.0, 0.0), (width, 0.0), (width, height), (0.0, height)


def _leaving(quad: Quad, size: tuple[int, int]) -> str | None:
    """The corner of the sheet that lies outside the photograph by more than a hair."""
    hair = _HAIR * max(size)
    for (x, y), place in zip(quad, _CORNERS, strict=True):
        if not (-hair <= x <= size[0] + hair and -hair <= y <= size[1] + hair):
            return place
    return None


def _times(quad: Quad, factor: float) -> Quad:
    a, b, c, d = ((x * factor, y * factor) for x, y in quad)
    return a, b, c, d
