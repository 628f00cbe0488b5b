"""The prints themselves: every letter, both papers, nobody's seal, and the right words."""

from __future__ import annotations

import subprocess
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from appliance.core.printing import Media
from appliance.core.procedure import Procedure
from appliance.papers.prints.consent_slip import ConsentSlip, print_consent_slip
from appliance.papers.prints.leaflet import Leaflet, print_leaflet
from appliance.papers.prints.offered import PRINTS, About, prints_for
from appliance.papers.prints.receipt_slip import (
    ReceiptSlip,
    SlipPaper,
    WardReceipt,
    print_receipt_slip,
    reminders_of,
)
from appliance.papers.prints.signing_sheet import print_signing_sheet, signing_sheet_of
from appliance.papers.prints.value_sheet import (
    AttachedFile,
    CopyRow,
    CopySection,
    ValueSheet,
    copy_rows,
    print_value_sheet,
    traps_of,
    value_sheet_of,
)
from appliance.papers.prints.wall_notice import notice_content, print_wall_notice
from appliance.pretend.sample_answers import sample_answers
from appliance.procedures.reader import read_procedure
from appliance.procedures.units import units

AT = datetime(2026, 11, 22, 9, 5, tzinfo=timezone(timedelta(hours=7)))
NUMBER = "KV-0007-20261122-03"
POINT = "Nhà văn hóa thôn Suối Mẫu"
FILES = sorted((Path(__file__).parents[2] / "appliance/procedures").glob("*.yaml"))
URL = "https://tram.local/theo-doi/KV-0007-20261122-03"

VOWELS = "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
ALL_LETTERS = "".join(unicodedata.normalize("NFC", v + t) for v in VOWELS for t in TONES) + "đĐ₫"


def procedure(name: str) -> Procedure:
    return read_procedure(next(path for path in FILES if path.stem == name))


def birth_sheet() -> ValueSheet:
    return value_sheet_of(
        procedure("khai_sinh"),
        sample_answers("khai-sinh", AT.date()),
        units(),
        point_name=POINT,
        local_number=NUMBER,
        made_at=AT,
        files=[AttachedFile("Giay chung sinh.pdf", "Giấy chứng sinh", 1, 2)],
    )


def couple() -> dict[str, object]:
    answers: dict[str, object] = {"contact": "bride", "copies": 2}
    for who, name, year in (("bride", "Cao Thị Mẫu", 2001), ("groom", "Trần Văn Thử", 2000)):
        answers |= {
            f"{who}_name": name,
            f"{who}_birth_date": f"02/05/{year}",
            f"{who}_ethnicity": "21",
            f"{who}_nationality": "VN",
            f"{who}_document_kind": "9",
            f"{who}_document_number": f"05600{year}123"[:12],
            f"{who}_residence": {"country": "VN", "province": "56", "commune": "22615"},
            f"{who}_marriage_count": 1,
            f"{who}_status": "2",
        }
    return answers


CONSENT = ConsentSlip(
    POINT, NUMBER, "Đăng ký khai sinh", "Tôi đồng ý để điểm quét giấy tờ.",
    ("Giấy chứng sinh",), "Nguyễn Thị Mẫu", AT,
)  # fmt: skip
RECEIPT = ReceiptSlip(
    POINT, NUMBER, "Đăng ký khai sinh", (SlipPaper("Giấy chứng sinh", 2),), AT, is_sealed=True,
    bring=("Bản chính các giấy tờ đã quét",), follow_up_url=URL,
)  # fmt: skip
LEAFLET = Leaflet(POINT, ("Đăng ký khai sinh", "Đăng ký khai tử"), AT, "https://tram.local/")


def printed(key: str, media: Media) -> bytes:
    """One of each, as it is in the list of what can be printed."""
    match key:
        case "value_sheet":
            return print_value_sheet(birth_sheet(), media)
        case "consent_slip":
            return print_consent_slip(CONSENT, media)
        case "receipt_slip":
            return print_receipt_slip(RECEIPT, media)
        case "signing_sheet":
            return print_signing_sheet(
                signing_sheet_of(
                    procedure("ket_hon"), couple(), units(),  # type: ignore[arg-type]
                    point_name=POINT, local_number=NUMBER, made_at=AT,
                ),
                media,
            )  # fmt: skip
        case "wall_notice":
            return print_wall_notice(
                procedure("khai_tu"), point_name=POINT, made_at=AT, url=URL, media=media
            )
        case _:
            return print_leaflet(LEAFLET, media)


EVERY = [(p.key, media) for p in PRINTS for media in p.media]


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


def test_both_halves_of_the_leaflet_have_the_point_s_code(all_prints, tool, tmp_path):
    assert qr_on(all_prints["leaflet", Media.A4], tool, tmp_path) == ["https://tram.local/"] * 2


def test_a_slip_without_an_address_to_follow_has_no_code(tool, tmp_path):
    slip = print_receipt_slip(replace(RECEIPT, follow_up_url=None), Media.ROLL)
    assert qr_on(slip, tool, tmp_path) == []


def test_the_value_sheet_says_everything_in_the_portal_s_order(words):
    text = words(print_value_sheet(birth_sheet()))
    in_order = (
        "Chọn ô “Quan hệ với người được khai sinh” trước tiên",
        "Mẹ ← chọn trước tiên",
        "Đã xác định được cả cha lẫn mẹ",
        "CAO MINH MẪU",
        "05/11/2026",
        "Nơi sinh Trong nước",
        "Tỉnh, thành phố Tỉnh Khánh Hòa",
        "Xã, phường, đặc khu Xã Bắc Khánh Vĩnh",
        "Địa chỉ chi tiết Trạm Y tế Mẫu, thôn Suối Mẫu",
        "Thông tin người mẹ",
        "Họ, chữ đệm, tên người mẹ TRẦN THỊ MẪU HOA",
        "Thông tin người cha",
        "Dòng 1",
        "Giay chung sinh.pdf",
        "Mã hồ sơ Cổng vừa cho",
    )
    places = [text.find(expected) for expected in in_order]
    assert -1 not in places, in_order[places.index(-1)]
    assert places == sorted(places)


def test_a_hidden_question_is_not_on_the_value_sheet():
    answers = sample_answers("khai-sinh", AT.date()) | {"birth_kind": "father_unknown"}
    titles = [section.title for section in copy_rows(procedure("khai_sinh"), answers, units())]
    assert "Thông tin người mẹ" in titles
    assert "Thông tin người cha" not in titles


def test_an_address_abroad_is_copied_with_its_country():
    answers = sample_answers("khai-sinh", AT.date()) | {
        "birth_place": {"country": "LA", "detail": "Bệnh viện Mẫu, Viêng Chăn"}
    }
    sections = copy_rows(procedure("khai_sinh"), answers, units())
    rows = [row for section in sections for row in section.rows]
    at = next(n for n, row in enumerate(rows) if row.label == "Nơi sinh")
    assert [row.text for row in rows[at : at + 3]] == ["Khác", "Lào", "Bệnh viện Mẫu, Viêng Chăn"]


def test_only_what_is_true_of_a_procedure_is_a_trap():
    birth, residence = (" ".join(traps_of(procedure(n))) for n in ("khai_sinh", "thuong_tru"))
    assert "trước tiên" in birth
    assert "“Trong nước”" in birth
    assert "trước tiên" not in residence
    for traps in (birth, residence):
        assert "Đừng đính kèm ảnh chụp tờ khai" in traps
        assert "VNeID" in traps


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_notice_of_every_procedure_is_one_sheet(path, tool, words):
    what = read_procedure(path)
    pdf = print_wall_notice(what, point_name=POINT, made_at=AT, url=URL)
    assert "Pages:           1\n" in tool(pdf, "pdfinfo")
    text = words(pdf)
    for expected in (what.code, *(slot.title for slot in what.slots),
                     *(refusal.title for refusal in what.refuses)):  # fmt: skip
        assert "".join(expected.split()) in "".join(text.split())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_procedure_has_a_value_sheet_and_an_empty_one_too(path):
    what = read_procedure(path)
    empty = value_sheet_of(what, {}, units(), point_name=POINT, local_number=NUMBER, made_at=AT)
    assert print_value_sheet(empty, Media.ROLL).startswith(b"%PDF-1.7")


def test_a_paper_that_depends_on_the_case_is_not_called_needed():
    need = {p["title"]: p["need"] for p in notice_content(procedure("khai_sinh"), AT)["scanned"]}
    assert need["Giấy chứng sinh"] == "mostly"
    assert need["Biên bản về việc trẻ bị bỏ rơi"] == "depends"
    assert need["Văn bản xác nhận việc mang thai hộ"] == "if_any"


def test_a_fee_of_another_year_is_not_on_the_notice():
    birth = procedure("khai_sinh")
    ended = birth.model_copy(
        update={"fees": tuple(f.model_copy(update={"valid_to": date(2020, 1, 1)})
                              for f in birth.fees)}
    )  # fmt: skip
    assert notice_content(birth, AT)["fees"][-1]["amount"] == "8.000 đồng"
    assert notice_content(ended, AT)["fees"] == []


def test_nothing_on_the_consent_is_ticked(words):
    text = words(print_consent_slip(CONSENT))
    assert "Tôi đồng ý để điểm quét giấy tờ." in text
    assert "Tôi không đồng ý" in text
    assert not set("☑☒✓✔✗×") & set(text)


def test_the_slip_tells_the_legal_deadline_in_days():
    birth = procedure("khai_sinh")
    told = reminders_of(birth, AT, date(2026, 11, 3))
    assert told[0].startswith("Hạn đăng ký theo luật: 04/01/2027 (còn 43 ngày).")
    assert any("sau 15:00" in sentence for sentence in told)
    late = reminders_of(birth, AT, date(2026, 1, 5))
    assert "06/03/2026, đã qua" in late[0]
    assert not any("Hạn" in sentence for sentence in reminders_of(birth, AT))


def test_a_slip_before_the_receipt_promises_nothing(words):
    text = words(print_receipt_slip(RECEIPT))
    assert "Chưa có biên nhận" in text
    assert "đã nhận đủ" not in text


def test_a_slip_before_the_seal_says_that_nothing_is_on_its_way(words):
    text = words(print_receipt_slip(replace(RECEIPT, is_sealed=False)))
    assert "chưa chốt" in text
    assert "niêm phong" not in text


def test_a_till_roll_is_printed_in_black_only(all_prints, tool, tmp_path):
    """A thermal head has no grey: it would scatter dots over small letters."""
    for key, media in EVERY:
        if media is Media.ROLL:
            tool(all_prints[key, media], "pdftoppm", "-r", "203", "-gray", "-png", "-singlefile",
                 "-aa", "no", "-aaVector", "no", after=(str(tmp_path / key),))  # fmt: skip
            with Image.open(tmp_path / f"{key}.png") as roll:
                assert {level for _, level in roll.convert("L").getcolors()} == {0, 255}, key


def test_a_slip_with_the_receipt_shows_its_code_and_the_ward_s_date(words):
    receipt = WardReceipt("BN-2026-0001", AT, date(2026, 11, 25))
    text = words(print_receipt_slip(replace(RECEIPT, receipt=receipt), Media.ROLL))
    assert "BN-2026-0001" in text
    assert "25/11/2026" in text
    assert "đang chờ gửi" not in text


def test_the_signing_sheet_puts_both_side_by_side_and_leaves_room_to_sign(words, all_prints):
    text = words(all_prints["signing_sheet", Media.A4])
    assert "CAO THỊ MẪU TRẦN VĂN THỬ" in text
    assert text.count("ký, ghi rõ họ tên") == 2
    assert "Bản án, quyết định ly hôn" not in text  # nobody was divorced
    assert "Số bản sao xin cấp: 2" in text


@pytest.mark.parametrize("name", ['#panic("x")', "$x^2$ *đậm* `mã`", "]; #{ //", "<a> @b \\"])
def test_markup_in_a_name_stays_text(words, name):
    row = CopyRow("Họ tên", name)
    sheet = replace(birth_sheet(), sections=(CopySection(name, (row,)),), local_number=name)
    assert words(print_value_sheet(sheet)).count(name) >= 3


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


def test_only_a_marriage_offers_the_sheet_to_sign():
    assert [p.key for p in prints_for("khai-sinh")] == [
        "value_sheet", "consent_slip", "receipt_slip",
    ]  # fmt: skip
    assert "signing_sheet" in [p.key for p in prints_for("ket-hon")]


def test_everything_in_the_list_has_a_name_people_use():
    assert all(p.title for p in PRINTS)
    assert {p.about for p in PRINTS} == set(About)


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
