"""Photos as phones save them. The only file that knows pi-heif."""

from __future__ import annotations

from pathlib import Path

import pi_heif
from PIL import Image

from appliance.core.errors import FileDamaged, PictureTooLarge


def decoded(path: Path, max_pixels: int) -> Image.Image:
    """The photo of *path*, upright: the decoder carries out the camera's turn.

    Raises:
        FileDamaged: it is not wholly there.
        PictureTooLarge: over *max_pixels*.
    """
    try:
        photo = pi_heif.open_heif(path, convert_hdr_to_8bit=True)
        width, height = photo.size
        if width * height > max_pixels:
            raise PictureTooLarge(f"{path.name}: {width} x {height}")
        return Image.frombytes(photo.mode, photo.size, photo.data, "raw", photo.mode, photo.stride)
    except (OSError, ValueError, RuntimeError, EOFError, SyntaxError) as error:
        raise FileDamaged(f"{path.name}: {error}") from error
