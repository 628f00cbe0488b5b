"""Unseen text: what a page says is found where it is printed, and nothing is seen of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageChops

from appliance.core.cards.laid import on_a4, turned
from appliance.core.paper.findings import PageMode
from appliance.core.paper.plates import PlatedPage
from appliance.core.paper.text_layer import TextLayer, TextWord, printable
from appliance.imaging.picture import picture_of
from appliance.imaging.text.program import vietnamese_is_here
from appliance.imaging.text.reading import text_of
from appliance.imaging.text.room import enough_for_text
from appliance.papers.fitting import FILE_BYTES, PAGE_BYTES, shrunk_to_fit
from appliance.papers.pdf import make_pdf
from appliance.plates import jpeg_plate, shown
from tests.clean.test_clean_plates import CLASSES, sides
from tests.text.papers import Printed, printed_page, words_in

__all__ = ["sides"]  # a fixture: one page of every kind of plate

reads = pytest.mark.skipif(not vietnamese_is_here(), reason="needs tesseract-ocr-vie")
NEAR_MM = 1.5

EVERY_LETTER = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
)


def page_saying(*lines: str, size_mm: tuple[float, float] = (210, 297)) -> PlatedPage:
    """A white page with words set where no ink is."""
    picture = Image.new("L", (round(size_mm[0] * 4), round(size_mm[1] * 4)), 255)
    layer = TextLayer(
        tuple(
            tuple(
                TextWord(text, 20 + 25 * column, 30 + 12 * row, 40 + 25 * column, 36 + 12 * row)
                for column, text in enumerate(line.split())
            )
            for row, line in enumerate(lines)
        )
    )
    return PlatedPage(*size_mm, (jpeg_plate(picture, 60),), PageMode.GRAY, 100, layer)


def saved(folder: Path, *pages: PlatedPage, part: int = 2) -> Path:
    path = folder / "paper.pdf"
    path.write_bytes(make_pdf(pages, "Giấy có chữ", part=part))
    return path


def test_every_vietnamese_letter_comes_back_from_the_pdf(tmp_path):
    words = [EVERY_LETTER[n : n + 8] for n in range(0, len(EVERY_LETTER), 8)]
    words += [word.upper() for word in words]
    rows = [" ".join(words[n : n + 5]) for n in range(0, len(words), 5)]
    found = words_in(saved(tmp_path, page_saying(*rows)))
    assert [word.text for word in found] == words


def test_words_lie_where_they_were_put_and_as_wide(tmp_path):
    page = page_saying("Giấy chứng sinh", "Ủy ban nhân dân", size_mm=(148, 105))
    assert page.text is not None
    for word, put in zip(words_in(saved(tmp_path, page)), page.text.words, strict=True):
        box = (put.left_mm, put.top_mm, put.right_mm, put.bottom_mm)
        assert word == Printed(put.text, pytest.approx(box, abs=0.1))


def test_a_line_is_copied_with_a_space_between_its_words(tmp_path):
    path = saved(tmp_path, page_saying("Nguyễn Thị Bưởi", "Trần Văn Khế"))
    said = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout
    lines = [line for line in said.decode().splitlines() if line.strip()]
    assert lines == ["Nguyễn Thị Bưởi", "Trần Văn Khế"]


def test_nothing_of_the_text_is_seen(sides, tmp_path):
    layer = page_saying("Không ai thấy chữ này").text
    drawn = []
    for number, text in enumerate((None, layer)):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(make_pdf([replace(side, text=text) for side in sides], "x"))
        command = ["pdftoppm", "-r", "60", "-png", path, tmp_path / f"seen-{number}"]
        subprocess.run(command, check=True, timeout=60)
        drawn.append(sorted(tmp_path.glob(f"seen-{number}-*.png")))
    for without, with_text in zip(*drawn, strict=True):
        assert without.read_bytes() == with_text.read_bytes()


def test_a_paper_without_text_is_the_same_file_as_before(sides):
    empty = [replace(side, text=TextLayer()) for side in sides]
    assert make_pdf(empty, "x") == make_pdf(sides, "x")


def test_the_font_is_in_the_file_and_holds_exactly_the_letters_used():
    page = page_saying("Bưởi ổi", "Bưởi")
    with pikepdf.open(BytesIO(make_pdf([page, page], "x"))) as pdf:
        fonts = {leaf.obj.Resources.Font.T.objgen for leaf in pdf.pages}
        assert len(fonts) == 1, "one font for all pages"
        below = pdf.pages[0].obj.Resources.Font.T.DescendantFonts[0]
        program = below.FontDescriptor.FontFile2.read_bytes()
    from PIL import ImageFont

    assert ImageFont.truetype(BytesIO(program)).getname() == (None, None)
    assert len(set("Bưởi ổi")) + 1 == int.from_bytes(_table(program, b"maxp")[4:6], "big")


def test_the_text_is_set_unseen_whole_and_with_its_spaces():
    page = page_saying("Nguyễn Thị Bưởi", "Trần Văn Khế")
    with pikepdf.open(BytesIO(make_pdf([page], "x"))) as pdf:
        leaf = pdf.pages[0]
        cmap = leaf.obj.Resources.Font.T.ToUnicode.read_bytes().decode()
        letters = {
            int(code, 16): bytes.fromhex(letter).decode("utf-16-be")
            for code, letter in re.findall(r"<(\w{4})> <(\w{4,})>\n", cmap)
        }
        said, mode = "", None
        for operands, operator in pikepdf.parse_content_stream(leaf):
            if str(operator) == "Tr":
                mode = int(operands[0])
            if str(operator) == "Tj":
                assert mode == 3
                glyphs = bytes(operands[0])
                codes = [int.from_bytes(glyphs[n : n + 2], "big") for n in range(0, len(glyphs), 2)]
                assert 0 not in codes, "the glyph for letters that are missing"
                said += "".join(letters[code] for code in codes)
    assert said == "Nguyễn Thị BưởiTrần Văn Khế"


def _table(font: bytes, name: bytes) -> bytes:
    for entry in range(int.from_bytes(font[4:6], "big")):
        record = font[12 + 16 * entry : 28 + 16 * entry]
        if record[:4] == name:
            start, size = int.from_bytes(record[8:12], "big"), int.from_bytes(record[12:], "big")
            return font[start : start + size]
    raise KeyError(name)


def test_qpdf_finds_nothing_wrong_with_a_paper_that_has_text(sides, tmp_path):
    layer = page_saying("Họ và tên", "Ngày sinh").text
    path = saved(tmp_path, *(replace(side, text=layer) for side in sides))
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True, timeout=60)


@pytest.mark.skipif(
    not shutil.which("java") or not all(jar.exists() for jar in CLASSES),
    reason="needs default-jre-headless, libpdfbox2-java, libjaxb-api-java, libactivation-java",
)
def test_preflight_finds_a_lasting_document_with_text_too(sides, tmp_path):
    layer = page_saying("Họ và tên: Nguyễn Thị Bưởi", "Ngày sinh (có giấy)").text
    path = saved(tmp_path, *(replace(side, text=layer) for side in sides), part=1)
    done = subprocess.run(
        ["java", "-cp", ":".join(map(str, CLASSES)),
         "org.apache.pdfbox.preflight.Validator_A1b", path],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert "is a valid PDF/A-1b file" in done.stdout, done.stdout + done.stderr[-2000:]


def test_a_layer_comes_back_from_its_file():
    layer = page_saying("Đặng Thị Nhãn", "số 12").text
    assert layer is not None
    assert TextLayer.from_bytes(layer.to_bytes()) == layer
    for wrong in (b"", b"{}", b"\xff\xfe", b'{"lines":[[["a",1,2]]]}', layer.to_bytes()[:-3]):
        with pytest.raises(ValueError, match=r"."):
            TextLayer.from_bytes(wrong)


def test_no_sign_that_nobody_sees_comes_into_a_pdf():
    assert printable("Nguye\u0302\u0303n\u200b\u0007 \u202eA") == "NguyễnA"


@reads
@pytest.mark.parametrize("dpi", [150, 200, 300])
def test_what_is_printed_is_read_where_it_stands(dpi):
    image, words = printed_page(dpi)
    assert_found(text_of(image, dpi), words, share=0.97)


def assert_found(layer: TextLayer, words: list[Printed], share: float) -> None:
    boxes = [(w.text, (w.left_mm, w.top_mm, w.right_mm, w.bottom_mm)) for w in layer.words]
    right = sum(
        any(text == word.text and near(box, word.box_mm) for text, box in boxes) for word in words
    )
    assert right >= share * len(words)


def near(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) <= NEAR_MM for a, b in zip(one, other, strict=True))


def test_a_board_of_half_a_gigabyte_never_reads_texts():
    gigabyte = 1_000_000_000
    assert enough_for_text(2 * gigabyte, gigabyte)
    assert not enough_for_text(480_000_000, 400_000_000)
    assert not enough_for_text(2 * gigabyte, 150_000_000), "others need it now"


def test_without_the_program_a_page_has_no_text_and_is_good(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    vietnamese_is_here.cache_clear()
    try:
        assert text_of(Image.new("L", (400, 400), 255), 150) == TextLayer()
    finally:
        vietnamese_is_here.cache_clear()


def test_the_picture_that_is_read_looks_like_the_page(sides):
    for side in sides:
        for mode in ("L", "RGB"):
            page = picture_of(side, 50, mode)
            ours = shown(side.plates).convert(mode).resize(page.size, Image.Resampling.BOX)
            far = ImageChops.difference(page, ours).convert("L")
            assert far.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) < 6, side.mode


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_plate_that_was_turned_is_read_the_way_it_is_seen(turn, tmp_path):
    plate = jpeg_plate(Image.linear_gradient("L").resize((320, 200)), 90)
    card = PlatedPage(80, 50, (plate,), PageMode.FULL, 100)
    plates = tuple(
        replace(p, clip=(200.0, 480.0, 150.0, 150.0)) for p in on_a4([turned(card, turn)]).plates
    )
    page = PlatedPage(210, 297, plates, PageMode.FULL, 100)
    path = saved(tmp_path, page)
    subprocess.run(["pdftoppm", "-r", "50", "-gray", path, tmp_path / "seen"], check=True)
    with Image.open(next(tmp_path.glob("seen*.pgm"))) as seen:
        ours = picture_of(page, 50).resize(seen.size)
        far = ImageChops.difference(seen.convert("L"), ours)
        assert far.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0)) < 2


def test_no_picture_grows_smaller_for_its_words_and_those_that_fit_stay():
    @dataclass
    class Kept:
        plated: PlatedPage

        def shrink(self) -> bool:
            raise AssertionError("the pictures fit")

    page = page_saying("Nguyễn Thị Bưởi " * 20)
    assert page.text is not None
    bare = FILE_BYTES + 2 * (page.size_bytes + PAGE_BYTES)
    for room, expected in ((0, [0, 0]), (1.5, [1, 0]), (2, [1, 1])):
        budget = bare + int(room * page.text.size_bytes)
        (part,) = shrunk_to_fit([Kept(page), Kept(page)], budget)
        assert [bool(one.text) for one in part] == [bool(e) for e in expected]
        assert len(make_pdf(part, "x")) <= budget
