"""A technician's mistake is told with its line and in words that help."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.errors import ProcedureWrong
from appliance.procedures.reader import load_procedures, read_procedure
from appliance.procedures.shelf import SHIPPED

Broken = Callable[[str, str], list[str]]

MISTAKES = {
    "an unknown key": (
        "    label: Ngày\n",
        "    labell: Ngày\n",
        ['36: key "label" is missing', '38: unknown key "labell"; did you mean "label"?'],
    ),
    "an unknown key on the first level": (
        "title: Thủ tục thử",
        "title: Thủ tục thử\nvalidto: 2027-01-01",
        ['5: unknown key "validto"; did you mean "valid_to"?'],
    ),
    "an unknown key that is like nothing": (
        "processing: {working_days: 3}",
        "processing: {working_days: 3, xyz: 1}",
        ['10: unknown key "xyz" (known here: confidence, next_day_after, note, '],
    ),
    "a missing key": (
        "where: Ủy ban nhân dân xã.\n",
        "",
        ['1: key "where" is missing'],
    ),
    "a missing label": (
        "        label: Số bản\n",
        "",
        ['30: key "label" is missing'],
    ),
    "an empty label": (
        "label: Số bản\n",
        "label:\n",
        ['32: key "label" is empty'],
    ),
    "a key that stands twice": (
        "title: Thủ tục thử",
        "title: Thủ tục thử\ntitle: Lần nữa",
        ['5: key "title" stands here twice (line 4)'],
    ),
    "a date that does not exist": (
        "valid_from: 2026-01-01",
        "valid_from: 2026-02-30",
        ['5: valid_from: "2026-02-30" is not a date; write it like 2026-11-21'],
    ),
    "an end before the beginning": (
        "valid_from: 2026-01-01",
        "valid_from: 2026-01-01\nvalid_to: 2025-12-31",
        ["6: valid_to is before valid_from"],
    ),
    "a national code of another shape": (
        "code: 1.000001",
        "code: 1.0000010",
        ['2: code: "1.0000010" should be a national code such as 1.001193'],
    ),
    "an unknown code list": (
        "codes: quan_he_khai_sinh",
        "codes: quan_he_khai_sin",
        ['22: there is no code list "quan_he_khai_sin"; did you mean "quan_he_khai_sinh"?'],
    ),
    "an unknown type": (
        "type: yes_no",
        "type: yesno",
        ['33: unknown type "yesno"; did you mean "yes_no"?'],
    ),
    "a part of nobody": (
        "        label: Quan hệ nào\n",
        "        label: Quan hệ nào\n        part: name\n",
        ["28: a part needs a person"],
    ),
    "one part of a person twice": (
        "      - key: copies\n        type: integer\n        label: Số bản\n",
        "      - {key: one, type: date, label: Một, person: child, part: birth_date}\n"
        "      - {key: two, type: date, label: Hai, person: child, part: birth_date}\n",
        ['31: "child" has another field with part "birth_date"'],
    ),
    "the same human as nobody": (
        "  - {key: child, called: trẻ}",
        "  - {key: child, called: trẻ, same_as: [{person: mum, when: {asked: othr}}]}",
        ['12: "asked" is never "othr"', '12: "mum" is nobody in the list "people"'],
    ),
    "a time that nobody knows and no word whom to ask": (
        "processing: {working_days: 3}",
        "processing: {verified_days: 3}",
        ["10: without working_days a note must say whom to ask"],
    ),
    "a confidence that does not exist": (
        "  - {title: Văn bản thử}",
        "  - {title: Văn bản thử, confidence: sure}",
        ["7: confidence: "],
    ),
    "no type": ("        type: yes_no\n", "", ['33: key "type" is missing']),
    "an unknown field in a condition": (
        "when: {asked: other}",
        "when: {askd: other}",
        ['28: there is no field "askd"'],
    ),
    "a value no answer ever has": (
        "when: {asked: other}",
        "when: {asked: [other, onther]}",
        ['28: "asked" is never "onther" (only: answered, empty, father, mother, other)'],
    ),
    "a typo deep inside a condition": (
        "when: {asked: other}",
        "when: {not: {any: [{asked: other}, {asked: xx}]}}",
        ['28: "asked" is never "xx" (only: answered, empty, father, mother, other)'],
    ),
    "a typo in a slot's condition": (
        "required: {asked: other}",
        "required: {asked: othr}",
        ['16: "asked" is never "othr" (only: answered, empty, father, mother, other)'],
    ),
    "a value for a field that is free text": (
        "when: {agreed: yes}",
        "when: {which: ông}",
        ['40: "which" is never "ông" (only: answered, empty)'],
    ),
    "a condition on a field further down": (
        "when: {asked: other}",
        "when: {copies: 2}",
        ['28: "copies" must stand above the field it decides about'],
    ),
    "a condition that is a word": (
        "when: {asked: other}",
        "when: other",
        ["28: when: a condition looks like {field: value} or {field: [value, value]}"],
    ),
    "a requirement that is neither yes nor a condition": (
        "required: {asked: other}",
        "required: sometimes",
        ['16: required: "sometimes" should be true, false, or a condition such as'],
    ),
    "two fields of one key": (
        "- key: day",
        "- key: copies",
        ['36: a field "copies" stands above already'],
    ),
    "a field key that conditions use": (
        "- key: day",
        "- key: not",
        ['36: "not" is a word of conditions; choose another key'],
    ),
    "a slot that is kept for our files": (
        "- key: giay",
        "- key: summary",
        ['14: "summary" is kept for our own files'],
    ),
    "a person nobody introduced": (
        "    title: Giấy thử",
        "    title: Giấy thử\n    person: mother",
        ['16: "mother" is nobody in the list "people"'],
    ),
    "a portal key with its template number": (
        "        label: Số bản",
        "        label: Số bản\n        portal: citizenSoLuong__1761724625529",
        ["33: leave out the number after __: it changes with every template"],
    ),
    "a default that is not in the list": (
        "        label: Quan hệ\n",
        "        label: Quan hệ\n        default: aunt\n",
        ['24: "aunt" is not in quan_he_khai_sinh'],
    ),
    "a deadline from a field that is no date": (
        "processing: {working_days: 3}",
        "processing: {working_days: 3}\ndeadline: {from_field: copies, days: 60}",
        ['11: "copies" is no date field'],
    ),
    "an unknown block": (
        "      - key: place\n",
        "      - {block: parnt, person: child}\n      - key: place\n",
        ['42: there is no person block "parnt"; did you mean "parent"?'],
    ),
    "a block for nobody": (
        "      - key: place\n",
        "      - {block: parent, person: chld}\n      - key: place\n",
        ['42: a block needs a "person" of the list "people"; did you mean "child"?'],
    ),
    "a digest written by hand": (
        "title: Thủ tục thử",
        "title: Thủ tục thử\nsha256: abc",
        ["5: sha256 is worked out, never written"],
    ),
    "a bracket that is not closed": (
        "sources:\n",
        "sources: [\n",
        ["7: not valid YAML"],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line(broken: Broken, name: str):
    old, new, expected = MISTAKES[name]
    told = broken(old, new)
    assert len(told) == len(expected), told
    for line, start in zip(told, expected, strict=True):
        assert line.startswith(start), told


def test_several_mistakes_are_told_at_once(broken: Broken):
    told = broken(
        "    label: Đồng ý\n      - key: day\n        type: date\n        label: Ngày\n",
        "    lable: Đồng ý\n      - key: Day\n        type: dat\n        label: Ngày\n",
    )
    assert [line.split(":")[0] for line in told] == ["33", "35", "36"]


def test_two_wrong_conditions_are_both_told(broken: Broken):
    told = broken(
        "when: {asked: other}\n        required: true", "when: {asked: a}\n        required: {b: c}"
    )
    assert [line.split(":")[0] for line in told] == ["28", "29"]


def test_a_block_must_name_every_part_for_the_portal(broken: Broken):
    told = broken(
        "      - key: place\n",
        "      - block: parent\n        person: child\n        portal:\n"
        "          nam: citizenTen\n      - key: place\n",
    )
    assert (
        told[0] == '44: no portal key for part "birth_date" (leave it empty if the portal has none)'
    )
    assert '45: the block has no part "nam"; did you mean "name"?' in told


def test_a_mistake_in_a_code_list_is_told_where_it_is_written(broken: Broken, tmp_path: Path):
    path = write_list(
        tmp_path, "viec", "codes:\n  - {code: a, label: A}\n  - {code: a, label: B}\n"
    )
    told = broken("codes: quan_he_khai_sinh", "codes: viec")
    assert told == [f'{path}:7: code "a" stands in this list twice']


def write_list(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / "lists" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    head = f"id: {name}\ntitle: Việc\nvalid_from: 2026-01-01\nsource: thử\n"
    path.write_text(head + text, encoding="utf-8")
    return path


def test_a_list_may_go_on_with_the_codes_of_another(write, small, tmp_path: Path):
    write_list(tmp_path, "viec", "include: quan_he_khai_sinh\ncodes: [{code: father, label: Bố}]\n")
    text = (tmp_path / "thu_nho.yaml").read_text("utf-8")
    codes = read_procedure(write(text.replace("quan_he_khai_sinh", "viec"))).fields["asked"].codes
    assert [(c.code, c.label) for c in codes.codes] == [
        ("father", "Bố"),
        ("mother", "Mẹ"),
        ("other", "Khác"),
    ]


def test_a_list_that_goes_on_with_itself_ends(write, small, tmp_path: Path):
    write_list(tmp_path, "viec", "include: viec\ncodes: [{code: other, label: A}]\n")
    text = (tmp_path / "thu_nho.yaml").read_text("utf-8")
    codes = read_procedure(write(text.replace("quan_he_khai_sinh", "viec"))).fields["asked"].codes
    assert [c.code for c in codes.codes] == ["other"]


def test_a_list_that_goes_on_with_nothing_is_told(broken: Broken, tmp_path: Path):
    path = write_list(tmp_path, "viec", "include: vec\ncodes: [{code: other, label: A}]\n")
    told = broken("codes: quan_he_khai_sinh", "codes: viec")
    assert told == [f'{path}:5: there is no code list "vec"; did you mean "viec"?']


@pytest.mark.parametrize("name", ["../khai_sinh", "/etc/passwd", "lists/gioi_tinh", "."])
def test_the_name_of_a_list_is_never_a_path(broken: Broken, name: str):
    assert "there is no code list" in broken("codes: quan_he_khai_sinh", f"codes: {name}")[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", 'expected "key: value" lines'),
        (b"- 1\n", 'expected "key: value" lines'),
        (b"id: \xff\n", "is not UTF-8 text"),
        (b"id: &x [*x]\n", "nested too deep, or in itself"),
        (b"id: \x01\n", "not valid YAML"),
        (b"? [a]\n: 1\n", "a key must be plain text"),
        (b"sections: 3\npeople: x\nslots: {a: 1}\n", "should be a valid tuple"),
        (b"sections:\n  - fields:\n    - block: [1]\n      person: [2]\n", "a block needs"),
        (b"sections:\n  - fields: [1, {type: choice, codes: {a: 1}}]\n", 'key "id" is missing'),
    ],
)
def test_a_file_that_is_something_else_is_told_and_never_crashes(
    tmp_path: Path, content: bytes, told: str
):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(ProcedureWrong, match=told):
        read_procedure(path)


def test_a_file_of_the_point_replaces_the_shipped_one(tmp_path: Path, write, small):
    shipped = load_procedures()
    text = (tmp_path / "thu_nho.yaml").read_text("utf-8")
    write(text.replace("id: thu-nho", "id: khai-sinh"))
    found = load_procedures(tmp_path)
    assert list(found) == list(shipped)
    assert found["khai-sinh"].title == "Thủ tục thử"
    assert found["khai-sinh"].sha256 != shipped["khai-sinh"].sha256
    assert found["khai-tu"] == shipped["khai-tu"]


def test_two_files_of_one_id_in_a_folder_are_a_mistake(tmp_path: Path, small):
    text = (tmp_path / "thu_nho.yaml").read_text("utf-8")
    (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ProcedureWrong, match=r"thu_nho\.yaml:1: b\.yaml has the same id"):
        load_procedures(tmp_path)


def test_the_mistakes_of_all_files_are_told_together(tmp_path: Path):
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("- 1\n", encoding="utf-8")
    with pytest.raises(ProcedureWrong) as caught:
        load_procedures(tmp_path)
    assert len(str(caught.value).splitlines()) == 2


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(ProcedureWrong, match="there is no such folder"):
        load_procedures(tmp_path / "nowhere")


def test_the_digest_changes_with_a_label_and_not_with_a_comment(write, small, tmp_path: Path):
    text = (tmp_path / "thu_nho.yaml").read_text("utf-8")
    assert read_procedure(write("# another day\n" + text)).sha256 == small.sha256
    assert read_procedure(write(text.replace("Số bản", "Số tờ"))).sha256 != small.sha256
    assert small.ref.sha256 == small.sha256
    assert len(small.sha256) == 64


SHIPPED_LINES = (SHIPPED / "khai_sinh.yaml").read_text("utf-8").splitlines()
values = st.sampled_from(
    ["", "[]", "{}", "x", "0", "yes", "[1, {a: b}]", "{a: {b: [c]}}", "'", "- x", "other", "1e999"]
)


@given(
    st.lists(
        st.tuples(st.integers(0, len(SHIPPED_LINES) - 1), st.none() | values | st.text(max_size=8)),
        min_size=1,
        max_size=3,
    )
)
def test_a_mangled_file_is_read_or_told_but_never_crashes(tmp_path_factory, changes):
    lines = list(SHIPPED_LINES)
    for number, value in changes:
        key = lines[number].split(":")[0]
        lines[number] = "" if value is None else f"{key}: {value}"
    path = tmp_path_factory.getbasetemp() / "mangled.yaml"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    try:
        read_procedure(path)
    except ProcedureWrong as error:
        for line in str(error).splitlines():
            assert re.match(r"/.+\.yaml:\d+: .", line), line


@given(st.binary(max_size=60))
def test_any_bytes_are_told_and_never_crash(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(content)
    with pytest.raises(ProcedureWrong):
        read_procedure(path)
