"""Every procedure of the support points: complete, in the portal's order, dated, with sources."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.forms.answers import visible_fields, visible_slots
from appliance.core.forms.check import check_answers
from appliance.core.forms.condition import Condition
from appliance.core.forms.fields import (
    AddressField,
    ChoiceField,
    DateField,
    IdNumberField,
    IntegerField,
    PersonPart,
    PhoneField,
    YesNoField,
)
from appliance.core.forms.offer import is_meant, offers
from appliance.core.forms.procedure_facts import Confidence
from appliance.core.forms.shown import answers_in_portal_order
from appliance.procedures.reader import load_procedures
from appliance.procedures.wording import sentence

TODAY = date(2026, 11, 22)
SHIPPED = load_procedures()
EACH = pytest.mark.parametrize("procedure", SHIPPED.values(), ids=list(SHIPPED))
HOME = {"country": "VN", "province": "56", "commune": "22615", "detail": "Thôn Suối Mẫu"}

# What each form of the portal asks, in its order; only keys that were read.
PORTAL_ORDER = {
    "khai-tu": """citizenmoiquanhe citizenNDK_HoVaTen citizenNDK_SoDinhDanh citizenNDK_NgaySinh
        citizenGioitinh_NgdcKT citizenDantoc_NgdcKT citizenQuoctich_NgdcKT
        citizenLoaiGiaytotuythan_NgdcKT citizenSogiaytotuythan_NgdcKT citizenField19
        citizenNoicapgiaytotuythan_NgdcKT citizenField56 citizenGiomat citizenPhutmat
        citizenNDKLoaidangky citizenNDKLoaicutru citizenNDKnoicutru citizenNoichet
        citizenNguyennhanchet_NgdcKT citizenLoaigiaybaotu citizenSogiaybaotu_NgdcKT
        citizenNgaythangnamcapgiaybaotu citizenCoquancapgiaybaotu
        citizenSoluongbansaonguoiyeucaudenghi""",
    "trich-luc": """citizenQuanhe citizenField8 citizenNDK_SoDinhDanh citizenNDK_HoVaTen
        citizenNDK_NgaySinh citizenField13 citizenField32 citizenNDK_Noicutru
        citizenLoaiViecYeuCau citizenHoSo_CoQuanDangKy citizenTenGiayToHoTich citizencauhoi3
        citizencauhoi4 citizencauhoi5 citizenSoLuongBanSao""",
    "cai-chinh": """citizenNycNoicutru citizenQuanhevsngcaichinhhotich1 citizenMqhkhac
        citizenNDKHoTen citizenNDK_NgaySinh citizenViecDangKy citizenLoainghiepvu
        citizenTTNoidungdk citizenLydothaydoi citizenSoluongbansao""",
    "xac-nhan-hon-nhan": """HoVaTenC NgaySinhC SoDinhDanhC SoGiayToTuyThanC NgayCapDDC NoiCapDDC
        nycLoaiCuTru nycNoiCuTru quanhevoinguoiduocxacminh quanhekhac HoVaTenC1 NgaySinhC1
        GioiTinhC1 DanTocC1 QuocTichC1 SoDinhDanhC1 nxnLoaiCuTru nxnNoiCuTru TinhTrangHonNhanC1
        mucdich mucdichkhac SoLuong""",
    "lien-thong-khai-sinh": """Ho ChuDem Ten NgaySinh GioiTinh MaDanToc MaQuocTich NsMaQuocGia
        QqMaQuocGia MeHo MeChuDem MeTen MeNgaySinh MeSoGiayTo MeMaDanToc MeMaQuocTich MeLoaiCuTru
        MeDiaChi ChaHo ChaChuDem ChaTen ChaNgaySinh ChaSoGiayTo ChaMaDanToc ChaMaQuocTich
        ChaLoaiCuTru ChaDiaChi GiayCNKHSo GiayCNKHQuyenSo GiayCNKHNgayCap GiayCNKHNoiCap
        LoaiXacNhanVNeID DkttIsTtMe DkttChuHo DkttChuhoSoGiayTo DkttMaQuanHe NycSdt NycQuanHe
        CapBanSao BanSaoSoLuong""",
}


OTHER_ANSWERS = {
    YesNoField: True,
    AddressField: HOME,
    DateField: "05/03/2026",
    IdNumberField: "056085001234",
    PhoneField: "0900000123",
}


def some_answer(field, code_number=0):
    """Any answer the field takes, about nobody."""
    if isinstance(field, ChoiceField):
        return field.codes.codes[code_number].code
    if isinstance(field, IntegerField):
        return max(field.minimum, 1)
    return OTHER_ANSWERS.get(type(field), "Mẫu")


def test_all_ten_procedures_are_there_with_their_national_codes():
    assert {one.id: one.code for one in SHIPPED.values()} == {
        "khai-sinh": "1.001193",
        "ket-hon": "1.000894",
        "khai-tu": "1.000656",
        "xac-nhan-hon-nhan": "1.004873",
        "trich-luc": "2.000635",
        "lien-thong-khai-sinh": "3.000722",
        "lien-thong-khai-tu": "2.002913",
        "cai-chinh": "1.004859",
        "thuong-tru": "1.004222",
        "tam-tru": "1.004194",
    }


def test_an_older_code_still_finds_the_procedure():
    found = {
        code: [one.id for one in SHIPPED.values() if one.answers_to(code)]
        for code in ("2.000986", "2.002621", "2.001023", "2.002622", "1.004873.000.00.00.H14")
    }
    assert list(found.values()) == [
        *[["lien-thong-khai-sinh"]] * 3,
        ["lien-thong-khai-tu"],
        ["xac-nhan-hon-nhan"],
    ]


@pytest.mark.parametrize("procedure_id", PORTAL_ORDER)
def test_the_questions_stand_in_the_order_of_the_portal(procedure_id):
    fields = SHIPPED[procedure_id].fields.values()
    assert [f.portal for f in fields if f.portal] == PORTAL_ORDER[procedure_id].split()


def test_both_columns_of_the_marriage_form_ask_the_same_in_the_same_order():
    portal = [f.portal for f in SHIPPED["ket-hon"].fields.values() if f.portal]
    brides = [key.removesuffix("BenNu") for key in portal if key.endswith("BenNu")]
    grooms = [key.removesuffix("BenNam") for key in portal if key.endswith("BenNam")]
    assert brides == grooms
    assert brides[:3] == ["HoTen", "SoDinhDanh_", "LoaiGiayToDinhDanh_"]
    assert brides[-2:] == ["SoLanKetHon_", "LoaiTinhTrangHonNhan_"]


@EACH
def test_every_field_is_rendered_in_portal_order_once_its_conditions_hold(procedure, places):
    """Each field is reached by some answers, and what is shown keeps the file's order."""
    order = list(procedure.fields)
    reached: set[str] = set()
    answers = {key: some_answer(field) for key, field in procedure.fields.items()}
    variants = [answers]
    for field in procedure.fields.values():
        if isinstance(field, ChoiceField | YesNoField) and len(field.codes.codes) < 12:
            codes = [entry.code for entry in field.codes.codes]
            values = [code == "yes" for code in codes] if isinstance(field, YesNoField) else codes
            variants += [{**answers, field.key: value} for value in values]
    for variant in variants:
        shown = [
            row.field_key
            for section in answers_in_portal_order(procedure, variant, places)
            for row in section.rows
        ]
        assert shown == sorted(shown, key=order.index)
        assert shown == [field.key for field in visible_fields(procedure, variant)]
        reached |= set(shown)
    assert set(order) == reached


@EACH
def test_every_condition_on_a_field_shows_it_and_hides_it(procedure):
    for field in procedure.fields.values():
        if not isinstance(field.when, Condition):
            continue
        for clause in field.when.clauses:
            target = procedure.fields[clause.field]
            if isinstance(target, ChoiceField):
                known = [entry.code for entry in target.codes.codes]
                outcomes = {field.when.holds({clause.field: value}) for value in known}
                outcomes.add(field.when.holds({}))
                assert outcomes == {True, False}, field.key


@EACH
def test_every_paper_that_depends_on_an_answer_comes_and_goes(procedure):
    for slot in procedure.slots:
        if slot.when is None:
            continue
        outcomes = set()
        for number, field in itertools.product((0, -1), procedure.fields.values()):
            answers = {key: some_answer(one, number) for key, one in procedure.fields.items()}
            if isinstance(field, ChoiceField | YesNoField) and len(field.codes.codes) < 12:
                for entry in field.codes.codes:
                    value = entry.code == "yes" if isinstance(field, YesNoField) else entry.code
                    changed = {**answers, field.key: value}
                    outcomes.add(slot in visible_slots(procedure, changed))
        assert outcomes == {True, False}, slot.key


@EACH
def test_every_problem_of_an_empty_form_has_its_sentence(procedure, places):
    problems = check_answers(procedure, {}, TODAY, places)
    assert problems
    for problem in problems:
        assert re.match(r"[A-ZĐÁÀẢÃẠÂĂÊÔƠƯÝÍÚ0-9]", sentence(problem, procedure))
        assert sentence(problem, procedure).endswith(".")


@EACH
@given(seed=st.data())
def test_no_answer_of_any_kind_breaks_a_form(procedure, places, seed):
    odd = st.one_of(
        st.text(max_size=20), st.integers(), st.booleans(), st.just(HOME), st.just({"country": "X"})
    )
    answers = seed.draw(st.dictionaries(st.sampled_from(sorted(procedure.fields)), odd, max_size=8))
    for problem in check_answers(procedure, answers, TODAY, places):
        assert sentence(problem, procedure)
    visible_slots(procedure, answers)
    answers_in_portal_order(procedure, answers, places)


@EACH
def test_a_file_says_who_where_how_long_what_it_costs_and_what_it_refuses(procedure):
    assert procedure.valid_on(TODAY)
    assert procedure.valid_to is not None, "until when it may be used"
    assert procedure.summary
    assert procedure.result
    assert procedure.search
    assert procedure.sources
    assert procedure.refuses
    assert procedure.bring
    assert any(fee.valid_from <= TODAY for fee in procedure.fees)
    for refusal in procedure.refuses:
        assert refusal.why
        assert refusal.why.endswith(".")
        assert refusal.instead.endswith(".")


@EACH
def test_what_was_not_read_in_a_source_is_listed_for_the_office_to_confirm(procedure):
    facts = [fee.confidence for fee in procedure.fees]
    facts += [procedure.processing.confidence, procedure.processing.verified_confidence]
    if any(confidence is not Confidence.READ for confidence in facts):
        assert any(open_fact.confidence is Confidence.MEMORY for open_fact in procedure.to_confirm)
    assert procedure.to_confirm, "no form of the portal was read to its last key"


@EACH
def test_ethnicity_is_asked_and_never_assumed(procedure):
    for key, field in procedure.fields.items():
        if "ethnicity" in key:
            assert field.required is True
            assert field.default is None
            assert field.part is PersonPart.OTHER


@EACH
def test_a_day_that_a_birth_needs_whole_is_asked_whole(procedure):
    for key, field in procedure.fields.items():
        if key == "child_birth_date":
            assert not field.partial
        if field.part is PersonPart.DEATH_DATE:
            assert field.partial


def test_deadlines_and_three_o_clock_are_where_the_law_has_them():
    days = {one.id: one.deadline.days for one in SHIPPED.values() if one.deadline}
    assert days == {
        "khai-sinh": 60,
        "lien-thong-khai-sinh": 60,
        "khai-tu": 15,
        "lien-thong-khai-tu": 15,
    }
    same_day = {one.id for one in SHIPPED.values() if one.processing.working_days == 0}
    afternoon = {one.id for one in SHIPPED.values() if one.processing.next_day_after}
    assert same_day == afternoon == {"khai-sinh", "khai-tu", "ket-hon", "trich-luc"}


def test_the_calendar_doubts_the_wrong_kind_of_death_registration(places):
    khai_tu = SHIPPED["khai-tu"]

    def doubts(died, kind):
        answers = {"deceased_death_date": died, "deceased_registration_kind": kind}
        problems = check_answers(khai_tu, answers, TODAY, places)
        return [p.code for p in problems if p.field_key == "deceased_registration_kind"]

    assert doubts("10/11/2026", "1") == []
    assert doubts("01/11/2026", "1") == ["late-registration"]
    assert doubts("10/11/2026", "4") == ["not-late-registration"]
    assert doubts("1975", "5") == []
    assert doubts("1975", "1") == []  # a year alone says nothing about fifteen days


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("giay doc than", "xac-nhan-hon-nhan"),
        ("cuoi", "ket-hon"),
        ("chung tu", "khai-tu"),
        ("mai tang", "lien-thong-khai-tu"),
        ("mat giay khai sinh", "trich-luc"),
        ("sai ten", "cai-chinh"),
        ("nhap ho khau", "thuong-tru"),
        ("nha tro", "tam-tru"),
        ("em be", "khai-sinh"),
        ("bao hiem y te", "lien-thong-khai-sinh"),
    ],
)
def test_what_people_call_it_finds_the_procedure(asked, expected):
    found = [
        o.procedure_id for o in offers(SHIPPED.values(), TODAY) if is_meant(o.search_text, asked)
    ]
    assert expected in found


def texts_of(thing):
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        for key, value in thing.items():
            if key in {"label", "help", "title", "hint", "summary", "search", "who_files", "where",
                       "presence", "result", "why", "instead", "note", "fact", "called", "codes",
                       "fields", "sections", "slots", "bring", "fees", "refuses", "to_confirm",
                       "people", "processing"}:  # fmt: skip
                yield from texts_of(value)
    elif isinstance(thing, list):
        for value in thing:
            yield from texts_of(value)


# One syllable: optional onset, vowels, optional coda. English words and typing slips fall outside.
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?"
    r"[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?"
)
_FORMS = {"covid", "otp", "vneid", "ct", "kt", "bhyt", "gbt", "ubnd", "cp", "nq", "tt", "btc", "nđ"}


@EACH
def test_labels_are_spelled_with_vietnamese_syllables_and_one_mark_each(procedure):
    tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    plain = json.loads(procedure.model_dump_json())
    foreign = re.compile(r"quoc_(gia|tich)|dan_toc")
    for section in plain["sections"]:
        for field in section["fields"]:
            field.pop("countries", None)
            if foreign.search((field.get("codes") or {}).get("id", "")):
                field.pop("codes")
    for text in texts_of(plain):
        assert unicodedata.is_normalized("NFC", text)
        assert "  " not in text
        for word in re.findall(r"[^\W\d_]+", text):
            if word.isupper() or word.casefold() in _FORMS:
                continue
            apart = unicodedata.normalize("NFD", word.casefold())
            assert sum(sign in tones for sign in apart) <= 1, word
            bare = "".join(s for s in apart if not unicodedata.combining(s))
            assert _SYLLABLE.fullmatch(bare), f"{word!r} in {text!r}"


def test_the_list_of_what_is_done_elsewhere_is_composed_vietnamese():
    text = resources.files("appliance.procedures").joinpath("elsewhere_vi.toml").read_text("utf-8")
    assert unicodedata.is_normalized("NFC", text)


@EACH
def test_a_form_filled_in_with_ordinary_answers_has_no_error(procedure, places):
    answers = {key: some_answer(field) for key, field in procedure.fields.items()}
    problems = check_answers(procedure, answers, TODAY, places)
    assert [problem for problem in problems if problem.is_error] == []
