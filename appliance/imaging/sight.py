"""A master as it is looked at: decoded once, no larger than needed, with a small look beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from appliance.core.errors import PageDamaged
from appliance.imaging.colors.inks import dark_channel
from appliance.imaging.geometry.straighten import LOOK_DPI
from appliance.jpeg import opened

if TYPE_CHECKING:
    from appliance.imaging.doubts.photographed import Unlit

FULL_DPI = 300  # no rung needs more; libjpeg halves while it decodes
_CODES_DPI = 150
_ORIENTATION = 0x0112  # EXIF tag
MAX_SIGHT_PIXELS = 36_000_000


@dataclass(frozen=True)
class Sight:
    """An upright image of the master. *times* of its pixels make up one master pixel's side."""

    image: Image.Image  # L or RGB
    dpi: float  # of *image*
    times: float  # size of *image* over the master's
    scan: Callable[[], bytes] | None = None  # the JPEG whose pixels lie exactly as in *image*
    unlit: Unlit | None = None  # of a photographed sheet

    @cached_property
    def look(self) -> Image.Image:
        """About 100 dpi, RGB or L; what all the judging is done on."""
        whole = round(self.dpi / LOOK_DPI)
        if whole >= 1 and abs(self.dpi / whole - LOOK_DPI) < 1:
            return self.image.reduce(whole) if whole > 1 else self.image
        ratio = LOOK_DPI / self.dpi
        size = (max(1, round(self.image.width * ratio)), max(1, round(self.image.height * ratio)))
        return self.image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)

    @cached_property
    def dark(self) -> Image.Image:
        """The channel of the image in which every ink is dark (L); a quarter of its weight."""
        return dark_channel(self.image)

    @cached_property
    def rough_times(self) -> int:
        """How many pixels of the image make one of ``rough``."""
        return max(1, round(self.dpi / _CODES_DPI))

    def rough(self) -> Image.Image:
        """``dark`` at about 150 dpi, made anew: as fine as the codes of forms need."""
        return self.dark.reduce(self.rough_times) if self.rough_times > 1 else self.dark

    @property
    def look_dpi(self) -> float:
        """What the look really has."""
        return self.dpi * self.look.width / self.image.width


def as_decoded(sight: Sight) -> Sight:
    """*sight* as if what was decoded were the master itself."""
    return sight if sight.times == 1.0 else replace(sight, times=1.0)


def sight_of(master: bytes | Image.Image | Sight, dpi: float, full_dpi: int = FULL_DPI) -> Sight:
    """The sight of a JPEG, or of an upright image somebody has decoded already.

    *dpi* is the master's. At most *full_dpi* is decoded where libjpeg can leave the rest out.

    Raises:
        PageDamaged: not wholly a JPEG, or larger than this board can hold.
    """
    if isinstance(master, Sight):
        return master
    if isinstance(master, Image.Image):
        return Sight(_plain(master), dpi, 1.0)
    with opened(master) as image:
        wide = image.width
        least = min(1.0, full_dpi / dpi)
        image.draft(None, (max(1, int(wide * least)), max(1, int(image.height * least))))
        if image.width * image.height > MAX_SIGHT_PIXELS:
            raise PageDamaged(f"{image.width} x {image.height} pixels to decode")
        times = image.width / wide
        image.load()
        held = _plain(_as_held(image))
        as_stored = held is image and times == 1.0
        return Sight(held, dpi * times, times, (lambda: master) if as_stored else None)


def _as_held(image: Image.Image) -> Image.Image:
    """*image* as its EXIF says; nonsense there is ignored."""
    try:
        if image.getexif().get(_ORIENTATION, 1) not in range(2, 9):
            return image  # exif_transpose would copy it
        return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, TypeError, KeyError):
        return image


def _plain(image: Image.Image) -> Image.Image:
    return image if image.mode in ("L", "RGB") else image.convert("RGB")
