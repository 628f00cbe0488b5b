"""The prints themselves: every letter, both papers, nobody's seal, nothing over the edge."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from appliance.core.printing import Media
from appliance.papers.prints.leaflet import print_leaflet
from appliance.papers.prints.receipt_slip import (
    print_receipt_slip,
)
from appliance.papers.prints.value_sheet import (
    CopyRow,
    CopySection,
    print_value_sheet,
)
from appliance.papers.prints.wall_notice import print_wall_notice
from appliance.procedures.reader import read_procedure
from tests.printing.sample_prints import (
    ALL_LETTERS,
    AT,
    EVERY,
    FILES,
    HOTSPOT,
    LEAFLET,
    POINT,
    RECEIPT,
    URL,
    birth_sheet,
    printed,
)


@pytest.fixture(scope="module")
def all_prints() -> dict[tuple[str, Media], bytes]:
    return {(key, media): printed(key, media) for key, media in EVERY}


@pytest.mark.parametrize(("key", "media"), EVERY)
def test_no_print_can_be_taken_for_an_office_s_paper(all_prints, words, key, media):
    text = words(all_prints[key, media])
    assert "không phải giấy tờ của cơ quan nhà nước" in text
    for theirs in ("CỘNG HÒA", "Cộng hòa xã hội", "Độc lập", "TM. ỦY BAN", "CHỦ TỊCH", "GIẤY TIẾP"):
        assert theirs not in text


@pytest.mark.parametrize(("key", "media"), EVERY)
def test_every_print_carries_its_own_fonts_and_none_that_lack_letters(all_prints, tool, key, media):
    rows = tool(all_prints[key, media], "pdffonts").splitlines()[2:]
    used = {row.split()[0].partition("+")[2].removesuffix("-Identity-H") for row in rows}
    # bold italic has no ớ, ờ, ứ: it leaves a stray accent in their place
    good = {f"LibertinusSerif-{style}" for style in ("Regular", "Bold", "Italic")}
    assert used - {"DejaVuSansMono", "DejaVuSansMono-Bold"} <= good
    assert all(" yes yes yes " in row for row in rows)


@pytest.mark.parametrize(("key", "media"), EVERY)
def test_every_print_has_the_size_of_its_paper(all_prints, tool, key, media):
    size = tool(all_prints[key, media], "pdfinfo").split("Page size:")[1].splitlines()[0].strip()
    if media is Media.ROLL:
        assert size.startswith("226.772 x ")  # 80 mm, as long as it is
    else:
        assert "(A4)" in size


@pytest.mark.parametrize(("key", "media"), EVERY)
def test_nothing_is_printed_over_the_edge(all_prints, tool, tmp_path, key, media):
    """A till printer prints 72 of its 80 mm; an office printer leaves 4 mm white."""
    pdf = all_prints[key, media]
    tool(pdf, "pdftoppm", "-r", "100", "-gray", "-png", after=(str(tmp_path / "p"),))
    edge = round(3.8 / 25.4 * 100)
    for path in tmp_path.glob("p*.png"):
        with Image.open(path) as page:
            w, h = page.size
            for strip in ((0, 0, edge, h), (w - edge, 0, w, h), (0, h - edge, w, h)):
                assert page.convert("L").crop(strip).getextrema() == (255, 255), (path.name, strip)


def all_letters_on(key: str, media: Media) -> bytes:
    letters = " ".join(ALL_LETTERS)
    row = CopyRow(letters, letters)  # a label, and a value in bold
    if key == "value_sheet":
        return print_value_sheet(
            replace(birth_sheet(), sections=(CopySection(letters, (row,)),)), media
        )
    return print_receipt_slip(replace(RECEIPT, procedure_name=letters), media)


@pytest.mark.parametrize("media", list(Media))
@pytest.mark.parametrize("key", ["value_sheet", "receipt_slip"])
def test_every_vietnamese_letter_is_there(words, key, media):
    text = words(all_letters_on(key, media))
    assert [letter for letter in ALL_LETTERS if letter not in text] == []
    assert "□" not in text


def test_bold_letters_with_marks_leave_ink_of_their_own(tool, tmp_path):
    """No tofu to the eye: what is copied by hand is set in bold."""
    seen = set()
    for letter in "oơớờợuưứự":
        only = CopySection("", (CopyRow("", letter * 3),))
        sheet = replace(birth_sheet(), traps=(), files=(), sections=(only,))
        picture = tmp_path / "i"
        tool(print_value_sheet(sheet), "pdftoppm", "-r", "120", "-gray", "-png", "-singlefile",
             after=(str(picture),))  # fmt: skip
        seen.add(Image.open(f"{picture}.png").tobytes())
    assert len(seen) == len("oơớờợuưứự")


def qr_on(pdf: bytes, tool, tmp_path: Path) -> list[str]:
    """What a phone reads from the print as a till printer makes it: 203 dots an inch."""
    tool(pdf, "pdftoppm", "-r", "203", "-gray", "-png", "-singlefile", after=(str(tmp_path / "q"),))
    return [found.text for found in zxingcpp.read_barcodes(Image.open(tmp_path / "q.png"))]


@pytest.mark.parametrize("media", list(Media))
def test_a_phone_reads_the_follow_up_from_the_slip(all_prints, tool, tmp_path, media):
    assert qr_on(all_prints["receipt_slip", media], tool, tmp_path) == [URL]


def test_a_phone_reads_wi_fi_trust_and_page_from_the_sheet_beside_the_desk(
    all_prints, tool, words, tmp_path
):
    pdf = all_prints["hotspot_sheet", Media.A4]
    assert set(qr_on(pdf, tool, tmp_path)) == {HOTSPOT.join_code, HOTSPOT.trust_page, HOTSPOT.page}
    text = words(pdf)
    assert HOTSPOT.password in text
    assert HOTSPOT.fingerprint[:23] in text
    assert "Pages:           1" in tool(pdf, "pdfinfo")


def test_both_halves_of_the_leaflet_have_the_point_s_code(all_prints, tool, tmp_path):
    assert qr_on(all_prints["leaflet", Media.A4], tool, tmp_path) == ["https://tram.local/"] * 2


def test_a_slip_without_an_address_to_follow_has_no_code(tool, tmp_path):
    slip = print_receipt_slip(replace(RECEIPT, follow_up_url=None), Media.ROLL)
    assert qr_on(slip, tool, tmp_path) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_notice_of_every_procedure_is_one_sheet(path, tool, words):
    what = read_procedure(path)
    pdf = print_wall_notice(what, point_name=POINT, made_at=AT, url=URL)
    assert "Pages:           1\n" in tool(pdf, "pdfinfo")
    text = words(pdf)
    for expected in (what.code, *(slot.title for slot in what.slots),
                     *(refusal.title for refusal in what.refuses)):  # fmt: skip
        assert "".join(expected.split()) in "".join(text.split())


def test_a_till_roll_is_printed_in_black_only(all_prints, tool, tmp_path):
    """A thermal head has no grey: it would scatter dots over small letters."""
    for key, media in EVERY:
        if media is Media.ROLL:
            tool(all_prints[key, media], "pdftoppm", "-r", "203", "-gray", "-png", "-singlefile",
                 "-aa", "no", "-aaVector", "no", after=(str(tmp_path / key),))  # fmt: skip
            with Image.open(tmp_path / f"{key}.png") as roll:
                assert {level for _, level in roll.convert("L").getcolors()} == {0, 255}, key


def test_a_very_long_word_does_not_leave_the_roll(tool, tmp_path):
    slip = replace(RECEIPT, procedure_name="nguyenthianhtuyet" * 20)
    tool(print_receipt_slip(slip, Media.ROLL), "pdftoppm", "-r", "50", "-gray", "-png",
         "-singlefile", after=(str(tmp_path / "w"),))  # fmt: skip
    with Image.open(tmp_path / "w.png") as page:
        strip = page.convert("L").crop((page.width - 6, 0, page.width, page.height))
        assert strip.getextrema() == (255, 255)


def test_a_leaflet_of_all_procedures_stays_on_its_half(tool, tmp_path):
    everything = replace(
        LEAFLET, procedures=tuple(read_procedure(path).title for path in FILES),
        hours=("Thứ hai: 18:00 – 20:30",) * 4, address="Thôn Suối Mẫu, xã Bắc Khánh Vĩnh",
    )  # fmt: skip
    text = " ".join(tool(print_leaflet(everything), "pdftotext", after=("-",)).split())
    assert text.count("Không cài ứng dụng") == 2  # the last line is still on the sheet
    pdf = print_leaflet(everything)
    tool(pdf, "pdftoppm", "-r", "50", "-gray", "-png", "-singlefile", after=(str(tmp_path / "l"),))
    with Image.open(tmp_path / "l.png") as page:
        foot = page.convert("L").crop((0, page.height - 12, page.width // 2 - 4, page.height))
        assert foot.getextrema() == (255, 255)


def test_whoever_prints_loads_neither_typst_nor_the_maker_of_codes():
    script = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from appliance.papers.prints.leaflet import Leaflet, print_leaflet\n"
        "print_leaflet(Leaflet('Điểm', (), datetime(2026, 1, 1, tzinfo=UTC), 'https://a/'))\n"
        "sys.exit('typst' in sys.modules or 'zxingcpp' in sys.modules)\n"
    )
    import sys

    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0
