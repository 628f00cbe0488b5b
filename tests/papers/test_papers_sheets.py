"""The printed sheets: every letter is there, nothing in an answer is obeyed."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from appliance.core.errors import PrintingFailed
from appliance.papers import typst_child
from appliance.papers.summary import (
    PaperLine,
    Summary,
    SummaryRow,
    SummarySection,
    print_summary,
)
from appliance.papers.typeset import typeset

AT = datetime(2026, 11, 22, 8, 30, tzinfo=timezone(timedelta(hours=7)))
NO_OFFICIAL_PAPER = "không thay thế giấy tờ của cơ quan nhà nước"
VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
ALL_LETTERS = "".join(unicodedata.normalize("NFC", v + t) for v in VOWELS for t in TONES) + "đĐ₫"


def with_answers(*texts: str) -> Summary:
    rows = [SummaryRow(f"Mục {number}", text) for number, text in enumerate(texts, start=1)]
    return Summary(
        title="Tóm tắt hồ sơ",
        point_name="Nhà văn hóa thôn Đồng Tâm",
        local_number="DH-0012",
        procedure_name="Đăng ký khai sinh",
        sections=[SummarySection("Người được khai sinh", rows)],
        papers=[PaperLine("Giấy chứng sinh", 1), PaperLine("Thẻ căn cước của người mẹ", 2)],
        made_at=AT,
    )


@pytest.fixture
def words(tool):
    """What a reader finds in a PDF, on one line."""
    return lambda pdf: " ".join(tool(pdf, "pdftotext", "-layout", after=("-",)).split())


def seen_by(tool, pdf: bytes, dpi: int, picture: Path) -> None:
    """The first page as poppler draws it, in ``{picture}.png``."""
    tool(pdf, "pdftoppm", "-r", str(dpi), "-gray", "-png", "-singlefile", after=(str(picture),))


def test_the_summary_says_what_was_entered_and_what_it_is_not(words):
    text = words(print_summary(with_answers("NGUYỄN THỊ ÁNH TUYẾT", "03/11/2026", "")))
    for expected in (
        "Tóm tắt hồ sơ", "Nhà văn hóa thôn Đồng Tâm", "DH-0012", "Đăng ký khai sinh",
        "Mục 1 NGUYỄN THỊ ÁNH TUYẾT", "Mục 2 03/11/2026", "Mục 3 (để trống)",
        "1 Giấy chứng sinh 1", "2 Thẻ căn cước của người mẹ 2", "22/11/2026", "Trang 1 / 1",
    ):  # fmt: skip
        assert expected in text
    assert text.count(NO_OFFICIAL_PAPER) == 2  # under the heading and at the foot


def test_every_page_of_a_long_summary_says_what_it_is_not(words, tool):
    pdf = print_summary(with_answers(*["Thôn Đồng Tâm, xã Ea Wer, tỉnh Đắk Lắk"] * 120))
    assert "Pages:           4" in tool(pdf, "pdfinfo")
    assert words(pdf).count(NO_OFFICIAL_PAPER) == 1 + 4
    assert words(pdf).count("Ea Wer") == 120


def test_every_vietnamese_letter_has_a_glyph(words, tool):
    pdf = print_summary(with_answers(" ".join(ALL_LETTERS)))
    found = words(pdf)
    assert [letter for letter in ALL_LETTERS if letter not in found] == []
    assert "□" not in found
    fonts = tool(pdf, "pdffonts").splitlines()[2:]
    assert all("Libertinus" in row and " yes yes yes " in row for row in fonts)


def test_letters_typed_with_loose_marks_come_out_whole(words):
    assert "Nguyễn Thị Ánh" in words(
        print_summary(with_answers(unicodedata.normalize("NFD", "Nguyễn Thị Ánh")))
    )


def test_marked_letters_leave_ink_where_plain_ones_do_not(tool, tmp_path):
    """No tofu to the eye: a, á and ạ differ in ink, and no letter is an empty box."""

    def ink(letter: str) -> Image.Image:
        pdf = print_summary(with_answers(letter * 3))
        tool(
            pdf,
            "pdftoppm",
            "-r",
            "150",
            "-gray",
            "-png",
            "-singlefile",
            after=(str(tmp_path / "i"),),
        )
        return Image.open(tmp_path / "i.png").convert("L")

    seen = {ink(letter).tobytes() for letter in "aáạậẫơởđ□"}
    assert len(seen) == len("aáạậẫơởđ□")


HOSTILE = [
    '#panic("x") #import "@preview/a:1.0.0" #read("/etc/passwd")',
    "$x^2$ *đậm* _nghiêng_ `mã` = đầu mục",
    '<a> @b [c] \\ "q" // chú thích /* hết */ ~ -- ---',
    "]; ]) }} #{ #[",
    "https://example.vn/?a=1&b=2",
]


@pytest.mark.parametrize("answer", HOSTILE)
def test_markup_in_an_answer_stays_text(words, answer):
    assert answer in words(print_summary(with_answers(answer)))


def test_a_very_long_word_stays_on_the_sheet_and_can_be_copied(words, tool, tmp_path):
    word = "nguyenthianhtuyet" * 20 + "@example.vn"
    pdf = print_summary(with_answers(word))
    assert word in words(pdf).replace(" ", "")
    seen_by(tool, pdf, 50, tmp_path / "i")
    with Image.open(tmp_path / "i.png") as sheet:
        margin = sheet.crop((sheet.width - 30, 0, sheet.width, sheet.height))
        assert margin.convert("L").getextrema() == (255, 255)


def test_a_character_without_a_glyph_becomes_a_box_and_the_sheet_says_so(words):
    text = words(print_summary(with_answers("Bé Na 😀 漢", "Ánh")))
    assert "Bé Na □ □" in text
    assert "Dấu □ thay cho ký tự không in được" in text
    assert "Mục 2 Ánh" in text
    assert "không in được" not in words(print_summary(with_answers("Bé Na")))


def test_a_sheet_borrows_no_fonts_from_the_machine(words):
    assert "Mục 1 □" in words(print_summary(with_answers("ก")))  # Debian's Noto fonts have it


def test_signs_that_turn_the_writing_around_are_left_out(words):
    assert "Mục 1 012345" in words(print_summary(with_answers("\u202e012\u200b345\u2066")))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=4))
def test_any_text_at_all_can_be_printed(answers):
    content = asdict(with_answers(*answers))  # set here and not in a child: eighty of them
    del content["made_at"]
    assert typst_child.typeset("summary", content, AT).startswith(b"%PDF-1.7")


def test_the_same_answers_give_the_same_file():
    assert print_summary(with_answers("Ánh")) == print_summary(with_answers("Ánh"))


def test_the_moment_is_right_in_a_named_time_zone(tool):
    here = datetime(2026, 11, 22, 1, 30, 0, 123456, tzinfo=UTC).astimezone(
        ZoneInfo("Asia/Ho_Chi_Minh")
    )
    pdf = print_summary(replace(with_answers("Ánh"), made_at=here))
    assert "CreationDate:    Sun Nov 22 01:30:00 2026 UTC" in tool(pdf, "env", "TZ=UTC", "pdfinfo")


def test_the_summary_is_a_clean_archive_file_in_vietnamese(tool):
    from io import BytesIO

    import pikepdf

    pdf = print_summary(with_answers("Ánh"))
    assert "No syntax" in tool(pdf, "qpdf", "--check")
    with pikepdf.open(BytesIO(pdf)) as opened, opened.open_metadata() as about:
        assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "B")
        assert str(opened.Root.Lang).startswith("vi")
        assert about["dc:title"] == str(opened.docinfo.Title) == "Tóm tắt hồ sơ – DH-0012"


def test_a_broken_template_tells_the_log_nothing_of_the_citizen():
    with pytest.raises(PrintingFailed) as failed:
        typeset("summary", {"secret": "Nguyễn Thị Ánh"}, AT)
    assert "Ánh" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_a_sheet_that_takes_too_long_is_given_up():
    with pytest.raises(PrintingFailed, match="no sheet within"):
        typeset("summary", {}, AT, deadline_s=0.001)


def test_whoever_prints_a_sheet_keeps_neither_typst_nor_the_answers():
    script = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from appliance.papers.summary import Summary, print_summary\n"
        "at = datetime(2026, 1, 1, tzinfo=UTC)\n"
        "print_summary(Summary('Tóm tắt', 'Điểm', '1', 'Khai sinh', [], [], at))\n"
        "sys.exit('typst' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], timeout=60, check=False)
    assert done.returncode == 0


def test_templates_bring_no_packages_from_the_net():
    templates = list((Path(typst_child.__file__).parent / "templates").rglob("*.typ"))
    assert len(templates) > 2
    for template in templates:
        assert "@preview" not in template.read_text(encoding="utf-8")
