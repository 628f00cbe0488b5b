"""A page as it was scanned: not cut, straightened or cleaned; smaller only when it must be."""

from __future__ import annotations

from PIL import Image

from appliance.core.cards.laid import turned
from appliance.core.cards.seen import Seen
from appliance.core.paper.findings import Findings, PageMode
from appliance.core.paper.packed import page_of_jpeg
from appliance.core.paper.plates import PlatedPage
from appliance.core.paper.rendition import LADDER, PLAIN_WAYS
from appliance.core.paper.scan import ColorMode
from appliance.imaging.geometry.sheets import whole_image
from appliance.imaging.sight import sight_of
from appliance.jpeg import check_decodes, opened
from appliance.plates import jpeg_plate

_MORE = {"exif", "comment", "icc_profile", "xmp", "photoshop"}  # as Pillow names them


def plain_page(master: bytes, dpi: int, way: int, turn: int) -> tuple[Seen, PlatedPage]:
    """*master* on one *way*, turned clockwise by *turn*; the first way codes nothing anew.

    Raises:
        PageDamaged: *master* is not wholly a JPEG, or too large for this board.
    """
    size = check_decodes(master)
    untouched = way == 0 and _is_bare(master)
    page = page_of_jpeg(master, dpi) if untouched else _smaller(master, dpi, way)
    seen = Seen(Findings(whole_image(size, dpi).item, turn=turn), ways=PLAIN_WAYS)
    return seen, turned(page, turn)


def _is_bare(master: bytes) -> bool:
    """Whether it is a picture and nothing else: no turn of its own, no word of who made it."""
    with opened(master) as image:
        return image.mode in ("L", "RGB") and not _MORE & image.info.keys()


def _smaller(master: bytes, dpi: int, way: int) -> PlatedPage:
    rung = LADDER[min(max(0, way - 1), len(LADDER) - 1)]
    sight = sight_of(master, dpi, full_dpi=rung.resolution_dpi)
    ratio = min(1.0, rung.resolution_dpi / sight.dpi)
    image = sight.image.convert("L") if rung.mode is ColorMode.GRAY else sight.image
    if ratio < 1:
        wide, high = (max(1, round(side * ratio)) for side in image.size)
        image = image.resize((wide, high), Image.Resampling.LANCZOS)
    size_mm = [side / sight.times / dpi * 25.4 for side in sight.image.size]
    plate = jpeg_plate(image, rung.quality)
    page_dpi = round(sight.dpi * ratio)
    return PlatedPage(size_mm[0], size_mm[1], (plate,), PageMode.FULL, page_dpi)
