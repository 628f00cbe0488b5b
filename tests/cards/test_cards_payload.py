"""What the QR of an identity card says, and what is no identity card."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.cards.citizen_card import CardDoubt, CitizenCard, read_citizen_card
from appliance.core.forms.dates import PartialDate
from appliance.core.forms.sex import Sex
from tests.cards.drawing import somebody

AN = (
    "001095000123|012345678|Nguyễn Văn An|15031995|Nam|"
    "Số 12 ngõ 5 phố Thử Nghiệm, Trúc Bạch, Ba Đình, Hà Nội|22042021"
)
CHAU = (
    "048190004567||Trần Thị Minh Châu|20111990|Nữ|"
    "K12/5 Đường Mẫu, Nam Dương, Hải Châu, Đà Nẵng|09082022"
)
MAU = (
    "056070001234|225123456|Cao Văn Mẫu|01011970|Nam|"
    "Thôn Suối Mẫu, Bắc Khánh Vĩnh, Khánh Hòa|05032026"
)
NGOC = (
    "079304001122||Lê Hoàng Bảo Ngọc|09092004|Nữ|Số 3 Đường Thử, Gò Vấp, Hồ Chí Minh|15082025||||"
)
THU = "042149000777|183000777|Phan Thị Thử|00001949|Nữ|Tổ 3, Nam Hà, Hà Tĩnh, Hà Tĩnh|01062021"


def read(payload: str) -> CitizenCard:
    card = read_citizen_card(payload)
    assert card is not None
    return card


def test_a_chip_card_gives_its_seven_fields() -> None:
    card = read(AN)
    assert card.number.number == "001095000123"
    assert card.old_number == "012345678"
    assert card.name == "Nguyễn Văn An"
    assert card.born == PartialDate(1995, 3, 15)
    assert card.sex is Sex.MALE
    assert card.address == "Số 12 ngõ 5 phố Thử Nghiệm, Trúc Bạch, Ba Đình, Hà Nội"
    assert card.issued == PartialDate(2021, 4, 22)
    assert card.doubts == ()


def test_the_new_card_has_more_fields_and_they_are_not_read() -> None:
    card = read(NGOC)
    assert (card.name, card.sex, card.more_fields) == ("Lê Hoàng Bảo Ngọc", Sex.FEMALE, 4)
    assert read(NGOC + "Mẹ Nào Đó|lạ").issued == card.issued == PartialDate(2025, 8, 15)


@pytest.mark.parametrize("payload", [CHAU, MAU])
def test_a_card_in_order_raises_no_doubt(payload: str) -> None:
    assert read(payload).doubts == ()


def test_without_an_old_number_there_is_none() -> None:
    assert read(CHAU).old_number is None


def test_an_unknown_day_and_month_leave_the_year_and_a_doubt() -> None:
    card = read(THU)
    assert card.born == PartialDate(1949)
    assert card.doubts == (CardDoubt.BIRTH,)


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("00051949", PartialDate(1949, 5)),
        ("31021949", PartialDate(1949)),  # either of the two is wrong: neither is kept
        ("00131949", PartialDate(1949)),
        ("1949", None),
        ("15031949x", None),
        ("", None),
        ("00000000", None),
    ],
)
def test_of_an_impossible_date_only_what_is_sure_is_kept(
    printed: str, kept: PartialDate | None
) -> None:
    card = read(THU.replace("00001949", printed))
    assert card.born == kept
    assert CardDoubt.BIRTH in card.doubts


@pytest.mark.parametrize(
    "worn",
    [AN + "\0", AN + "\r\n", AN + "\r\n\0\0", "\ufeff" + AN, " " + AN, AN.replace("|", " | ")],
)
def test_what_readers_leave_around_the_text_is_not_the_text(worn: str) -> None:
    assert read(worn) == read(AN)


def test_letters_and_marks_kept_apart_become_one() -> None:
    assert read(unicodedata.normalize("NFD", CHAU)) == read(CHAU)
    assert unicodedata.is_normalized("NFC", read(unicodedata.normalize("NFD", CHAU)).name)


def test_names_keep_their_case() -> None:
    assert read(AN.replace("Nguyễn Văn An", "NGUYỄN VĂN AN")).name == "NGUYỄN VĂN AN"


@pytest.mark.parametrize(
    "other",
    [
        "https://dichvucong.gov.vn/?a=1|2|3|4|5|6|7|8",
        "001095000123|Nguyễn Văn An",
        AN.rpartition("|")[0],
        AN.replace("001095000123", "00109500012"),
        AN.replace("001095000123", "0010950001234"),
        AN.replace("001095000123", "00109500012x"),
        AN.replace("Nguyễn Văn An", ""),
        # a health insurance card: the name in hex, then a date where ours has the name
        "DN4010123456789|4e677579e1bb856e|15/03/1995|1|48c3a0|01 - 001|01/01/2026|-|01/01/2026|",
        "001095000123|4e677579e1bb856e|15/03/1995|1|48c3a0|01 - 001|01/01/2026|-|01/01/2026|",
        "",
        "|" * 30,
        "1" * 5000,
    ],
)
def test_other_codes_are_no_identity_card(other: str) -> None:
    assert read_citizen_card(other) is None


@pytest.mark.parametrize(
    ("wrong", "doubt"),
    [
        (AN.replace("001095", "003095"), CardDoubt.NUMBER_PLACE),
        (AN.replace("|Nam|", "|Nữ|"), CardDoubt.NUMBER_SEX),
        (AN.replace("15031995", "15031996"), CardDoubt.NUMBER_YEAR),
        (AN.replace("012345678", "12345678"), CardDoubt.OLD_NUMBER),
        (AN.replace("|Nam|", "|M|"), CardDoubt.SEX),
        (AN.replace("22042021", "99992021"), CardDoubt.ISSUED),
        (CHAU.replace("K12/5 Đường Mẫu, Nam Dương, Hải Châu, Đà Nẵng", ""), CardDoubt.ADDRESS),
    ],
)
def test_what_does_not_fit_is_doubted_and_not_changed(wrong: str, doubt: CardDoubt) -> None:
    assert read(wrong).doubts == (doubt,)


@pytest.mark.parametrize(
    "typed",
    [
        "048190004567||Tran Thi Minh Chau|20111990|Nu|K12/5 Duong Mau, Da Nang|09082022",
        "048190004567||Traanf Thij Chaau|20111990|Nuwx|K12/5 Dduwowngf Maaux|09082022",
    ],
)
def test_marks_lost_in_a_keyboard_reader_are_noticed(typed: str) -> None:
    card = read(typed)
    assert CardDoubt.MARKS_LOST in card.doubts
    assert card.sex is Sex.FEMALE


def test_every_invented_person_is_read_back() -> None:
    for seed in range(300):
        person = somebody(seed)
        card = read(person.payload)
        assert (card.number.number, card.name) == (person.number, person.name)
        assert (card.address, card.old_number or "") == (person.address, person.old_number)
        assert card.doubts == ()


@given(
    st.text(max_size=400) | st.lists(st.text(max_size=30), min_size=6, max_size=12).map("|".join)
)
def test_no_text_makes_it_stumble(text: str) -> None:
    card = read_citizen_card(text)
    assert card is None or (len(card.number.number) == 12 and card.name)


@given(st.lists(st.text(max_size=30), min_size=6, max_size=9))
def test_nothing_after_a_good_number_and_name_makes_it_stumble(fields: list[str]) -> None:
    card = read_citizen_card("|".join(["001095000123", "", "Mẫu", *fields]))
    assert card is not None
    assert card.number.number == "001095000123"
