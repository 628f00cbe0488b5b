"""The drawn papers: synthetic, readable, and the same every time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageStat

from appliance.pretend import sample_drawing
from appliance.pretend.sample_pages import draw_page, sample_pages, write_sample_pages


def test_the_same_paper_is_drawn_the_same_way() -> None:
    page = sample_pages()[0]
    assert draw_page(page, 75).tobytes() == draw_page(page, 75).tobytes()


def test_pages_are_a4_and_state_their_dpi(tmp_path: Path) -> None:
    (path,) = write_sample_pages(tmp_path, dpi=150, count=1)
    with Image.open(path) as image:
        assert (image.size, image.info["dpi"]) == ((1240, 1754), (150, 150))


def test_a_page_that_is_there_is_not_drawn_again(tmp_path: Path) -> None:
    (path,) = write_sample_pages(tmp_path, dpi=75, count=1)
    path.write_bytes(b"kept")
    write_sample_pages(tmp_path, dpi=75, count=1)
    assert path.read_bytes() == b"kept"


def test_more_pages_than_papers_start_over(tmp_path: Path) -> None:
    many = len(sample_pages()) + 2
    assert len(set(write_sample_pages(tmp_path, dpi=75, count=many))) == many


def test_paper_has_tone_and_grain_like_a_scan() -> None:
    margin = draw_page(sample_pages()[1], 75).crop((20, 700, 600, 800))
    stat = ImageStat.Stat(margin)
    assert all(235 < mean < 255 for mean in stat.mean)
    assert all(stddev > 0.5 for stddev in stat.stddev)


def test_every_paper_says_that_it_is_worth_nothing() -> None:
    """Red ink stands at the foot of each page, whatever else is drawn."""
    for page in sample_pages():
        foot = draw_page(page, 75).crop((100, 820, 520, 850)).split()
        reddest = max(
            red - green for red, green in zip(foot[0].tobytes(), foot[1].tobytes(), strict=True)
        )
        assert reddest > 80, page.key


def test_missing_fonts_name_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sample_drawing, "_ROOT", tmp_path)
    sample_drawing._font.cache_clear()
    with pytest.raises(sample_drawing.FontsMissing, match="fonts-liberation2"):
        draw_page(sample_pages()[0], 75)
    sample_drawing._font.cache_clear()
