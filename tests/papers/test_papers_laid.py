"""A page turned, and cards on one sheet, as another program shows them."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from appliance.core.cards.laid import on_a4, turned
from appliance.core.cards.sheet import A4_MM, ID1_MM, corner_mm
from appliance.core.errors import PageDamaged
from appliance.core.paper.findings import PageMode
from appliance.core.paper.packed import packed, page_of_jpeg, unpacked
from appliance.core.paper.plates import Coding, Plate, PlatedPage
from appliance.core.paper.text_layer import TextLayer, TextWord
from appliance.papers.pdf import make_pdf

DPI = 100
CORNERS = {"top left": (0, 0), "top right": (1, 0), "bottom right": (1, 1), "bottom left": (0, 1)}


def marked(width: int = 400, height: int = 600, color: str = "red") -> PlatedPage:
    """White, its upper left corner coloured."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 6), fill=color)
    out = BytesIO()
    image.save(out, "JPEG", quality=95)
    return page_of_jpeg(out.getvalue(), DPI)


def seen(pdf: bytes, tool, tmp_path) -> Image.Image:
    tool(pdf, "pdftoppm", "-r", str(DPI), "-png", "-singlefile", after=(str(tmp_path / "seen"),))
    return Image.open(tmp_path / "seen.png").convert("RGB")


def is_red(image: Image.Image, x: float, y: float) -> bool:
    red, green, _ = image.getpixel((round(x), round(y)))
    return red > 180 and green < 90


@pytest.mark.parametrize(
    ("degrees", "corner"),
    [(0, "top left"), (90, "top right"), (180, "bottom right"), (270, "bottom left")],
)
def test_a_turned_page_shows_its_corner_where_a_clockwise_turn_brings_it(
    degrees, corner, tool, tmp_path
):
    page = turned(marked(), degrees)
    image = seen(make_pdf([page], "Giấy"), tool, tmp_path)
    assert (image.width > image.height) == (degrees % 180 == 90)
    for name, (right, low) in CORNERS.items():
        at = (8 + right * (image.width - 17), 8 + low * (image.height - 17))
        assert is_red(image, *at) == (name == corner), name


def test_two_turns_are_one_turn_of_their_sum_and_four_quarters_are_none():
    page = replace(marked(), plates=(replace(marked().plates[0], clip=(10.0, 20.0, 100.0, 50.0)),))
    twice, once = turned(turned(page, 90), 180), turned(page, 270)
    assert twice.plates[0].place == pytest.approx(once.plates[0].place)
    assert twice.plates[0].clip == pytest.approx(once.plates[0].clip)
    back = turned(turned(page, 90), 270)
    assert back.plates[0].clip == pytest.approx(page.plates[0].clip)
    assert (back.width_mm, back.height_mm) == (page.width_mm, page.height_mm)


def test_cards_lie_on_one_sheet_at_their_true_size_the_first_one_above(tool, tmp_path):
    wide, high = (round(mm / 25.4 * DPI) for mm in ID1_MM)
    sheet = on_a4([marked(wide, high), marked(wide, high, "blue")])
    assert (sheet.width_mm, sheet.height_mm) == A4_MM
    image = seen(make_pdf([sheet], "Giấy"), tool, tmp_path)
    for row, first in enumerate((True, False)):
        left, top = (mm / 25.4 * DPI for mm in corner_mm(row))
        assert is_red(image, left + 5, top + 5) == first
        assert image.getpixel((round(left) - 6, round(top) - 6)) == (255, 255, 255)


def test_a_page_comes_out_of_its_package_as_it_went_in():
    text = TextLayer(((TextWord("Nguyễn", 1.0, 2.0, 9.5, 4.0),),))
    stencil = Plate(Coding.STENCIL, b"\x00\x01", 16, 8, colors=b"\x01\x02\x03")
    page = PlatedPage(
        210.0, 297.0, (*turned(marked(), 90).plates, stencil), PageMode.LAYERS, 300, text
    )
    assert unpacked(packed(page)) == page


@pytest.mark.parametrize("spoil", [lambda p: p[:-1], lambda p: p[:30], lambda p: p + b"x",
                                   lambda p: b"", lambda p: p[:12] + b"\xff" + p[13:]])  # fmt: skip
def test_a_package_that_is_not_whole_is_damaged(spoil):
    with pytest.raises(PageDamaged):
        unpacked(spoil(packed(marked())))
