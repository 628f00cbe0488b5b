"""A paper fits its budget in as few parts as it needs, with every page, or nothing is made."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.core.errors import PdfTooBig
from appliance.core.paper.plates import PlatedPage
from appliance.core.paper.rendition import PLAIN_WAYS
from appliance.imaging.child.plain import plain_page
from appliance.papers.fitting import part_title, shrunk_to_fit
from appliance.papers.pdf import BUDGET_BYTES, make_pdf

TITLE = "Giấy chứng sinh"


@dataclass
class Scan:
    """A page as it was scanned, which can become smaller."""

    jpeg: bytes
    dpi: int = 300
    way: int = 0

    @property
    def plated(self) -> PlatedPage:
        return plain_page(self.jpeg, self.dpi, self.way, 0)[1]

    def shrink(self) -> bool:
        if self.way + 1 == PLAIN_WAYS:
            return False
        self.way += 1
        return True


def page_sizes(pdf: bytes) -> list[tuple[int, int]]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return [(round(p.mediabox[2]), round(p.mediabox[3])) for p in opened.pages]


@pytest.fixture(scope="module")
def heavy(jpeg_of) -> list[bytes]:
    return [jpeg_of(number=n, grain=40) for n in (1, 2, 3)]


def test_the_budget_stays_under_the_portals_two_megabytes():
    assert BUDGET_BYTES == 1_900_000


def test_a_paper_that_fits_keeps_every_byte_of_the_scanner(heavy):
    scans = [Scan(jpeg) for jpeg in heavy]
    (part,) = shrunk_to_fit(scans, BUDGET_BYTES)
    assert [page.plates[0].content for page in part] == heavy


def test_only_the_heaviest_pages_grow_smaller_and_only_as_far_as_needed(jpeg_of):
    light, heavy = Scan(jpeg_of(number=1)), Scan(jpeg_of(number=2, grain=40))
    whole = light.plated.size_bytes + heavy.plated.size_bytes
    (part,) = shrunk_to_fit([light, heavy], whole)
    assert (light.way, heavy.way) == (0, 1)
    assert len(part) == 2


def test_what_is_over_the_budget_on_its_floor_becomes_parts_with_every_page_in_order(heavy):
    floor = [Scan(jpeg, way=PLAIN_WAYS - 1).plated.size_bytes for jpeg in heavy]
    budget = sum(floor)  # without room for what a file costs by itself
    parts = shrunk_to_fit([Scan(jpeg) for jpeg in heavy], budget)
    assert len(parts) == 2
    pdfs = [make_pdf(part, part_title(TITLE, n, 2)) for n, part in enumerate(parts, start=1)]
    assert all(len(pdf) <= budget for pdf in pdfs)
    assert sum(len(page_sizes(pdf)) for pdf in pdfs) == 3


def test_a_page_that_is_over_by_itself_is_told_and_not_cut(heavy):
    with pytest.raises(PdfTooBig, match="page 1"):
        shrunk_to_fit([Scan(jpeg) for jpeg in heavy], 20_000)


@settings(max_examples=40, deadline=None)
@given(
    shapes=st.lists(
        st.tuples(st.integers(40, 400), st.integers(40, 400), st.sampled_from([0, 20, 80])),
        min_size=1,
        max_size=6,
    ),
    budget=st.integers(3_000, 120_000),
    dpi=st.sampled_from([75, 150, 200, 300]),
)
def test_whatever_goes_in_every_part_fits_with_every_page_or_the_paper_is_refused(
    jpeg_of, shapes, budget, dpi
):
    scans = [Scan(jpeg_of(w, h, grain=grain), dpi) for w, h, grain in shapes]
    try:
        parts = shrunk_to_fit(scans, budget)
    except PdfTooBig:
        assert max(scan.plated.size_bytes for scan in scans) + 7_000 > budget
        return
    boxes = []
    for part in parts:
        pdf = make_pdf(part, TITLE)
        assert len(pdf) <= budget
        boxes += page_sizes(pdf)
    assert len(boxes) == len(shapes)
    for (width, height, _), (box_width, box_height) in zip(shapes, boxes, strict=True):
        # in order, and true to size to a pixel of the coarsest way
        assert box_width == pytest.approx(width * 72 / dpi, abs=1)
        assert box_height == pytest.approx(height * 72 / dpi, abs=1)
