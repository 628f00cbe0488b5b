"""An officer's workbook becomes the draft of a procedure file."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from appliance.commands.procedures import procedures
from appliance.procedures.reader import read_procedure

FACTS = [
    ("Mã thủ tục", "1.000009"),
    ("Tên thủ tục", "Xác nhận thử: lần đầu"),
    ("Dùng cho", "Khi cần thử."),
    ("Ai nộp", "Người có yêu cầu."),
    ("Nộp ở đâu", "Ủy ban nhân dân xã."),
    ("Số ngày làm việc", 3),
    ("Có hiệu lực từ", datetime(2026, 1, 1)),  # noqa: DTZ001 - a workbook has no zones
    ("Đến hết ngày", "28/02/2027"),
    ("Nguồn", "Nghị định thử"),
    ("Giấy tờ", "Giấy chứng sinh", "Bản của bệnh viện", "có"),
    ("Giấy tờ", "Giấy chứng sinh", "", ""),
]
QUESTIONS = [
    ("Phần", "Câu hỏi", "Kiểu", "Danh mục", "Bắt buộc", "Gợi ý"),
    ("Người yêu cầu", "Họ, chữ đệm, tên", "chữ", "", "có", "Như trên thẻ"),
    ("", "Ngày sinh", "Ngày", "", "x", ""),
    ("", "Giới tính", "chọn", "gioi_tinh", "", ""),
    ("Nơi ở", "Nơi cư trú", "địa chỉ", "", "không", ""),
    ("Nơi ở", "Nơi cư trú", "địa chỉ", "", "", ""),
    ("Nơi ở", "2 số điện thoại", "điện thoại", "", "", ""),
]


@pytest.fixture
def book(tmp_path):
    """Write a workbook with these rows and say where."""

    def written(facts=FACTS, questions=QUESTIONS, names=("Thủ tục", "Câu hỏi")):
        workbook = Workbook()
        workbook.remove(workbook.active)
        for name, rows in zip(names, (facts, questions), strict=True):
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "thu.xlsx"
        workbook.save(path)
        return path

    return written


def run(*words):
    return CliRunner().invoke(procedures, ["import", *map(str, words)])


def test_a_workbook_becomes_a_file_that_can_be_used(book, tmp_path):
    target = tmp_path / "thu.yaml"
    result = run(book(), "--to", target)
    assert result.exit_code == 0, result.output
    made = read_procedure(target)
    assert (made.id, made.code, made.title) == (
        "xac-nhan-thu-lan-dau",
        "1.000009",
        "Xác nhận thử: lần đầu",
    )
    assert (made.valid_from, made.valid_to) == (date(2026, 1, 1), date(2027, 2, 28))
    assert made.processing.working_days == 3
    assert [(s.key, s.required) for s in made.slots] == [
        ("giay_chung_sinh", True),
        ("giay_chung_sinh_2", False),
    ]
    assert [(key, field.type, field.required) for key, field in made.fields.items()] == [
        ("ho_chu_dem_ten", "text", True),
        ("ngay_sinh", "date", True),
        ("gioi_tinh", "choice", False),
        ("noi_cu_tru", "address", False),
        ("noi_cu_tru_2", "address", False),
        ("o_2_so_dien_thoai", "phone", False),
    ]
    assert [section.title for section in made.sections] == ["Người yêu cầu", "Nơi ở"]


def test_what_is_not_understood_is_told_with_its_row_and_the_rest_is_kept(book, tmp_path):
    odd = [*QUESTIONS, ("", "Màu mắt", "màu", "", "có lẽ", "")]
    path = book([*FACTS, ("Thời tiết", "đẹp")], odd)
    target = tmp_path / "thu.yaml"
    result = run(path, "--to", target)
    assert result.exit_code == 1
    assert "Trang Thủ tục, dòng 12, cột A (Mục): không hiểu mục “Thời tiết”." in result.output
    assert "Trang Câu hỏi, dòng 8, cột C (Kiểu): không hiểu kiểu “màu”. Ghi một trong: chữ," in (
        result.output
    )
    assert len(read_procedure(target).fields) == 6


def test_what_is_missing_is_told_at_the_sheet_and_with_the_line_of_the_draft(book, tmp_path):
    target = tmp_path / "thu.yaml"
    result = run(book(FACTS[1:]), "--to", target)
    assert result.exit_code == 1
    assert "Trang Thủ tục: thiếu dòng “Mã thủ tục”. Thêm một dòng: cột A ghi" in result.output
    assert f'{target}:2: key "code" is missing' in result.output


def test_text_that_looks_like_yaml_stays_text(book, tmp_path):
    hostile = '"}\n- x: !!python/object [a, "b": {'
    target = tmp_path / "thu.yaml"
    changed = [row if row[0] != "Dùng cho" else ("Dùng cho", hostile) for row in FACTS]
    assert run(book(changed), "--to", target).exit_code == 0
    assert read_procedure(target).summary == " ".join(hostile.split())


def test_a_file_that_is_there_is_not_overwritten(book, tmp_path):
    target = tmp_path / "thu.yaml"
    target.write_text("id: mine\n", encoding="utf-8")
    assert run(book(), "--to", target).exit_code == 1
    assert target.read_text("utf-8") == "id: mine\n"
