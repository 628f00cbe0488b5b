"""Birth registration as shipped: the portal's 24 rows, the law's dates, the code lists."""

from __future__ import annotations

import itertools
import re
import unicodedata
from datetime import date, time

import pytest

from appliance.core.forms.answers import visible_fields
from appliance.core.forms.fields import AddressField, ChoiceField
from appliance.core.forms.procedure import Procedure
from appliance.core.wire.manifest import RESERVED_SLOTS
from appliance.procedures.shelf import SHIPPED, Shelf

PORTAL_ORDER = [
    "citizenQuanhevoinguoiduockhaisinh",
    "citizenField62",
    "citizenLoaiDangKy",
    "citizenLoaikhaisinh_NgdcKS",
    "citizenHoVaTen_NgdcKS",
    "citizenNgaythangnamsinh_NgdcKS",
    "citizenGioitinh_NgdcKS",
    "citizenQuoctich_NgdcKS",
    "citizenDanToc_NgdcKS",
    "citizenNoisinhnks",
    "citizenQuequannks",
    "citizenNDK_HoVaTen",
    "citizenNDK_SoDinhDanh",
    "citizenNDK_NgaySinh",
    "citizenQuoctich_me",
    "citizenDanToc_me",
    "citizenLoaiGiaytotuythan_me",
    "citizenSoGiayToTuyThan_me",
    "citizenNgaythangnamcap__me",
    "citizenCoquancap_me",
    "citizenMeLoaicutru",
    "citizenMeNoicutru",
    "citizenNDK_HoVaTenCha",
    "citizenNDK_SoDinhDanhCha",
    "citizenNDK_NgaySinhCha",
    "citizenQuoctich_cha",
    "citizenDanToc_cha",
    "citizenField24",
    "citizenSoGiayToTuyThan_cha",
    "citizenNgaythangnamcap__cha",
    "citizenCoquancap_cha",
    "citizenChaLoaicutru",
    "citizenChaNoicutru",
    "citizenSoluongbansao",
]


def test_the_questions_stand_in_the_order_of_the_portal(khai_sinh):
    assert [f.portal for f in khai_sinh.fields.values() if f.portal] == PORTAL_ORDER


def test_who_asks_and_how_the_result_comes_are_asked_beside_the_portal_rows(khai_sinh):
    ours = [key for key, field in khai_sinh.fields.items() if not field.portal]
    assert {key.split("_")[0] for key in ours} == {"requester", "result", "post"}


def test_domestic_boxes_carry_the_portals_second_key(khai_sinh):
    found = {
        field.key: field.portal_domestic
        for field in khai_sinh.fields.values()
        if isinstance(field, AddressField) and field.portal
    }
    assert found == {
        "birth_place": "citizenNoisinhnks_TrongNuoc",
        "home_town": "citizenQuequannks_TrongNuoc",
        "mother_residence": "citizenMeNoicutru_TrongNuoc",
        "father_residence": "citizenChaNoicutru_TrongNuoc",
    }


def test_the_papers_are_the_portals_four_rows_and_cards_go_into_the_first(khai_sinh):
    assert [(slot.key, slot.portal_row) for slot in khai_sinh.slots] == [
        ("giay_chung_sinh", 1),
        ("mang_thai_ho", 2),
        ("bo_roi", 3),
        ("uy_quyen", 4),
        ("can_cuoc_me", 1),  # "everything else goes into the first row"
        ("can_cuoc_cha", 1),
    ]
    assert not {slot.key for slot in khai_sinh.slots} & RESERVED_SLOTS


def test_the_law_of_the_day_decides_whether_it_is_offered(khai_sinh):
    assert khai_sinh.valid_on(date(2026, 11, 21))
    assert khai_sinh.valid_on(date(2027, 2, 28))
    assert not khai_sinh.valid_on(date(2027, 3, 1))
    assert not khai_sinh.valid_on(date(2026, 1, 14))


def test_time_limits_and_fees_are_the_laws(khai_sinh):
    assert khai_sinh.deadline.days == 60
    assert khai_sinh.processing.working_days == 0
    assert khai_sinh.processing.next_day_after == time(15, 0)
    fees = [fee.amount_vnd for fee in khai_sinh.fees_on(date(2026, 11, 21))]
    assert fees == [0, None, 8000]
    assert list(khai_sinh.fees_on(date(2015, 12, 31))) == []


@pytest.mark.parametrize("code", ["1.001193", "1.001193.000.00.00.H32", " 1.001193 "])
def test_a_national_code_is_known_with_any_suffix(khai_sinh, code):
    assert khai_sinh.answers_to(code)
    assert not khai_sinh.answers_to("1.001194")


def test_only_a_mother_and_a_father_have_a_sex_by_their_role(khai_sinh):
    assert {p.key: p.sex for p in khai_sinh.people if p.sex} == {"mother": "2", "father": "1"}


@pytest.mark.parametrize(
    ("birth_kind", "asked"),
    [
        ("both_known", {"mother", "father"}),
        ("mother_unknown", {"father"}),
        ("father_unknown", {"mother"}),
        ("both_unknown", set()),
        ("abandoned", set()),
    ],
)
def test_only_known_parents_are_asked_about(khai_sinh, birth_kind, asked):
    shown = visible_fields(khai_sinh, {"birth_kind": birth_kind})
    assert {f.person for f in shown} & {"mother", "father"} == asked


def test_a_procedure_is_frozen_and_can_be_a_key(khai_sinh):
    assert {khai_sinh: 1}[khai_sinh] == 1
    with pytest.raises(ValueError, match="frozen"):
        khai_sinh.title = "Khác"


def test_a_procedure_survives_the_wire(khai_sinh):
    assert Procedure.model_validate_json(khai_sinh.model_dump_json()) == khai_sinh


def test_there_are_56_codes_of_peoples_without_a_gap(khai_sinh):
    codes = khai_sinh.fields["child_ethnicity"].codes
    assert [entry.code for entry in codes.codes] == [f"{number:02}" for number in range(1, 57)]
    assert len({entry.label for entry in codes.codes}) == 56
    assert [codes.label_of(c) for c in ("01", "16", "21", "54", "55", "56")] == [
        "Kinh",
        "Cơ-ho",
        "Ra-glai",
        "Rơ măm",
        "Người nước ngoài",
        "Không rõ",
    ]


def test_the_lists_of_the_portal_keep_its_codes(khai_sinh):
    kinds = khai_sinh.fields["mother_document_kind"].codes
    assert [entry.code for entry in kinds.codes] == [str(number) for number in range(2, 11)]
    assert kinds.label_of("5") == "Căn cước công dân"
    assert khai_sinh.fields["child_sex"].codes.label_of("2") == "Nữ"
    residence = khai_sinh.fields["father_residence_kind"].codes
    assert [entry.label for entry in residence.codes] == [
        "Thường trú",
        "Tạm trú",
        "Nơi ở hiện tại",
    ]


def test_vietnam_comes_first_among_countries_and_nationalities(khai_sinh):
    countries = khai_sinh.fields["birth_place"].countries
    nations = khai_sinh.fields["child_nationality"].codes
    assert countries.codes[0].code == nations.codes[0].code == "VN"
    assert {c.code for c in nations.codes} - {c.code for c in countries.codes} == {"stateless"}


def test_every_shipped_list_can_be_read():
    shelf = Shelf((SHIPPED,))
    for path in sorted((SHIPPED / "lists").glob("*.yaml")):
        assert shelf.code_list(path.stem, None).codes, path
    assert shelf.mistakes == []


def test_every_choice_of_the_form_has_a_list_with_its_source_and_date(khai_sinh):
    for field in khai_sinh.fields.values():
        if isinstance(field, ChoiceField):
            assert field.codes.source
            assert field.codes.valid_from <= khai_sinh.valid_from


def test_every_text_a_person_reads_is_composed_vietnamese(khai_sinh):
    texts = [field.label for field in khai_sinh.fields.values()]
    texts += [field.help for field in khai_sinh.fields.values() if field.help]
    texts += list(itertools.chain(*[(s.title, s.hint or "") for s in khai_sinh.slots]))
    for text in texts:
        assert unicodedata.is_normalized("NFC", text)
        assert not re.search(r"[{}]", text), text
    assert khai_sinh.fields["mother_name"].label == "Họ, chữ đệm, tên người mẹ"
    assert khai_sinh.fields["father_name"].label == "Họ, chữ đệm, tên người cha"
