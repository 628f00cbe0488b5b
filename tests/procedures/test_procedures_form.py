"""What is shown, asked for and handed over, as answers come and go."""

from __future__ import annotations

from datetime import date

import pytest

from appliance.core.forms.answers import (
    counted_answers,
    default_answers,
    missing_slots,
    visible_fields,
    visible_slots,
)
from appliance.core.forms.condition import Condition
from appliance.core.forms.shown import answers_in_portal_order, shown_text
from appliance.procedures.reader import read_procedure


def keys(procedure, answers):
    return [field.key for field in visible_fields(procedure, answers)]


def test_a_field_appears_with_the_answer_that_asks_for_it(small):
    assert "which" not in keys(small, {"asked": "father"})
    assert keys(small, {"asked": "other"})[:2] == ["asked", "which"]


def test_a_section_appears_with_the_answer_that_asks_for_it(small):
    assert "place" not in keys(small, {})
    assert "place" not in keys(small, {"agreed": False})
    assert "place" in keys(small, {"agreed": True})


def test_an_answer_in_a_hidden_section_is_not_sealed(khai_sinh):
    answers = {"birth_kind": "abandoned", "mother_document_kind": "5"}
    assert not [key for key in keys(khai_sinh, answers) if key.startswith("mother_")]
    assert "mother_document_kind" not in counted_answers(khai_sinh, answers)


def test_an_answer_in_a_hidden_field_opens_nothing(write, small, tmp_path):
    text = (tmp_path / "thu_nho.yaml").read_text("utf-8")
    text = text.replace("when: {agreed: yes}", "when: {which: answered}")
    text = text.replace("label: Số bản", "label: Số bản\n        when: {which: answered}")
    chained = read_procedure(write(text))
    assert {"copies", "place"} <= set(keys(chained, {"asked": "other", "which": "ông"}))
    assert not {"copies", "place"} & set(keys(chained, {"asked": "father", "which": "ông"}))


@pytest.mark.parametrize(
    ("written", "answers", "holds"),
    [
        ({"a": "x"}, {"a": "x"}, True),
        ({"a": "x"}, {"a": "y"}, False),
        ({"a": "x"}, {}, False),
        ({"a": ["x", "y"]}, {"a": "y"}, True),
        ({"a": "x", "b": "y"}, {"a": "x"}, False),
        ({"a": "x", "b": "y"}, {"a": "x", "b": "y"}, True),
        ({"not": {"a": "x"}}, {"a": "x"}, False),
        ({"not": {"a": "x"}}, {}, True),
        ({"any": [{"a": "x"}, {"b": "y"}]}, {"b": "y"}, True),
        ({"any": [{"a": "x"}, {"b": "y"}]}, {"b": "x"}, False),
        ({"c": "z", "any": [{"a": "x"}, {"b": "y"}]}, {"b": "y"}, False),
        ({"a": "empty"}, {"a": "  "}, True),
        ({"a": "empty"}, {"a": {"detail": ""}}, True),
        ({"a": "empty"}, {"a": 0}, False),
        ({"a": "answered"}, {"a": False}, True),
        ({"a": "answered"}, {}, False),
        ({"a": "yes"}, {"a": True}, True),
        ({"a": True}, {"a": True}, True),
        ({"a": "no"}, {"a": False}, True),
        ({"a": 0}, {"a": 0}, True),
        ({"a": [1, 2]}, {"a": 2}, True),
    ],
)
def test_a_condition_means_what_it_says(written, answers, holds):
    condition = Condition.model_validate(written)
    assert condition.holds(answers) is holds
    assert Condition.model_validate_json(condition.model_dump_json()) == condition


def test_a_paper_becomes_required_with_the_answer_that_asks_for_it(khai_sinh, complete):
    def missing(filled=(), **changed):
        return [slot.key for slot in missing_slots(khai_sinh, {**complete, **changed}, filled)]

    assert missing() == ["giay_chung_sinh"]
    assert missing(["giay_chung_sinh"]) == []
    assert missing(birth_kind="abandoned") == ["bo_roi"]
    assert missing(birth_kind="abandoned", relation="other") == ["bo_roi"]


def test_papers_are_asked_for_in_the_rows_of_the_portal(khai_sinh, complete):
    everything = {**complete, "birth_kind": "abandoned", "relation": "other"}
    assert [slot.portal_row for slot in visible_slots(khai_sinh, everything)] == [1, 2, 3, 4]
    assert [slot.key for slot in visible_slots(khai_sinh, complete)] == [
        "giay_chung_sinh",
        "mang_thai_ho",
        "can_cuoc_me",
        "can_cuoc_cha",
    ]


def test_defaults_are_only_what_the_file_says(khai_sinh):
    assert default_answers(khai_sinh) == {
        "registration_kind": "on_time",
        "birth_kind": "both_known",
        "child_nationality": "VN",
        "mother_nationality": "VN",
        "father_nationality": "VN",
        "copies": 0,
        "result_delivery": "counter",
    }


def shown(procedure, answers, places):
    return {
        row.field_key: row.text
        for section in answers_in_portal_order(procedure, answers, places)
        for row in section.rows
    }


def test_answers_are_shown_in_words(khai_sinh, complete, places):
    rows = shown(khai_sinh, complete, places)
    assert rows["child_name"] == "CAO MINH THỬ"
    assert rows["child_sex"] == "Nam"
    assert rows["child_ethnicity"] == "Ra-glai"
    assert rows["child_birth_date"] == "05/11/2026"
    assert rows["father_birth_date"] == "1985"
    assert rows["home_town"] == "Thôn Suối Mẫu, Xã Bắc Khánh Vĩnh, Tỉnh Khánh Hòa"
    assert rows["copies"] == "2"
    assert rows["mother_document_kind"] == ""


def test_zero_copies_are_an_answer(khai_sinh, complete, places):
    assert shown(khai_sinh, {**complete, "copies": 0}, places)["copies"] == "0"


def test_yes_and_no_are_shown_in_words(small, places):
    assert shown(small, {"agreed": True}, places)["agreed"] == "Có"
    assert shown(small, {"agreed": False}, places)["agreed"] == "Không"
    assert shown(small, {}, places)["agreed"] == ""


def test_an_address_abroad_ends_with_its_country(khai_sinh, places):
    abroad = {"country": "LA", "detail": "Bản Mẫu, Savannakhet"}
    text = shown_text(khai_sinh.fields["birth_place"], abroad, places)
    assert text == "Bản Mẫu, Savannakhet, Lào"


def test_an_unknown_code_is_shown_as_it_is(khai_sinh, places):
    assert shown_text(khai_sinh.fields["child_sex"], "9", places) == "9"
    place = {"country": "VN", "province": "99", "commune": "00000"}
    assert shown_text(khai_sinh.fields["home_town"], place, places) == "00000, 99"


def test_a_withdrawn_code_keeps_its_label_but_is_not_offered(khai_sinh):
    codes = khai_sinh.fields["child_sex"].codes
    aged = codes.model_copy(
        update={
            "codes": (
                codes.codes[0],
                codes.codes[1].model_copy(update={"withdrawn": date(2026, 6, 1)}),
            )
        }
    )
    assert [code.code for code in aged.offered(date(2026, 5, 31))] == ["1", "2"]
    assert [code.code for code in aged.offered(date(2026, 6, 1))] == ["1"]
    assert aged.label_of("2") == "Nữ"
