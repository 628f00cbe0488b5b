"""What the prints say: the portal's order, the law's days, and no promise too many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from appliance.core.printing import Media
from appliance.papers.prints.consent_slip import print_consent_slip
from appliance.papers.prints.offered import PRINTS, About, prints_for
from appliance.papers.prints.receipt_slip import (
    WardReceipt,
    print_receipt_slip,
    reminders_of,
)
from appliance.papers.prints.value_sheet import (
    CopyRow,
    CopySection,
    copy_rows,
    print_value_sheet,
    traps_of,
    value_sheet_of,
)
from appliance.papers.prints.wall_notice import notice_content
from appliance.pretend.sample_answers import sample_answers
from appliance.procedures.reader import read_procedure
from appliance.procedures.units import units
from tests.printing.sample_prints import (
    AT,
    CONSENT,
    FILES,
    NUMBER,
    POINT,
    RECEIPT,
    birth_sheet,
    printed,
    procedure,
)


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


def test_a_slip_with_the_receipt_shows_its_code_and_the_ward_s_date(words):
    receipt = WardReceipt("BN-2026-0001", AT, date(2026, 11, 25))
    text = words(print_receipt_slip(replace(RECEIPT, receipt=receipt), Media.ROLL))
    assert "BN-2026-0001" in text
    assert "25/11/2026" in text
    assert "đang chờ gửi" not in text


def test_the_signing_sheet_puts_both_side_by_side_and_leaves_room_to_sign(words):
    text = words(printed("signing_sheet", Media.A4))
    assert "CAO THỊ MẪU TRẦN VĂN THỬ" in text
    assert text.count("ký, ghi rõ họ tên") == 2
    assert "Bản án, quyết định ly hôn" not in text  # nobody was divorced
    assert "Số bản sao xin cấp: 2" in text


@pytest.mark.parametrize("name", ['#panic("x")', "$x^2$ *đậm* `mã`", "]; #{ //", "<a> @b \\"])
def test_markup_in_a_name_stays_text(words, name):
    row = CopyRow("Họ tên", name)
    sheet = replace(birth_sheet(), sections=(CopySection(name, (row,)),), local_number=name)
    assert words(print_value_sheet(sheet)).count(name) >= 3


def test_only_a_marriage_offers_the_sheet_to_sign():
    assert [p.key for p in prints_for("khai-sinh")] == [
        "value_sheet", "consent_slip", "receipt_slip",
    ]  # fmt: skip
    assert "signing_sheet" in [p.key for p in prints_for("ket-hon")]


def test_everything_in_the_list_has_a_name_people_use():
    assert all(p.title for p in PRINTS)
    assert {p.about for p in PRINTS} == set(About)
