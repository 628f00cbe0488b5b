"""One side of an identity card on the glass: cut out, understood, turned upright."""

from __future__ import annotations

from PIL import Image

from appliance.core.cards.citizen_card import CitizenCard, read_citizen_card
from appliance.core.cards.sheet import CardLook, Side
from appliance.core.paper.findings import Code, Quad
from appliance.imaging.cards.marks import has_mrz, has_portrait
from appliance.imaging.cards.mrz import read_mrz
from appliance.imaging.codes import find_codes
from appliance.imaging.geometry.perspective import flattened, side_lengths

_LOOK_DPI = 400  # a finer scan shows nothing more of a code


def look_at_card(image: Image.Image, quad: Quad, dpi: int, *, read_lines: bool = True) -> CardLook:
    """What the card within *quad* of *image* (scanned at *dpi*) says, and which way is up.

    *quad* may begin at any corner. The look's own quad begins at the card's upper left one
    wherever that was found out. *read_lines* asks tesseract for the machine-readable lines
    (0.3 s) of a back that has no readable code.
    """
    long_quad = _landscape(quad)
    scale = min(dpi, _LOOK_DPI) / dpi
    width, height = side_lengths(long_quad)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    straight = flattened(image.convert("RGB"), long_quad, size)
    codes = find_codes(straight.convert("L"), thorough=True)
    card, code = _citizen_code(codes)
    turned = straight.transpose(Image.Transpose.ROTATE_180)

    by_code = _stands_upright(code) if code else None
    mrz_here, mrz_turned = has_mrz(straight), has_mrz(turned)
    by_lines = mrz_here if mrz_here != mrz_turned else None
    by_portrait = None
    if by_code is None and by_lines is None:
        here, there = has_portrait(straight), has_portrait(turned)
        by_portrait = here if here != there else None
    upright = next((v for v in (by_code, by_lines, by_portrait) if v is not None), None)

    has_lines = by_lines is not None and by_lines == upright
    side = _side(card, has_lines=has_lines, has_face=by_portrait is not None)
    reads = read_lines and has_lines and card is None
    return CardLook(
        side=side,
        quad=_half_turned(long_quad) if upright is False else long_quad,
        upright_known=upright is not None,
        codes=tuple(_on_image(found, long_quad, size) for found in codes),
        card=card,
        mrz=read_mrz(straight if upright else turned) if reads else None,
    )


def card_picture(image: Image.Image, look: CardLook, dpi: int) -> Image.Image:
    """The card upright and straight, cut from *image* (scanned at *dpi*); colours untouched."""
    width, height = side_lengths(look.quad)
    return flattened(image, look.quad, (max(1, round(width)), max(1, round(height))))


def _landscape(quad: Quad) -> Quad:
    """*quad* begun at the corner that makes its first side a long one."""
    width, height = side_lengths(quad)
    return quad if width >= height else (quad[1], quad[2], quad[3], quad[0])


def _half_turned(quad: Quad) -> Quad:
    return quad[2], quad[3], quad[0], quad[1]


def _citizen_code(codes: tuple[Code, ...]) -> tuple[CitizenCard | None, Code | None]:
    for code in codes:
        if code.kind == "qr" and (card := read_citizen_card(code.payload)) is not None:
            return card, code
    return None, None


def _stands_upright(code: Code) -> bool | None:
    """Whether the code's own upper side is up; None when it lies on its side."""
    if code.quad is None:
        return None
    top_left, top_right, _, bottom_left = code.quad
    across, down = top_right[0] - top_left[0], bottom_left[1] - top_left[1]
    if min(abs(across), abs(down)) < abs(top_right[1] - top_left[1]):
        return None
    return across > 0 and down > 0


def _side(card: CitizenCard | None, *, has_lines: bool, has_face: bool) -> Side | None:
    """The lines are only ever on the back; the code moved there with the new card's layout."""
    if has_lines:
        return Side.BACK
    if card is not None:
        return Side.BACK if card.more_fields else Side.FRONT
    return Side.FRONT if has_face else None


def _on_image(code: Code, quad: Quad, size: tuple[int, int]) -> Code:
    """*code* found in the straightened card, in pixels of the whole image."""
    if code.quad is None:
        return code
    origin, right, _, down = quad
    corners = []
    for x, y in code.quad:
        u, v = x / size[0], y / size[1]
        corners.append(
            (
                origin[0] + u * (right[0] - origin[0]) + v * (down[0] - origin[0]),
                origin[1] + u * (right[1] - origin[1]) + v * (down[1] - origin[1]),
            )
        )
    a, b, c, d = corners
    return Code(code.kind, code.payload, (a, b, c, d))
