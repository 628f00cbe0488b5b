"""The PDF libraries live in a child of their own, and its ends are told apart."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from appliance.core.errors import PageDamaged, PrintingFailed
from appliance.core.paper.packed import page_of_jpeg
from appliance.core.paper.plates import PlatedPage
from appliance.papers import apart
from appliance.papers.apart import count_pages_apart, make_pdf_apart
from appliance.papers.pdf import make_pdf


def jpeg(shade: int = 240) -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 400), (shade, shade, shade)).save(out, "JPEG")
    return out.getvalue()


def page(shade: int = 240) -> PlatedPage:
    return page_of_jpeg(jpeg(shade), 150)


def test_a_pdf_made_apart_is_byte_for_byte_the_one_made_here() -> None:
    pages = [page(240), page(90)]
    moment = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
    made = make_pdf_apart(pages, "Giấy chứng sinh", moment)
    assert made == make_pdf(pages, "Giấy chứng sinh", moment)
    assert count_pages_apart(made) == 2


def test_half_a_page_is_refused_there_too() -> None:
    half = jpeg()[: len(jpeg()) - 300]
    with pytest.raises(PageDamaged):
        make_pdf_apart([page_of_jpeg(half, 150)], "Giấy")


def test_a_child_that_dies_is_told_as_a_failed_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_CHILD", "no.such.module")
    with pytest.raises(PrintingFailed, match="ended with 1"):
        make_pdf_apart([page()], "Giấy")


def test_who_makes_pdfs_apart_carries_none_of_their_libraries() -> None:
    script = (
        "import sys, appliance.desk.sending.sealing\n"
        "print(sorted({'pikepdf', 'img2pdf', 'lxml', 'typst', 'PIL'} & set(sys.modules)))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.strip() == "[]"
