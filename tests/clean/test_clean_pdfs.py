"""PDFs that people bring: scans in them are taken as scans, set text is told about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from appliance.core.paper.findings import PageMode
from appliance.core.paper.plates import PlatedPage
from appliance.core.paper.text_layer import TextLayer, TextWord
from appliance.papers.pdf import make_pdf
from appliance.plates import jpeg_plate
from tests.pages.fonts import font


@pytest.fixture
def scan() -> PlatedPage:
    """A page of print as a picture."""
    picture = Image.new("RGB", (1240, 1754), (247, 246, 240))
    pen, glyphs = ImageDraw.Draw(picture), font("serif", 34)
    for row in range(20):
        pen.text((150, 160 + 62 * row), "Giấy chứng nhận của xã Thử Nghiệm", 30, glyphs)
    return PlatedPage(210, 297, (jpeg_plate(picture, 85),), PageMode.FULL, 150)


def warned(page: dict) -> list[str]:
    return [warning["code"] for warning in page["warnings"]]


def test_text_that_was_set_becomes_a_picture_and_that_is_told(tmp_path, cleaned):
    import typst

    path = tmp_path / "set.pdf"
    path.write_bytes(typst.compile("= Đơn đề nghị\n#lorem(150)".encode(), format="pdf"))
    done = cleaned(path)
    assert done.code == 0
    (page,) = done.pages
    assert "was-text" in warned(page)
    assert "chữ gõ máy" in next(w["what"] for w in page["warnings"] if w["code"] == "was-text")


def test_a_scan_with_unseen_text_over_it_is_a_scan(scan, tmp_path, cleaned):
    layer = TextLayer(((TextWord("Giấy", 25, 27, 40, 33),),))
    path = tmp_path / "scan.pdf"
    path.write_bytes(make_pdf([scan, replace(scan, text=layer)], "Giấy"))
    done = cleaned(path)
    assert done.code == 0
    assert [page["page"] for page in done.pages] == [1, 2]
    assert not any("was-text" in warned(page) for page in done.pages)
