"""Workbooks as people really send them: each mistake is told with its place and what to do."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook, load_workbook

from appliance.commands.procedures import procedures
from appliance.procedures.reader import read_procedure
from appliance.procedures.sheet import Draft, draft_of
from appliance.procedures.sheet_words import _words
from appliance.procedures.workbook import LARGEST_UNPACKED, MOST_ROWS
from tests.procedures.test_procedures_sheet import FACTS, QUESTIONS, book, run

__all__ = ["book"]

TODAY = date(2026, 11, 22)
HEAD = QUESTIONS[0]
ASKED = ("Người yêu cầu", "Họ tên", "chữ", "", "", "")


def but(name: str, *cells: object) -> list[tuple[object, ...]]:
    """The good facts with one row changed, or without it."""
    rows: list[tuple[object, ...]] = []
    for row in FACTS:
        if row[0] != name:
            rows.append(row)
        elif cells:
            rows.append((name, *cells))
    return rows


# what is wrong with the facts, and everything that is said about it
FACTS_WRONG: dict[str, tuple[list[tuple[object, ...]], list[str]]] = {
    "no code": (but("Mã thủ tục"), ["Trang Thủ tục: thiếu dòng “Mã thủ tục”."]),
    "an empty title": (
        but("Tên thủ tục", ""),
        ["dòng 2, cột B (Nội dung): mục “Tên thủ tục” chưa có nội dung."],
    ),
    "a code that became a number": (
        but("Mã thủ tục", 1.1193),
        ["dòng 1, cột B (Nội dung): “1.1193” không phải mã thủ tục."],
    ),
    "a day that is none": (
        but("Có hiệu lực từ", "31/02/2026"),
        ["dòng 7, cột B (Nội dung): “31/02/2026” không phải là ngày. Ghi kiểu 28/02/2027."],
    ),
    "an end before the start": (
        but("Đến hết ngày", "31/12/2025"),
        ["dòng 8, cột B (Nội dung): ngày hết hiệu lực sớm hơn ngày có hiệu lực 2026-01-01."],
    ),
    "days in words": (
        but("Số ngày làm việc", "ba ngày"),
        ["dòng 6, cột B (Nội dung): “ba ngày” không phải số ngày."],
    ),
    "no source": (but("Nguồn"), ["Trang Thủ tục: thiếu dòng “Nguồn”."]),
    "no paper": (but("Giấy tờ"), ["Trang Thủ tục: chưa có giấy tờ nào."]),
    "a paper without a name": (
        [*but("Giấy tờ"), ("Giấy tờ", "Giấy A"), ("Giấy tờ", "")],
        ["dòng 11, cột B (Nội dung): mục “Giấy tờ” chưa có nội dung."],
    ),
    "neither yes nor no": (
        [*but("Giấy tờ"), ("Giấy tờ", "Giấy A", "", "tùy")],
        ["dòng 10, cột D (Bắt buộc): “tùy” không phải có hay không"],
    ),
    "said twice": (
        [*FACTS, ("MÃ THỦ TỤC", "1.000008")],
        ["dòng 12, cột A (Mục): mục “MÃ THỦ TỤC” đã có ở dòng 1."],
    ),
    "a slip of the pen": (
        [*but("Ai nộp"), ("Ai nôp đơn", "Ai cần")],
        [
            "dòng 11, cột A (Mục): không hiểu mục “Ai nôp đơn”. Có phải là “Ai nộp”?",
            "thiếu dòng “Ai nộp”",
        ],
    ),
    "a stranger": (
        [*FACTS, ("Thời tiết", "đẹp")],
        ["dòng 12, cột A (Mục): không hiểu mục “Thời tiết”. Các mục dùng được: Mã thủ tục,"],
    ),
}
QUESTIONS_WRONG: dict[str, tuple[list[tuple[object, ...]], list[str]]] = {
    "no question": ([HEAD], ["Trang Câu hỏi: chưa có câu hỏi nào."]),
    "no head": ([ASKED, ASKED], ["dòng 1, cột A (Phần): dòng 1 phải là tên cột"]),
    "no label": ([HEAD, ASKED, ("", "", "chữ")], ["dòng 3, cột B (Câu hỏi): chưa có câu hỏi."]),
    "no part at all": (
        [HEAD, ("", "Họ tên", "chữ")],
        ["dòng 2, cột A (Phần): câu hỏi đầu tiên phải thuộc một phần.", "chưa có câu hỏi nào"],
    ),
    "no kind": (
        [HEAD, ASKED, ("", "Tuổi", "")],
        ["dòng 3, cột C (Kiểu): không hiểu kiểu “”. Ghi một trong: chữ, ngày,"],
    ),
    "a choice of nothing": (
        [HEAD, ASKED, ("", "Giới tính", "chọn")],
        ["dòng 3, cột D (Danh mục): kiểu “chọn” cần tên danh mục."],
    ),
    "a list that is not there": ([HEAD, ASKED, ("", "Giới tính", "chọn", "gioi tính")], []),
    "a list misspelt": (
        [HEAD, ASKED, ("", "Giới tính", "chọn", "gioitinh")],
        ["dòng 3, cột D (Danh mục): không có danh mục “gioitinh”. Có phải là “gioi_tinh”?"],
    ),
    "a list nobody knows": (
        [HEAD, ASKED, ("", "Xe", "chọn", "bảng số xe")],
        ["không có danh mục “bảng số xe”. Các danh mục: ban_than_hay_khac,"],
    ),
    "a list for plain text": (
        [HEAD, ("Phần", "Tên", "chữ", "gioi_tinh")],
        ["dòng 2, cột D (Danh mục): kiểu “chữ” không dùng danh mục"],
    ),
    "required perhaps": (
        [HEAD, ("Phần", "Tên", "chữ", "", "có lẽ")],
        ["dòng 2, cột E (Bắt buộc): “có lẽ” không phải có hay không"],
    ),
    "a novel": (
        [HEAD, ("Phần", "a" * 2500, "chữ")],
        ["dòng 2, cột B (Câu hỏi): dài 2500 chữ, nhiều nhất 2000."],
    ),
}


def told(draft: Draft) -> str:
    return "\n".join(draft.mistakes)


@pytest.mark.parametrize("case", FACTS_WRONG)
def test_a_mistake_among_the_facts_is_told_once_with_its_cell(book, case):
    rows, expected = FACTS_WRONG[case]
    draft = draft_of(book(rows), TODAY)
    assert len(draft.mistakes) == len(expected), told(draft)
    for sentence in expected:
        assert sentence in told(draft)


@pytest.mark.parametrize("case", QUESTIONS_WRONG)
def test_a_mistake_among_the_questions_is_told_once_with_its_cell(book, case):
    rows, expected = QUESTIONS_WRONG[case]
    draft = draft_of(book(questions=rows), TODAY)
    assert len(draft.mistakes) == len(expected), told(draft)
    for sentence in expected:
        assert sentence in told(draft)


def test_several_mistakes_are_told_in_one_go(book):
    rows = [HEAD, ASKED, ("", "Giới tính", "chọn"), ("", "", "ngày"), ("", "Tuổi", "số nguyên")]
    draft = draft_of(book(but("Nguồn"), rows), TODAY)
    assert len(draft.mistakes) == 4
    places = re.findall(r"dòng (\d+), cột (\w)", told(draft))
    assert places == [("3", "D"), ("4", "B"), ("5", "C")]


def test_the_rest_of_a_part_survives_a_bad_first_question(book, tmp_path):
    rows = [HEAD, ("Phần một", "Mắt", "màu"), ("", "Họ tên", "chữ"), ("Phần hai", "Tuổi", "số")]
    draft = draft_of(book(questions=rows), TODAY)
    (tmp_path / "x.yaml").write_text(draft.text, encoding="utf-8")
    made = read_procedure(tmp_path / "x.yaml")
    assert [(s.title, len(s.fields)) for s in made.sections] == [("Phần một", 1), ("Phần hai", 1)]


def test_a_sheet_of_another_name_is_told_with_those_there_are(book):
    draft = draft_of(book(names=("Thu tuc", "Trang tính2")), TODAY)
    assert "Trang Câu hỏi: thiếu trang này; tệp có các trang: “Thu tuc”, “Trang tính2”." in told(
        draft
    )
    assert "Trang Thủ tục: thiếu" not in told(draft)


def test_two_sheets_of_one_name_are_told(book, tmp_path):
    path = book()
    workbook = load_workbook(path)
    workbook.copy_worksheet(workbook["Câu hỏi"]).title = "CAU HOI"
    workbook.save(path)
    assert "Trang Câu hỏi: có hai trang cùng tên" in told(draft_of(path, TODAY))


def test_a_formula_without_a_result_and_a_broken_one_are_told(book):
    path = book()
    workbook = load_workbook(path)
    workbook["Thủ tục"]["B5"] = "=CONCATENATE(A1,A2)"
    workbook["Câu hỏi"]["B3"] = "#REF!"
    workbook.save(path)
    draft = draft_of(path, TODAY)
    assert "Trang Thủ tục, dòng 5, cột B (Nội dung): ô này là công thức" in told(draft)
    assert "Trang Câu hỏi, dòng 3, cột B (Câu hỏi): ô này đang báo lỗi #REF!" in told(draft)


def test_a_sheet_without_end_is_cut_and_told(book):
    many = [HEAD, *(("Phần", f"Câu {n}", "chữ") for n in range(MOST_ROWS + 50))]
    draft = draft_of(book(questions=many), TODAY)
    assert "Trang Câu hỏi: dài quá 1000 dòng" in told(draft)
    assert draft.text.count("- key:") == MOST_ROWS - 1 + 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "không mở được như một bảng tính"),
        (b"PK\x03\x04 cut", "không mở được như một bảng tính"),
        (b"id: x\n", "không mở được như một bảng tính"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "kiểu cũ hoặc có mật khẩu"),
        (b"\0" * 2_100_000, "tệp lớn quá 2 MB"),
    ],
)
def test_what_is_no_workbook_of_ours_is_refused_with_the_way_out(tmp_path, content, sentence):
    other = tmp_path / "khac.xlsx"
    other.write_bytes(content)
    draft = draft_of(other, TODAY)
    assert draft.text == ""
    assert len(draft.mistakes) == 1
    assert draft.mistakes[0].startswith("khac.xlsx: ")
    assert sentence in draft.mistakes[0]


def test_a_zip_that_is_no_workbook_and_one_that_unfolds_without_end_are_refused(tmp_path):
    for name, size in (("khac.xlsx", 10), ("bom.xlsx", LARGEST_UNPACKED + 1)):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/sharedStrings.xml", b"0" * size)
    assert "không mở được" in told(draft_of(tmp_path / "khac.xlsx", TODAY))
    assert "tệp lớn quá" in told(draft_of(tmp_path / "bom.xlsx", TODAY))


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert "không có tệp này" in told(draft_of(tmp_path / "nowhere.xlsx", TODAY))
    assert run(tmp_path / "nowhere.xlsx", "--to", tmp_path / "a.yaml").exit_code == 1


def test_an_empty_workbook_says_what_to_fill_in_and_a_filled_one_is_good(tmp_path):
    path, target = tmp_path / "mau.xlsx", tmp_path / "mau.yaml"
    assert CliRunner().invoke(procedures, ["template", str(path)]).exit_code == 0
    assert (
        CliRunner().invoke(procedures, ["template", str(path)]).exit_code == 1
    )  # is there already
    empty = run(path, "--to", target)
    assert empty.exit_code == 1
    assert "dòng 2, cột B (Nội dung): mục “Mã thủ tục” chưa có nội dung" in empty.output
    target.unlink()
    workbook = load_workbook(path)
    known = dict(row[:2] for row in FACTS)
    for row in workbook["Thủ tục"].iter_rows(min_row=2):
        row[1].value = known.get(row[0].value, "")
    workbook.save(path)
    filled = run(path, "--to", target)
    assert filled.exit_code == 0, filled.output
    assert read_procedure(target).title == "Xác nhận thử: lần đầu"


def test_a_code_list_beside_the_target_counts(book, tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists/xe.yaml").write_text(
        "id: xe\ntitle: Xe\nvalid_from: 2026-01-01\nsource: thử\n"
        "codes:\n  - {code: a, label: Xe đạp}\n",
        encoding="utf-8",
    )
    rows = [HEAD, ASKED, ("", "Xe", "chọn", "xe")]
    assert run(book(questions=rows), "--to", tmp_path / "x.yaml").exit_code == 0


def test_every_sentence_of_the_catalogue_says_what_to_do():
    for code, sentence in _words()["mistakes"].items():
        if code not in {"near", "known", "list-known"}:
            assert sentence.count(".") + sentence.count("{near}") >= 2, code


def test_hundreds_of_mixed_up_workbooks_raise_nothing(tmp_path):
    words: list[object] = [
        *("", None, 0, -1.5, True, "x" * 70, "=1/0", "Giấy tờ", "chọn", "Mã thủ tục"),
        *("\ufeff", "31/02/2026", "🙂", date(2026, 1, 1)),
    ]
    for seed in range(60):
        workbook = Workbook()
        workbook.remove(workbook.active)
        for name in ("Thủ tục", "Câu hỏi"):
            sheet = workbook.create_sheet(name)
            for row in range(1, 12):
                for column in range(1, 7):
                    value = words[(seed * 7 + row * column * (seed + 3)) % len(words)]
                    sheet.cell(row, column).value = value
        path = tmp_path / f"{seed}.xlsx"
        workbook.save(path)
        draft = draft_of(path, TODAY)
        assert draft.mistakes
        Path(tmp_path / "x.yaml").write_text(draft.text, encoding="utf-8")
