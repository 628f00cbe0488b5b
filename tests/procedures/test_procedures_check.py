"""What the page says about answers: errors stop the seal, warnings ask to look."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from appliance.core.forms.check import check_answers
from appliance.procedures.wording import sentence, sentences

TODAY = date(2026, 11, 21)


@pytest.fixture
def told(khai_sinh, complete, places):
    """Change some answers of a perfect dossier and list what is said: {field: code}."""

    def say(today: date = TODAY, **changed):
        answers = {**complete, "relation": "other", "relation_other": "Bà ngoại", **changed}
        for problem in (problems := check_answers(khai_sinh, answers, today, places)):
            assert sentence(problem, khai_sinh).endswith(".")
        return {problem.field_key: problem.code for problem in problems}

    return say


def test_a_complete_dossier_leaves_nothing_to_say(told):
    assert told() == {}


@pytest.mark.parametrize(
    "name", ["H'Hen Niê Mẫu", "Y-Bih Mẫu", "Đỗ Thị Mẫu", "Jean-Luc O’Brien Jr."]
)
def test_a_name_of_any_people_is_no_doubt(told, name):
    assert told(child_name=name) == {}


def test_a_name_in_the_place_of_a_papers_number_is_told(told):
    paper = {"mother_document_kind": "2", "mother_document_number": "Trần Văn Mẫu"}
    assert told(**paper)["mother_document_number"] == "document-without-digits"
    passport = {"mother_document_kind": "6", "mother_document_number": "C1234567"}
    assert "mother_document_number" not in told(**passport)


@pytest.mark.parametrize("name", ["<b>Nguyễn</b>", "Nguyễn @ Mẫu"])
def test_strange_signs_in_a_name_are_told_and_stop_nobody(khai_sinh, complete, places, name):
    answers = {**complete, "child_name": name}
    (problem,) = check_answers(khai_sinh, answers, TODAY, places)
    assert (problem.code, problem.is_error) == ("name-has-signs", False)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("child_name", "", "missing"),
        ("child_name", "   ", "missing"),
        ("child_name", "Cao Minh 2", "name-has-digits"),
        ("child_name", "<B>NGUYỄN</B>", "name-has-signs"),
        ("child_name", "A" * 101, "too-long"),
        ("child_name", {"detail": "x"}, "not-understood"),
        ("child_name", ["x"], "not-understood"),
        ("child_birth_date", "31/02/2026", "date-wrong"),
        ("child_birth_date", "hôm qua", "date-wrong"),
        ("child_birth_date", "11/2026", "date-incomplete"),
        ("child_birth_date", "2026", "date-incomplete"),
        ("child_birth_date", "22/11/2026", "date-in-future"),
        ("mother_birth_date", "13/1990", "partial-date-wrong"),
        ("mother_birth_date", "12/2026", "date-in-future"),
        ("mother_id_number", "04819000456", "id-not-12-digits"),
        ("mother_id_number", "0481900O4567", "id-not-12-digits"),
        ("mother_id_number", "183000777", "id-has-9-digits"),
        ("mother_id_number", "099190004567", "id-place-unknown"),
        ("mother_id_number", "048090004567", "id-disagrees-on-sex"),
        ("mother_id_number", "048191004567", "id-disagrees-on-birth"),
        ("mother_id_number", "", "left-empty"),
        ("child_sex", "3", "choice-unknown"),
        ("child_sex", True, "not-understood"),
        ("child_ethnicity", "1", "choice-unknown"),
        ("copies", "hai", "not-a-number"),
        ("copies", True, "not-a-number"),
        ("copies", -1, "number-too-small"),
        ("copies", 51, "number-too-big"),
        ("requester_phone", "09000", "phone-wrong"),
        ("requester_phone", "9000001230", "phone-wrong"),
        ("home_town", "Khánh Hòa", "not-understood"),
        ("home_town", {"detail": "x"}, "country-missing"),
        ("home_town", {"country": "VN"}, "province-missing"),
        ("home_town", {"country": "VN", "province": "57"}, "province-unknown"),
        ("home_town", {"country": "VN", "province": "56"}, "commune-missing"),
        (
            "home_town",
            {"country": "VN", "province": "56", "commune": "00004"},
            "commune-unknown",
        ),
        ("home_town", {"country": "ZZ", "detail": "x"}, "choice-unknown"),
        ("home_town", {"country": "VN", "province": 56}, "not-understood"),
        (
            "birth_place",
            {"country": "VN", "province": "56", "commune": "22615"},
            "detail-missing",
        ),
    ],
)
def test_one_wrong_answer_is_told_once(told, field, value, code):
    assert told(**{field: value}) == {field: code}


def test_a_birth_before_1900_is_doubted(told):
    assert told(requester_birth_date="1890", requester_id_number="044090000111") == {
        "requester_birth_date": "date-long-ago",
        "requester_id_number": "id-disagrees-on-birth",
    }


def test_a_mother_of_ten_is_doubted(told):
    assert told(mother_birth_date="2016", mother_id_number="048316004567") == {
        "mother_birth_date": "parent-too-young"
    }


def test_one_number_for_mother_and_father_is_doubted(khai_sinh, complete, places):
    answers = {**complete, "father_id_number": complete["mother_id_number"]}
    codes = {p.code for p in check_answers(khai_sinh, answers, TODAY, places)}
    assert "id-used-twice" in codes


def test_the_mother_may_be_the_one_who_asks(told, complete):
    assert complete["requester_id_number"] == complete["mother_id_number"]
    assert told(relation="mother") == {}


def test_an_address_abroad_needs_no_commune(told):
    assert told(home_town={"country": "LA", "detail": "Bản Mẫu"}) == {}


def test_a_result_by_post_goes_to_an_address_at_home(told, complete):
    post = {"result_delivery": "post", "post_name": "Cao Văn Mẫu", "post_phone": "0900000123"}
    assert told(**post, post_address=complete["home_town"]) == {}
    abroad = {"country": "LA", "detail": "Bản Mẫu"}
    assert told(**post, post_address=abroad) == {"post_address": "not-abroad"}


def test_hidden_fields_are_not_looked_at(told):
    assert told(birth_kind="father_unknown", father_name="", father_id_number="1") == {}


def test_the_address_of_the_requester_is_asked_without_a_number(told):
    found = told(requester_id_number="")
    assert found == {"requester_id_number": "left-empty", "requester_residence": "missing"}


def test_only_errors_keep_a_dossier_from_being_sealed(khai_sinh, complete, places):
    answers = {**complete, "child_name": "", "mother_id_number": "048090004567"}
    severity = {p.field_key: p.is_error for p in check_answers(khai_sinh, answers, TODAY, places)}
    assert severity == {"child_name": True, "mother_id_number": False}


def test_problems_come_in_the_order_of_the_form(khai_sinh, places):
    order = list(khai_sinh.fields)
    found = [p.field_key for p in check_answers(khai_sinh, {}, TODAY, places)]
    assert found == sorted(found, key=order.index)


def test_the_sixtieth_day_is_in_time_and_the_next_is_late(told):
    born = date(2026, 9, 21)  # day 60 is Friday 20 November
    assert told(born + timedelta(days=60), child_birth_date="21/09/2026") == {}
    late = told(born + timedelta(days=61), child_birth_date="21/09/2026")
    assert late == {"registration_kind": "late-registration"}


def test_a_sixtieth_day_on_a_weekend_moves_to_monday(told):
    changed = {"child_birth_date": "22/09/2026"}  # day 60 is Saturday 21 November
    assert told(date(2026, 11, 23), **changed) == {}
    assert told(date(2026, 11, 24), **changed) == {"registration_kind": "late-registration"}


def test_late_too_early_is_doubted_as_well(told):
    assert told(registration_kind="late") == {"registration_kind": "not-late-registration"}


def test_somebody_with_papers_is_neither_late_nor_in_time(told):
    assert told(
        registration_kind="with_papers",
        child_birth_date="05/11/2000",
        mother_birth_date="1970",
        mother_id_number="",
        father_birth_date="1970",
        father_id_number="",
        requester_birth_date="1970",
        requester_id_number="048170004567",
    ) == {"mother_id_number": "left-empty", "father_id_number": "left-empty"}


def test_every_problem_in_the_code_has_a_sentence_and_every_sentence_a_problem():
    core = Path(__file__).parents[2] / "appliance" / "core" / "forms"
    text = "".join(path.read_text("utf-8") for path in core.glob("check*.py"))
    raised = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+|missing)"', text))
    assert raised == set(sentences())


def test_a_sentence_names_the_field_as_the_form_does(khai_sinh, complete, places):
    answers = {**complete, "copies": 51}
    (problem,) = check_answers(khai_sinh, answers, TODAY, places)
    assert sentence(problem, khai_sinh) == "Số lượng bản sao không được quá 50."


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"mother_name": ""}, "Chưa có họ, chữ đệm, tên người mẹ, hãy hỏi và nhập giúp."),
        (
            {"child_birth_date": "05/03/2026"},
            'Đã qua 261 ngày, quá hạn 60 ngày; loại đăng ký có lẽ là "Đăng ký quá hạn".',
        ),
        (
            {"home_town": {"country": "VN", "province": "56"}},
            "Quê quán: hãy chọn xã, phường hoặc đặc khu của Tỉnh Khánh Hòa.",
        ),
    ],
)
def test_a_sentence_can_be_read_aloud(khai_sinh, complete, places, changed, told):
    (problem,) = check_answers(khai_sinh, {**complete, **changed}, TODAY, places)
    assert sentence(problem, khai_sinh) == told
