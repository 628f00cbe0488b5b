"""Whether a JPEG is wholly there. Every room that passes pages on asks here first."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image

from appliance.core.errors import PageDamaged

MAX_PIXELS = 80_000_000  # A3 at 600 dpi is 70 million
_END, _SCAN = b"\xff\xd9", b"\xff\xda"
_BLOCK_PX, _MIXED_PX = 8, 2  # of a JPEG; smoothing mixes its neighbours' colour into its rim
# Any bits that decode to content, unlike the one colour that libjpeg makes up; 0xff starts a mark.
_FILLER = hashlib.shake_128(b"filler").digest(512).replace(b"\xff", b"\xa5")


def check_decodes(jpeg: bytes) -> tuple[int, int]:
    """Decode all of *jpeg*; its width and height in pixels as stored, before any EXIF turn.

    A JPEG that was cut and then closed with an end mark decodes without complaint: libjpeg
    fills the missing part with one colour. So it is decoded a second time with filler before
    the end mark. A whole image never reads that far; a cut one changes. Both passes read every
    bit but keep one pixel in 64, so an A4 page at 600 dpi needs about a megabyte; only the rare
    progressive JPEG is decoded in full.

    Raises:
        PageDamaged: not a JPEG, cut short, or larger than any paper (``MAX_PIXELS``).
    """
    end = jpeg.rstrip(b"\0").rfind(_END)  # some scanners pad with zeros
    with opened(jpeg) as image:
        size = image.size
        seen = _glance(image)
    if end < 0:
        raise PageDamaged("JPEG without an end mark")
    with opened(jpeg[:end] + _FILLER + _END) as image:
        if _glance(image) != seen:
            raise PageDamaged("JPEG cut short, closed with an end mark")
    return size


def check_decoded(jpeg: bytes, image: Image.Image) -> None:
    """``check_decodes`` for what has been decoded in full already: *image* are its pixels.

    What a cut JPEG lacks is one even grey as far as its last corner. A corner with grain was
    read from the file, so nothing before it is missing; only an even one is looked at again,
    which takes as long as decoding did. What is lost of that one block alone goes unnoticed.

    Raises:
        PageDamaged: as ``check_decodes``.
    """
    end = jpeg.rstrip(b"\0").rfind(_END)
    one_pass = jpeg.count(_SCAN, 0, end) == 1  # colours or fine detail may come in later ones
    if end < 0 or not one_pass or not _has_grain_at_its_end(image):
        check_decodes(jpeg)


@contextmanager
def opened(jpeg: bytes) -> Iterator[Image.Image]:
    """The image of *jpeg*, not decoded yet, so that ``draft`` still works.

    Whatever Pillow says while the block runs becomes PageDamaged; no decoder but JPEG's runs.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit below
            with Image.open(BytesIO(jpeg), formats=("JPEG",)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise PageDamaged(f"{image.width} x {image.height} pixels is no paper")
                yield image
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise PageDamaged(f"JPEG does not decode: {error}") from error


def _has_grain_at_its_end(image: Image.Image) -> bool:
    left, top = ((side - 1) // _BLOCK_PX * _BLOCK_PX + _MIXED_PX for side in image.size)
    if left >= image.width or top >= image.height:
        return False
    extrema = image.crop((left, top, *image.size)).split()
    return any(low != high for low, high in (band.getextrema() for band in extrema))


def _glance(image: Image.Image) -> bytes:
    """A digest of every eighth pixel in grey. Reads the whole file all the same."""
    if "progressive" not in image.info:  # whose cut shows in fine detail and colour alone
        image.draft("L", (max(1, image.width // 8), max(1, image.height // 8)))
    return hashlib.sha256(image.tobytes()).digest()
