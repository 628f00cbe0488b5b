"""The address of an identity card becomes today's units; the old ward stays in the detail."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.cards.address import HomeAddress, read_address
from appliance.core.forms.place_words import place_key, spelling, without_kind

OLD, NEW = date(2021, 4, 22), date(2026, 3, 5)


@pytest.fixture
def read(places, former):
    def ways(text, issued=OLD):
        return read_address(text, issued, places, former)

    return ways


@pytest.mark.parametrize(
    ("text", "issued", "province", "commune", "detail"),
    [
        # the five samples of the facts, three old cards and two new ones
        (
            "Số 12 ngõ 5 phố Thử Nghiệm, Trúc Bạch, Ba Đình, Hà Nội",
            OLD,
            "01",
            "00004",
            "Số 12 ngõ 5 phố Thử Nghiệm, Phường Trúc Bạch (cũ)",
        ),
        (
            "K12/5 Đường Mẫu, Nam Dương, Hải Châu, Đà Nẵng",
            date(2022, 8, 9),
            "48",
            "20242",
            "K12/5 Đường Mẫu, Nam Dương (cũ)",
        ),
        ("Thôn Suối Mẫu, Bắc Khánh Vĩnh, Khánh Hòa", NEW, "56", "22615", "Thôn Suối Mẫu"),
        ("Số 3 Đường Thử, Gò Vấp, Hồ Chí Minh", NEW, "79", "26884", "Số 3 Đường Thử"),
        ("Tổ 3, Nam Hà, Hà Tĩnh, Hà Tĩnh", OLD, "42", "18073", "Tổ 3, Phường Nam Hà (cũ)"),
        # as people write them
        ("Tổ 3, P. Trúc Bạch, Q. Ba Đình, TP. Hà Nội", OLD, "01", "00004",
         "Tổ 3, Phường Trúc Bạch (cũ)"),
        ("Ấp 1, Phường 10, Gò Vấp, TP.HCM, Việt Nam", OLD, "79", "26884", "Ấp 1, Phường 10 (cũ)"),
        ("Ấp 1, Phường 01, Quận Gò Vấp, Hồ Chí Minh", OLD, "79", "26890", "Ấp 1, Phường 1 (cũ)"),
        ("To 3, Truc Bach, Ba Dinh, Ha Noi", OLD, "01", "00004", "To 3, Phường Trúc Bạch (cũ)"),
        ("TRÚC BẠCH, BA ĐÌNH, HÀ NỘI", OLD, "01", "00004", "Phường Trúc Bạch (cũ)"),
        # the sign between two levels was lost
        ("Tổ 3, Bắc Khánh Vĩnh Khánh Hòa", NEW, "56", "22615", "Tổ 3"),
        ("Tổ 3, Hải ChâuĐà Nẵng", NEW, "48", "20242", "Tổ 3"),
        ("Tổ 3, Trúc Bạch Ba Đình, Hà Nội", OLD, "01", "00004", "Tổ 3, Phường Trúc Bạch (cũ)"),
        # an island had no wards
        ("Khu 5, Côn Đảo, Bà Rịa - Vũng Tàu", OLD, "79", "26732", "Khu 5"),
        # a district of long ago
        ("Số 1, Hiệp Phú, Quận 9, Hồ Chí Minh", OLD, "79", "26842", "Số 1, Phường Hiệp Phú (cũ)"),
        # names of provinces as older cards have them
        ("Tổ 3, Phú Bài, Hương Thủy, Thừa Thiên Huế", OLD, "46", "19960", "Tổ 3"),
        # a new card whose text still has three levels
        ("Tổ 3, Nam Hà, Hà Tĩnh, Hà Tĩnh", NEW, "42", "18073", "Tổ 3, Phường Nam Hà (cũ)"),
    ],
)  # fmt: skip
def test_an_address_is_read_in_one_sure_way(read, places, text, issued, province, commune, detail):
    (way,) = read(text, issued)
    assert way.sure
    assert (way.province, way.commune, way.detail) == (province, commune, detail)
    assert places.commune_name(commune, province)


def test_a_commune_that_kept_its_name_is_not_repeated_in_the_detail(read):
    (way,) = read("Tổ 2, Côn Đảo, Bà Rịa - Vũng Tàu")
    assert way == HomeAddress("79", "26732", "Tổ 2")


def test_a_ward_that_was_parted_is_a_choice_with_the_largest_share_first(read, places):
    ways = read("Tổ 3, Cống Vị, Ba Đình, Hà Nội")
    assert [places.commune_name(way.commune, "01") for way in ways] == [
        "Phường Ngọc Hà",
        "Phường Giảng Võ",
    ]
    assert {way.detail for way in ways} == {"Tổ 3, Phường Cống Vị (cũ)"}


def test_the_mark_decides_between_two_names_that_differ_in_nothing_else(read):
    town, commune = read("Ba Tơ, Ba Tơ, Quảng Ngãi"), read("Ba Tô, Ba Tơ, Quảng Ngãi")
    assert town[0].commune != commune[0].commune
    assert [way.former for way in commune] == [""]  # Xã Ba Tô is still there
    unmarked_ways = read("Ba To, Ba To, Quang Ngai")  # without marks a person chooses
    assert {way.commune for way in unmarked_ways} == {town[0].commune, commune[0].commune}


def test_an_old_card_with_an_unknown_ward_is_never_sure_of_a_commune_named_like_its_district(read):
    ways = read("Tổ 3, Phường Không Có, Ba Đình, Hà Nội")
    assert not any(way.sure for way in ways if way.commune)


def test_the_day_of_issue_decides_between_a_district_and_a_commune_of_one_name(read, places):
    text = "Trúc Bạch, Ba Đình, Hà Nội"
    (old,), (new,) = read(text, OLD), read(text, NEW)
    assert old.detail == "Phường Trúc Bạch (cũ)"
    assert new.detail == "Trúc Bạch"
    assert old.commune == new.commune == "00004"


def test_a_new_card_that_can_be_read_both_ways_is_a_choice(read, places):
    ways = read("Tổ 3, Khánh Đông, Khánh Vĩnh, Khánh Hòa", NEW)
    assert [(places.commune_name(way.commune, "56"), way.detail) for way in ways] == [
        ("Xã Khánh Vĩnh", "Tổ 3, Khánh Đông"),
        ("Xã Bắc Khánh Vĩnh", "Tổ 3, Xã Khánh Đông (cũ)"),
    ]


@pytest.mark.parametrize("text", ["", "  ", ",", " , , "])
def test_no_address_is_no_way(read, text):
    assert read(text) == ()


def test_what_cannot_be_placed_stays_whole_in_the_detail(read):
    assert read("Nhà sàn bên suối") == (HomeAddress("", "", "Nhà sàn bên suối"),)
    assert read("Bản Lạ, Nơi Khác, Khánh Hòa") == (HomeAddress("56", "", "Bản Lạ, Nơi Khác"),)


def test_every_old_ward_of_every_province_is_found_by_its_full_address(places, former):
    """The whole table, read back through the reader: 10 040 wards, none lost on the way."""
    seen = 0
    for old_province in OLD_PROVINCES:
        wards = former.wards_of(old_province)
        seen += len(wards)
        for ward in wards[:: max(1, len(wards) // 6)]:
            levels = (ward.name,) if ward.name == ward.district else (ward.name, ward.district)
            ways = read_address(", ".join(("Tổ 1", *levels, old_province)), OLD, places, former)
            assert {way.commune for way in ways} == set(ward.communes), (old_province, ward)
            assert all(way.detail.startswith("Tổ 1") for way in ways)
    assert seen == 10_040


def test_every_commune_an_old_ward_went_to_exists_today(places, former):
    reached = set()
    parted = 0
    for old_province in OLD_PROVINCES:
        for ward in former.wards_of(old_province):
            assert ward.communes
            assert unicodedata.is_normalized("NFC", ward.name)
            parted += len(ward.communes) > 1
            for commune in ward.communes:
                assert places.commune_name(commune, ward.province), ward
                reached.add(commune)
    assert parted == 471
    assert len(reached) == 3321  # every commune of today has a past


@given(st.text(max_size=60))
def test_no_text_is_lost_or_breaks_the_reader(places, former, text):
    for way in read_address(text, None, places, former):
        if not way.commune:
            assert set(way.detail) <= set(unicodedata.normalize("NFC", text)) | set(" ,")


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Phường Trúc Bạch", "Trúc Bạch"),
        ("TP.HCM", "HCM"),
        ("P.10", "10"),
        ("Quan Hóa", "Quan Hóa"),
        ("Phương Liên", "Phương Liên"),
        ("Thị trấn", "Thị trấn"),
        ("TP.", "TP."),
        ("Xã Xa Dung", "Xa Dung"),
    ],
)
def test_only_a_kind_is_taken_off_a_name(name, bare):
    assert without_kind(name) == bare


def test_where_a_tone_mark_is_set_does_not_count_and_which_one_does():
    assert spelling("Xã Hòa Bình") == spelling("Hoà Bình")
    assert spelling("Ba Tơ") != spelling("Ba Tô")
    assert place_key("Phường 01") == place_key("phường 1")


OLD_PROVINCES = """Hà Nội · Hà Giang · Cao Bằng · Bắc Kạn · Tuyên Quang · Lào Cai · Điện Biên
 · Lai Châu · Sơn La · Yên Bái · Hòa Bình · Thái Nguyên · Lạng Sơn · Quảng Ninh · Bắc Giang
 · Phú Thọ · Vĩnh Phúc · Bắc Ninh · Hải Dương · Hải Phòng · Hưng Yên · Thái Bình · Hà Nam · Nam Định
 · Ninh Bình · Thanh Hóa · Nghệ An · Hà Tĩnh · Quảng Bình · Quảng Trị · Huế · Đà Nẵng · Quảng Nam
 · Quảng Ngãi · Bình Định · Phú Yên · Khánh Hòa · Ninh Thuận · Bình Thuận · Kon Tum · Gia Lai
 · Đắk Lắk · Đắk Nông · Lâm Đồng · Bình Phước · Tây Ninh · Bình Dương · Đồng Nai
 · Bà Rịa - Vũng Tàu · Hồ Chí Minh · Long An · Tiền Giang · Bến Tre · Trà Vinh · Vĩnh Long
 · Đồng Tháp · An Giang · Kiên Giang · Cần Thơ · Hậu Giang · Sóc Trăng · Bạc Liêu · Cà Mau"""
OLD_PROVINCES = [" ".join(name.split()) for name in OLD_PROVINCES.split("·")]
