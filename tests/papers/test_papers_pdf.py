"""What a paper's PDF holds, judged by qpdf, poppler and pikepdf."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from PIL import Image

from appliance.core.errors import PageDamaged, Unexpected
from appliance.core.paper.packed import page_of_jpeg
from appliance.core.paper.plates import PlatedPage
from appliance.papers.archive import finished
from appliance.papers.pdf import make_pdf

TITLE = "Giấy chứng sinh của bé Nguyễn Thị Ánh"
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def info(text: str) -> dict[str, str]:
    return {key: value.strip() for key, _, value in (r.partition(":") for r in text.splitlines())}


@pytest.fixture(scope="module")
def pages(jpeg_of) -> list[PlatedPage]:
    return [
        page_of_jpeg(jpeg_of(1654, 2339, number=1), 200),
        page_of_jpeg(jpeg_of(1240, 1754, number=2, mode="L"), 150),
        page_of_jpeg(jpeg_of(2339, 1654, number=3, dpi=(72, 72)), 200),  # a density that lies
    ]


@pytest.fixture(scope="module")
def paper(pages) -> bytes:
    return make_pdf(pages, TITLE, AT)


def test_qpdf_finds_nothing_wrong(paper, tool):
    assert "No syntax or stream encoding errors found" in tool(paper, "qpdf", "--check")


def test_every_page_is_true_to_size(paper, tool):
    sizes = [
        [float(n) * 25.4 / 72 for n in line.split("size:")[1].split()[0:3:2]]
        for line in tool(paper, "pdfinfo", "-f", "1", "-l", "3").splitlines()
        if " size:" in line and line.startswith("Page ")
    ]
    for size, wanted in zip(sizes, [(210, 297), (210, 297), (297, 210)], strict=True):
        assert size == pytest.approx(wanted, abs=0.5)


def test_the_images_have_the_resolution_we_say(paper, tool):
    rows = [line.split() for line in tool(paper, "pdfimages", "-list").splitlines()[2:]]
    assert [(row[5], row[8], row[12], row[13]) for row in rows] == [
        ("rgb", "jpeg", "200", "200"),
        ("gray", "jpeg", "150", "150"),
        ("rgb", "jpeg", "200", "200"),
    ]


def test_the_scans_are_inside_unchanged(paper, pages):
    with pikepdf.open(BytesIO(paper)) as pdf:
        inside = [page.obj.Resources.XObject.Im0.read_raw_bytes() for page in pdf.pages]
    assert inside == [page.plates[0].content for page in pages]


def test_other_programs_show_the_pages_as_they_were(paper, pages, tool, tmp_path):
    tool(paper, "pdftoppm", "-r", "100", "-png", after=(str(tmp_path / "seen"),))
    for number, page in enumerate(pages, start=1):
        with (
            Image.open(tmp_path / f"seen-{number}.png") as seen,
            Image.open(BytesIO(page.plates[0].content)) as scan,
        ):
            small = scan.convert("RGB").resize(seen.size, Image.Resampling.BOX)
            for at in ((8, 20), (24, 20)):  # on the first bar and between the bars
                pairs = zip(seen.convert("RGB").getpixel(at), small.getpixel(at), strict=True)
                assert all(abs(a - b) < 40 for a, b in pairs)


def test_title_language_and_creator_can_be_read(paper, tool):
    said = info(tool(paper, "pdfinfo"))
    assert said["Title"] == TITLE
    assert said["Creator"] == "Trạm Hồ Sơ"
    with pikepdf.open(BytesIO(paper)) as pdf:
        assert str(pdf.Root.Lang) == "vi"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle is True


def test_the_two_descriptions_inside_say_the_same(paper):
    with pikepdf.open(BytesIO(paper)) as pdf, pdf.open_metadata() as about:
        assert about["dc:title"] == str(pdf.docinfo.Title)
        assert about["pdf:Producer"] == str(pdf.docinfo.Producer)
        assert about["xmp:CreatorTool"] == str(pdf.docinfo.Creator)
        assert about["xmp:CreateDate"] == "2026-11-22T08:30:00+00:00"
        assert str(pdf.docinfo.CreationDate).startswith("D:20261122083000")
        assert set(pdf.docinfo.keys()) == {
            "/Title", "/Producer", "/Creator", "/CreationDate", "/ModDate",
        }  # fmt: skip


def test_it_has_what_an_archive_asks_for(paper):
    """The rules of PDF/A-2b that concern a file of scans."""
    assert paper.startswith(b"%PDF-1.7")
    assert sum(byte > 127 for byte in paper.split(b"\n")[1]) >= 4
    with pikepdf.open(BytesIO(paper)) as pdf:
        assert not pdf.is_encrypted
        assert len(pdf.trailer.ID) == 2
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        profile = intent.DestOutputProfile.read_bytes()
        assert profile[36:40] == b"acsp"
        assert int.from_bytes(profile[:4]) == len(profile)
        assert profile[24:28] == (2000).to_bytes(2) + (1).to_bytes(2)  # the same file next year
        with pdf.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "B")
            assert set(about["dc:language"]) == {"vi"}


def test_the_same_pages_give_the_same_file_and_no_date_unless_told(pages, paper):
    assert make_pdf(pages, TITLE, AT) == paper
    undated = make_pdf(pages, TITLE)
    assert undated == make_pdf(pages, TITLE)
    assert b"2026" not in undated


@pytest.mark.parametrize("end", [b"", b"\xff\xd9"], ids=["cut", "cut and closed"])
def test_half_a_page_never_gets_into_a_paper(jpeg_of, pages, end):
    half = jpeg_of(800, 1000, number=4, grain=30)
    with pytest.raises(PageDamaged):
        make_pdf([*pages, page_of_jpeg(half[: len(half) // 2] + end, 100)], TITLE)


def test_a_paper_that_lost_a_page_on_the_way_is_caught(pages):
    import img2pdf

    two = img2pdf.convert([page.plates[0].content for page in pages[:2]])
    with pytest.raises(Unexpected):
        finished(two, [page.plates[0].content for page in pages], TITLE)


@pytest.mark.parametrize("orientation", [0, 1, 9])
def test_a_nonsense_turn_in_a_page_does_not_stop_the_paper(jpeg_of, orientation, tool):
    exif = Image.Exif()
    exif[0x0112] = orientation
    paper = make_pdf([page_of_jpeg(jpeg_of(exif=exif.tobytes()), 75)], TITLE)
    assert "No syntax" in tool(paper, "qpdf", "--check")


def test_an_ink_separated_page_is_sent_back_to_be_rendered(jpeg_of):
    with pytest.raises(ValueError, match="page 2"):
        make_pdf([page_of_jpeg(jpeg_of(), 75), page_of_jpeg(jpeg_of(mode="CMYK"), 75)], TITLE)


def test_a_paper_without_pages_is_a_mistake_of_ours():
    with pytest.raises(ValueError, match="without pages"):
        make_pdf([], TITLE)


@pytest.mark.parametrize("title", ["", "A & <b> ]]> \x00\x07 (x) \\", "Đơn ‘đề nghị’ 😀"])
def test_any_title_is_only_a_title(pages, title, tool):
    paper = make_pdf(pages[:1], title)
    assert "No syntax" in tool(paper, "qpdf", "--check")
    readable: Any = "".join(c if c.isprintable() else " " for c in title)
    assert info(tool(paper, "pdfinfo")).get("Title", "") == readable.strip()


def test_who_only_knows_the_words_does_not_carry_the_libraries():
    """The pages' service imports these words too; it never makes a PDF."""
    script = (
        "import appliance.papers.pdf, appliance.papers.names, sys\n"
        "sys.exit(any(name in sys.modules for name in ('PIL', 'pikepdf', 'img2pdf', 'typst')))"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0
