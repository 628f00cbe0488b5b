"""``tramhoso clean --text``: what a sheet says is found on the page that was made of it."""

from __future__ import annotations

import random

import pikepdf
import pytest

from appliance.imaging.text.program import vietnamese_is_here
from tests.pages.pen import Sheet
from tests.pages.scanner import Scanner, feed
from tests.text.papers import printed_page, words_in

pytestmark = pytest.mark.skipif(not vietnamese_is_here(), reason="needs tesseract-ocr-vie")

NEAR_MM = 1.5


@pytest.fixture
def fed(tmp_path):
    """A sheet of known words through a feeder, as a file, and where its words stand."""

    def feeding(angle_deg: float, turn: int, dpi: int = 200):
        image, words = printed_page(dpi)
        sheet = Sheet(image, dpi, (210.0, 297.0), "printed")
        page = feed(sheet, random.Random(4100 + turn), angle_deg, turn, Scanner("grey"), 12.0)
        path = tmp_path / f"fed-{turn}.jpg"
        path.write_bytes(page.jpeg())
        return path, words

    return feeding


@pytest.mark.parametrize(("angle_deg", "turn"), [(0.0, 0), (3.2, 90), (-4.1, 180)])
def test_words_are_found_on_their_ink_however_the_sheet_went_in(angle_deg, turn, fed, cleaned):
    path, words = fed(angle_deg, turn)
    done = cleaned(path, options=("--text",))
    assert done.code == 0, done.said
    found = words_in(done.files[0])
    right = sum(
        any(
            seen.text == word.text
            and all(abs(a - b) <= NEAR_MM for a, b in zip(seen.box_mm, word.box_mm, strict=True))
            for seen in found
        )
        for word in words
    )
    assert right >= 0.97 * len(words), (right, len(words))


def test_a_paper_without_asking_has_no_text(fed, cleaned):
    path, _ = fed(0.5, 0)
    done = cleaned(path)
    assert words_in(done.files[0]) == []


def test_a_text_that_does_not_fit_is_left_out_and_the_picture_stays(fed, cleaned):
    path, _ = fed(0.5, 0)
    bare = cleaned(path).files[0].read_bytes()
    done = cleaned(path, options=("--text", "--budget", str(len(bare) + 3_000)))
    assert done.code == 0
    assert done.files[0].read_bytes() == bare
    assert words_in(done.files[0]) == []


def test_where_nothing_reads_vietnamese_the_paper_comes_without_and_says_so(
    fed, cleaned, monkeypatch
):
    path, _ = fed(0.5, 0)
    monkeypatch.setenv("PATH", "/nowhere")
    vietnamese_is_here.cache_clear()
    try:
        done = cleaned(path, options=("--text",))
    finally:
        vietnamese_is_here.cache_clear()
    assert done.code == 0
    assert "without text" in done.said
    with pikepdf.open(done.files[0]) as pdf:
        assert "/Font" not in pdf.pages[0].obj.Resources
