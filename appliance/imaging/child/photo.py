"""The photo child: one brought photograph in, one JPEG master out, then it ends.

Run as ``python -m appliance.imaging.child.photo PATH MEMORY_LIMIT_MB``. It writes a JSON line,
``{"width": …, "height": …}`` or ``{"refused": CODE}``, then the JPEG.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

from appliance.core.errors import (
    FileDamaged,
    FileEmpty,
    FileError,
    NotAPicture,
    PageDamaged,
    PictureTooLarge,
    PictureTooSmall,
    PictureUnsupported,
)
from appliance.imaging.child.thrift import be_thrifty
from appliance.imaging.formats.bare_jpeg import bare
from appliance.imaging.formats.opening import count_pages, open_page
from appliance.jpeg import check_decodes, opened

LEAST_PX = 600  # the long side; below 50 dpi on A4 nobody reads a word
MOST_HEIC_PIXELS = 26_000_000  # 24 megapixels are usual; 48 would take 300 MB
MOST_SCANS = 100  # a progressive JPEG has a dozen; two thousand in 1 MB took 17 s of one core
_ORIENTATION, _SCAN = 0x0112, b"\xff\xda"  # an EXIF tag, a marker: coded data holds no such bytes
QUALITY = 92  # of what was no JPEG: HEIC and PNG


def master_of(path: Path) -> tuple[bytes, int, int]:
    """The master that becomes of the photograph at *path*: JPEG, width, height.

    A JPEG keeps its pixels bit for bit and loses what tells where it was taken.

    Raises:
        FileError: it can never become a page.
    """
    with path.open("rb") as file:
        head = file.read(12)
    if head.startswith(b"\xff\xd8"):
        jpeg, width, height = _of_jpeg(path)
    elif head.startswith(b"\x89PNG") or head[4:8] == b"ftyp":
        jpeg, width, height = _of_another(path, is_heic=head[4:8] == b"ftyp")
    else:
        named = f"{path.name}: neither JPEG, PNG nor HEIC"
        raise NotAPicture(named) if head else FileEmpty(path.name)
    if max(width, height) < LEAST_PX:
        raise PictureTooSmall(f"{path.name}: {width} x {height}")
    return jpeg, width, height


def _of_jpeg(path: Path) -> tuple[bytes, int, int]:
    count_pages(path)  # too many pixels, or a head that is none
    jpeg = path.read_bytes()
    try:
        with opened(jpeg) as image:
            if image.mode not in ("L", "RGB"):
                raise PictureUnsupported(f"{path.name}: colours as {image.mode}")
        jpeg = bare(jpeg)
        if jpeg.count(_SCAN) > MOST_SCANS:
            raise FileDamaged(f"{path.name}: refined without end")
        return jpeg, *_upright(jpeg, *check_decodes(jpeg))
    except PageDamaged as error:
        raise FileDamaged(f"{path.name}: {error}") from error


def _upright(jpeg: bytes, width: int, height: int) -> tuple[int, int]:
    with opened(jpeg) as image:
        on_its_side = image.getexif().get(_ORIENTATION) in (5, 6, 7, 8)
    return (height, width) if on_its_side else (width, height)


def _of_another(path: Path, is_heic: bool) -> tuple[bytes, int, int]:
    image: Image.Image = _of_heic(path) if is_heic else open_page(path).image
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue(), image.width, image.height


def _of_heic(path: Path) -> Image.Image:
    """Refused by its head where it is too large: libheif decodes all of it or nothing."""
    from appliance.imaging.formats import heic  # noqa: PLC0415 - 5 MB that other photos do not need

    image = heic.decoded(path, MOST_HEIC_PIXELS)
    return image if image.mode == "RGB" else image.convert("RGB")


def main() -> None:
    """One photograph."""
    path, limit = Path(sys.argv[1]), int(sys.argv[2]) * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold a citizen's paper
    os.nice(5)
    be_thrifty()
    jpeg = b""
    head: dict[str, int | str]
    try:
        jpeg, width, height = master_of(path)
        head = {"width": width, "height": height}
    except FileError as error:
        head = {"refused": error.code}
    except MemoryError:
        head = {"refused": PictureTooLarge.code}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + jpeg)


if __name__ == "__main__":
    main()
