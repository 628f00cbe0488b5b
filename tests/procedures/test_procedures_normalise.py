"""Whatever is typed, pasted or scanned: one stored form, and never a crash."""

from __future__ import annotations

import json
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.forms.check import check_answers
from appliance.core.forms.citizen_id import CitizenId
from appliance.core.forms.dates import PartialDate
from appliance.core.forms.normalise import normalise
from appliance.core.forms.sex import Sex
from appliance.core.forms.shown import answers_in_portal_order
from appliance.procedures.reader import load_procedures
from appliance.procedures.units import units
from appliance.procedures.wording import sentence

KHAI_SINH = load_procedures()["khai-sinh"]
FIELDS = KHAI_SINH.fields


@pytest.mark.parametrize(
    ("field", "typed", "stored"),
    [
        ("child_name", "  Cao   Minh\tThử \n", "Cao Minh Thử"),
        ("child_name", unicodedata.normalize("NFD", "Trần Thị Thử"), "Trần Thị Thử"),
        ("child_name", "Cao\u200b Minh\x00", "Cao Minh"),
        ("child_name", None, ""),
        ("child_name", "cao minh", "cao minh"),
        ("child_birth_date", "5/3/2026", "05/03/2026"),
        ("child_birth_date", "5-3-2026", "05/03/2026"),
        ("child_birth_date", "05.03.2026", "05/03/2026"),
        ("child_birth_date", "05 03 2026", "05/03/2026"),
        ("child_birth_date", "05032026", "05/03/2026"),
        ("child_birth_date", "2026-03-05", "05/03/2026"),
        ("child_birth_date", "３/3/2026", "03/03/2026"),
        ("child_birth_date", "31/02/2026", "31/02/2026"),
        ("child_birth_date", "mồng 5 Tết", "mồng 5 Tết"),
        ("mother_birth_date", "3/1990", "03/1990"),
        ("mother_birth_date", "1990", "1990"),
        ("mother_birth_date", "0/0/1990", "0/0/1990"),
        ("mother_birth_date", "0/1990", "0/1990"),
        ("mother_birth_date", "00001949", "00001949"),
        ("mother_id_number", " 048 190 004 567 ", "048190004567"),
        ("mother_id_number", "048.190.004.567", "048190004567"),
        ("mother_id_number", "０４８190004567", "048190004567"),
        ("mother_id_number", "04819000456O", "04819000456O"),
        ("mother_id_number", 48190004567, "48190004567"),
        ("requester_phone", "0900 000 123", "0900000123"),
        ("requester_phone", "+84 900.000.123", "0900000123"),
        ("requester_phone", "+84 (0) 900 000 123", "0900000123"),
        ("requester_phone", "+856 20 1234 5678", "+8562012345678"),
        ("requester_phone", "không có", "không có"),
        ("copies", " 2 ", 2),
        ("copies", 2, 2),
        ("copies", "２", 2),
        ("copies", "hai", "hai"),
        ("copies", "", ""),
        ("copies", "9" * 5000, "9" * 5000),
        ("home_town", {"country": "VN", "province": "56", "commune": " 22615 ", "detail": ""},
         {"country": "VN", "province": "56", "commune": "22615"}),
        ("home_town", {"country": "LA", "province": "56", "commune": "22615", "detail": "x"},
         {"country": "LA", "detail": "x"}),
        ("home_town", {"country": ""}, ""),
        ("home_town", "Thôn  Mẫu", {"detail": "Thôn Mẫu"}),
        ("home_town", {"evil": "x", "detail": "y"}, {"detail": "y"}),
    ],
)  # fmt: skip
def test_what_is_typed_is_stored_in_one_form(field, typed, stored):
    assert normalise(FIELDS[field], typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [(True, True), ("yes", True), ("no", False), ("", ""), ("maybe", "maybe"), (None, "")],
)
def test_yes_and_no_are_stored_as_truth(small, typed, stored):
    assert normalise(small.fields["agreed"], typed) is stored or stored in ("", "maybe")
    assert normalise(small.fields["agreed"], typed) == stored


def test_a_missing_day_is_never_invented():
    for text in ("1990", "03/1990"):
        assert str(PartialDate.read(text)) == text
        assert PartialDate.read(text).whole is None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)
nearly = st.one_of(
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    st.from_regex(r"\d{1,2}/\d{1,2}/\d{4}", fullmatch=True),
    st.text("0123456789/-. ", max_size=14),
    st.fixed_dictionaries(
        {},
        optional={
            "country": st.sampled_from(["VN", "LA", "", "ZZ"]) | anything,
            "province": st.sampled_from(["56", "01", ""]) | anything,
            "commune": st.sampled_from(["22615", "00004", ""]) | anything,
            "detail": anything,
        },
    ),
)
keys = st.sampled_from(sorted(FIELDS))
typed = anything | nearly


@given(keys, typed)
def test_normalising_twice_changes_nothing_more(key, raw):
    once = normalise(FIELDS[key], raw)
    assert normalise(FIELDS[key], once) == once


@given(keys, typed)
def test_what_is_stored_is_json_that_can_be_written(key, raw):
    stored = normalise(FIELDS[key], raw)
    text = json.dumps(stored, ensure_ascii=False, allow_nan=False)
    assert json.loads(text.encode()) == stored


@given(st.dictionaries(keys, typed))
def test_no_answers_whatever_crash_the_check_or_the_sheet(raw):
    stored = {key: normalise(FIELDS[key], value) for key, value in raw.items()}
    for answers in (stored, raw):  # raw: as if another program had written them
        for problem in check_answers(KHAI_SINH, answers, date(2026, 11, 21), units()):
            assert sentence(problem, KHAI_SINH)
        answers_in_portal_order(KHAI_SINH, answers, units())


@given(st.text() | st.text("0123456789/-. ", max_size=12))
def test_a_date_that_is_read_is_read_again_from_its_own_form(text):
    read = PartialDate.read(text)
    if read is not None:
        assert PartialDate.read(str(read)) == read


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_of_the_calendar_can_be_written(day):
    assert PartialDate.read(day.strftime("%d/%m/%Y")).whole == day
    assert PartialDate.read(day.isoformat()).whole == day


@pytest.mark.parametrize(
    ("number", "sex", "year", "known"),
    [
        ("001095000123", Sex.MALE, 1995, True),
        ("048190004567", Sex.FEMALE, 1990, True),
        ("079304001122", Sex.FEMALE, 2004, True),
        ("056210001234", Sex.MALE, 2010, True),
        ("003095000123", Sex.MALE, 1995, False),
        ("127095000123", Sex.MALE, 1995, True),
    ],
)
def test_a_number_says_sex_year_and_place(number, sex, year, known):
    read = CitizenId.read(number)
    assert (read.sex, read.birth_year, read.place_known) == (sex, year, known)


@pytest.mark.parametrize(
    "text", ["", "00109500012", "0010950001234", "٠٠١٠٩٥٠٠٠١٢٣", "001095000123\n"]
)
def test_anything_but_twelve_digits_is_no_number(text):
    assert CitizenId.read(text) is None
