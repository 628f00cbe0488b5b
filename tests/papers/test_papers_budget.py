"""A paper fits its budget on the best rung that does, or nothing is made; no page is lost."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.core.errors import PageDamaged, PdfTooBig
from appliance.core.rendition import LADDER, Rendition, Rung
from appliance.imaging.render import render
from appliance.papers.pdf import BUDGET_BYTES, PageSource, PdfPage, fit_pdf

TITLE = "Giấy chứng sinh"


def sources(*jpegs: bytes, dpi: int = 300) -> list[PageSource]:
    return [PageSource(lambda jpeg=jpeg: jpeg, dpi) for jpeg in jpegs]  # type: ignore[misc]


def page_sizes(pdf: bytes) -> list[tuple[int, int]]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [(round(p.mediabox[2]), round(p.mediabox[3])) for p in opened.pages]


@pytest.fixture(scope="module")
def heavy(jpeg_of) -> list[bytes]:
    return [jpeg_of(number=n, grain=40) for n in (1, 2, 3)]


def test_the_budget_stays_under_the_portals_two_megabytes():
    assert BUDGET_BYTES == 1_900_000


def test_a_paper_that_fits_stays_on_the_best_rung(heavy):
    paper = fit_pdf(sources(*heavy), TITLE, render=render)
    assert (paper.rung, paper.pages) == (LADDER[0], 3)
    assert len(page_sizes(paper.content)) == 3


def test_the_rungs_are_tried_in_order_and_the_first_that_fits_is_taken(heavy):
    whole = {rung: _size_on(heavy, rung) for rung in LADDER}
    for lower, rung in zip(LADDER[1:], LADDER[:-1], strict=True):
        paper = fit_pdf(sources(*heavy), TITLE, render=render, budget_bytes=whole[rung] - 1)
        assert paper.rung == lower
        assert len(paper.content) == whole[lower]


def _size_on(jpegs: list[bytes], only: Rung) -> int:
    def stubborn(master: bytes, _: Rung, dpi: int, turn: int) -> Rendition:
        return render(master, only, dpi, turn)

    return len(fit_pdf(sources(*jpegs), TITLE, render=stubborn, budget_bytes=10**9).content)


def test_a_paper_over_the_last_rung_is_told_and_not_cut(heavy):
    with pytest.raises(PdfTooBig, match="3 pages"):
        fit_pdf(sources(*heavy), TITLE, render=render, budget_bytes=20_000)


def test_a_ready_rendition_is_used_and_its_master_left_alone(heavy):
    def never() -> bytes:
        raise AssertionError("the master was fetched")

    made = [render(jpeg, LADDER[0], 300) for jpeg in heavy]
    ready = [
        PageSource(never, 300, ready=lambda r=r: PdfPage(r.jpeg, r.resolution_dpi))  # type: ignore[misc]
        for r in made
    ]
    assert fit_pdf(ready, TITLE, render=render) == fit_pdf(sources(*heavy), TITLE, render=render)


def test_below_the_first_rung_the_master_is_rendered_and_not_the_rendition(heavy):
    ready = [
        PageSource(lambda j=j: j, 300, ready=lambda j=j: PdfPage(j, 300))  # type: ignore[misc]
        for j in heavy
    ]
    small = _size_on(heavy, LADDER[1])
    paper = fit_pdf(ready, TITLE, render=render, budget_bytes=small)
    assert paper == fit_pdf(sources(*heavy), TITLE, render=render, budget_bytes=small)


def test_a_rung_is_given_up_as_soon_as_it_is_over(heavy):
    seen: list[tuple[Rung, int]] = []

    def counting(master: bytes, rung: Rung, dpi: int, turn: int) -> Rendition:
        seen.append((rung, heavy.index(master)))
        return render(master, rung, dpi, turn)

    with pytest.raises(PdfTooBig):
        fit_pdf(sources(*heavy), TITLE, render=counting, budget_bytes=20_000)
    assert [rung for rung, _ in seen] == list(LADDER)  # one page told enough, five times
    assert {page for _, page in seen} == {0}


def test_turned_pages_lie_as_they_were_turned(heavy):
    turned = [PageSource(lambda: heavy[0], 300, turn) for turn in (0, 90, 180, 270)]
    sizes = page_sizes(fit_pdf(turned, TITLE, render=render).content)
    assert sizes[0] == sizes[2] == sizes[1][::-1] == sizes[3][::-1]
    assert sizes[0][0] < sizes[0][1]


def test_one_damaged_master_stops_the_paper(heavy):
    with pytest.raises(PageDamaged):
        fit_pdf(sources(heavy[0], heavy[1][:5000]), TITLE, render=render)


@settings(max_examples=60, deadline=None)
@given(
    shapes=st.lists(
        st.tuples(st.integers(40, 400), st.integers(40, 400), st.sampled_from([0, 20, 80])),
        min_size=1,
        max_size=6,
    ),
    budget=st.integers(3_000, 120_000),
    dpi=st.sampled_from([75, 150, 200, 300]),
)
def test_whatever_goes_in_the_paper_fits_with_every_page_or_is_refused(
    jpeg_of, shapes, budget, dpi
):
    jpegs = [jpeg_of(width, height, grain=grain) for width, height, grain in shapes]
    try:
        paper = fit_pdf(sources(*jpegs, dpi=dpi), TITLE, render=render, budget_bytes=budget)
    except PdfTooBig:
        smallest = [len(render(jpeg, LADDER[-1], dpi).jpeg) for jpeg in jpegs]
        assert sum(smallest) + 6_000 + 1_000 * len(jpegs) > budget
        return
    assert len(paper.content) <= budget
    assert paper.pages == len(jpegs)
    for (width, height, _), (box_width, box_height) in zip(
        shapes, page_sizes(paper.content), strict=True
    ):
        # in order, and true to size to a pixel of the coarsest rung
        assert box_width == pytest.approx(width * 72 / dpi, abs=1)
        assert box_height == pytest.approx(height * 72 / dpi, abs=1)
