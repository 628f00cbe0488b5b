"""A scanned identity card fills the form: proposals only, nothing typed is overwritten."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.cards.citizen_card import CardDoubt, read_citizen_card
from appliance.core.cards.fill import Trust, fill_from_card, likely_people
from appliance.core.cards.provenance import Provenance, paper_values, provenance
from appliance.core.forms.check import check_answers
from appliance.core.forms.fields import PersonPart
from appliance.core.forms.same_person import answers_to_copy, same_people
from appliance.procedures.reader import load_procedures

SHIPPED = load_procedures()
AN = (
    "001095000123|012345678|Nguyễn Văn An|15031995|Nam"
    "|Số 12 ngõ 5 phố Thử Nghiệm, Trúc Bạch, Ba Đình, Hà Nội|22042021"
)
CHAU = (
    "048190004567||Trần Thị Minh Châu|20111990|Nữ|K12/5 Đường Mẫu, Nam Dương, Hải Châu, Đà Nẵng"
    "|09082022"
)
MAU = (
    "056070001234|225123456|Cao Văn Mẫu|01011970|Nam"
    "|Thôn Suối Mẫu, Bắc Khánh Vĩnh, Khánh Hòa|05032026"
)
NGOC = (
    "079304001122||Lê Hoàng Bảo Ngọc|09092004|Nữ|Số 3 Đường Thử, Gò Vấp, Hồ Chí Minh|15082025||||"
)
THU = "042149000777|183000777|Phan Thị Thử|00001949|Nữ|Tổ 3, Nam Hà, Hà Tĩnh, Hà Tĩnh|01062021"
PARTED = "001095000123||Nguyễn Văn An|15031995|Nam|Tổ 3, Cống Vị, Ba Đình, Hà Nội|22042021"
WORN = "048190004567||Tran Thi Minh Chau|20111990|Nu|K12/5, Nam Duong, Hai Chau, Da Nang|09082022"
CARDS = [AN, CHAU, MAU, NGOC, THU, PARTED, WORN]


@pytest.fixture
def fill(places, former):
    def filled(payload, procedure_id="khai-sinh", person="mother", **answers):
        card = read_citizen_card(payload)
        return fill_from_card(SHIPPED[procedure_id], person, card, answers, places, former)

    return filled


def test_a_mans_card_beside_a_mother_is_doubted_before_it_fills_anything(fill):
    assert CardDoubt.A_MANS in fill(AN, birth_kind="both_known").doubts
    assert CardDoubt.A_WOMANS in fill(CHAU, person="father", birth_kind="both_known").doubts
    assert fill(CHAU, birth_kind="both_known").doubts == ()
    assert fill(AN, person="requester").doubts == ()  # who asks may be either
    as_mother = fill(AN, person="requester", birth_kind="both_known", relation="mother")
    assert CardDoubt.A_MANS in as_mother.doubts


def values(filled):
    return {proposal.field_key: proposal.value for proposal in filled.proposals}


def test_a_chip_card_fills_the_mothers_section(fill):
    filled = fill(CHAU, birth_kind="both_known")
    assert values(filled) == {
        "mother_name": "Trần Thị Minh Châu",
        "mother_id_number": "048190004567",
        "mother_birth_date": "20/11/1990",
        "mother_document_kind": "5",
        "mother_document_number": "048190004567",
        "mother_document_date": "09/08/2022",
        "mother_document_issuer": "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
        "mother_residence_kind": "1",
        "mother_residence": {
            "country": "VN",
            "province": "48",
            "commune": "20242",
            "detail": "K12/5 Đường Mẫu, Nam Dương (cũ)",
        },
    }
    trust = {proposal.field_key: proposal.trust for proposal in filled.proposals}
    assert trust["mother_name"] is trust["mother_document_date"] is Trust.READ
    assert trust["mother_document_issuer"] is trust["mother_residence"] is Trust.WORKED_OUT


def test_a_new_card_is_from_the_ministry_and_says_nothing_about_permanent_residence(fill):
    found = values(fill(NGOC, birth_kind="both_known"))
    assert found["mother_document_kind"] == "9"
    assert found["mother_document_issuer"] == "Bộ Công an"
    assert "mother_residence_kind" not in found
    assert found["mother_residence"]["commune"] == "26884"


@pytest.mark.parametrize("procedure", SHIPPED.values(), ids=list(SHIPPED))
@pytest.mark.parametrize("payload", CARDS)
def test_no_card_fills_ethnicity_and_every_value_suits_its_field(
    procedure, payload, places, former
):
    card = read_citizen_card(payload)
    for person in procedure.people:
        filled = fill_from_card(procedure, person.key, card, {}, places, former)
        answers = filled.taken({}, values(filled))
        assert not [key for key in answers if "ethnicity" in key]
        for key in answers:
            assert procedure.fields[key].part is not PersonPart.OTHER
        problems = check_answers(procedure, answers, date(2026, 11, 22), places)
        wrong = {p.field_key: p.code for p in problems if p.is_error and p.code != "missing"}
        assert wrong == {}


def test_a_typed_answer_stays_until_a_person_agrees(fill):
    filled = fill(CHAU, birth_kind="both_known", mother_name="Trần Minh Châu")
    (name,) = [p for p in filled.proposals if p.field_key == "mother_name"]
    assert (name.value, name.typed, name.needs_a_person) == (
        "Trần Thị Minh Châu",
        "Trần Minh Châu",
        True,
    )
    typed = {"birth_kind": "both_known", "mother_name": "Trần Minh Châu"}
    assert filled.taken(typed, {})["mother_name"] == "Trần Minh Châu"
    assert filled.taken(typed, {})["mother_id_number"] == "048190004567"
    assert filled.taken(typed, {"mother_name": name.value})["mother_name"] == "Trần Thị Minh Châu"


def test_what_a_person_agrees_to_reaches_only_fields_of_the_card(fill):
    assert "child_name" not in fill(CHAU).taken({}, {"child_name": "Ai đó"})


def test_what_the_form_says_already_is_not_proposed_again(fill):
    filled = fill(CHAU, birth_kind="both_known", mother_name="TRẦN THỊ MINH CHÂU")
    assert "mother_name" not in values(filled)
    once = filled.taken({"birth_kind": "both_known"}, {})
    assert "mother_id_number" not in values(fill(CHAU, **once))


def test_the_mothers_card_fills_who_asks_too_when_the_mother_asks(fill):
    found = values(fill(CHAU, birth_kind="both_known", relation="mother"))
    assert found["requester_name"] == found["mother_name"] == "Trần Thị Minh Châu"
    assert "requester_name" not in values(fill(CHAU, birth_kind="both_known", relation="father"))
    again = values(fill(CHAU, person="requester", birth_kind="both_known", relation="mother"))
    assert again == found


def test_a_parent_who_is_not_asked_about_gets_nothing(fill):
    assert values(fill(CHAU, birth_kind="mother_unknown")) == {}


def test_a_year_alone_is_kept_where_the_form_takes_it_and_left_out_where_not(fill):
    filled = fill(THU, "khai-tu", "deceased")
    assert values(filled)["deceased_birth_date"] == "1949"
    assert CardDoubt.BIRTH in filled.doubts
    assert values(filled)["deceased_residence"]["detail"] == "Tổ 3, Phường Nam Hà (cũ)"


def test_an_old_ward_that_was_parted_waits_for_a_choice(fill):
    filled = fill(PARTED, "khai-tu", "deceased")
    (home,) = [p for p in filled.proposals if p.field_key == "deceased_residence"]
    assert home.needs_a_person
    assert [way["commune"] for way in home.choices] == ["00008", "00025"]
    assert "deceased_residence" not in filled.taken({}, {})
    chosen = filled.taken({}, {"deceased_residence": home.choices[1]})
    assert chosen["deceased_residence"]["commune"] == "00025"


def test_a_card_without_its_marks_fills_numbers_and_dates_only(fill):
    filled = fill(WORN, birth_kind="both_known")
    taken = filled.taken({}, {})
    assert taken["mother_id_number"] == "048190004567"
    assert "mother_name" not in taken
    assert "mother_residence" not in taken
    assert values(filled)["mother_name"] == "Tran Thi Minh Chau"  # there to be put right


def test_a_name_is_parted_for_the_form_that_wants_three_boxes(fill):
    filled = fill(NGOC, "lien-thong-khai-sinh", "mother")
    found = values(filled)
    assert (
        found["mother_surname"],
        found["mother_middle_name"],
        found["mother_given_name"],
    ) == ("Lê", "Hoàng Bảo", "Ngọc")
    trust = {proposal.field_key: proposal.trust for proposal in filled.proposals}
    assert trust["mother_surname"] is Trust.WORKED_OUT


def people(procedure_id, payload, slot=None, **answers):
    card = read_citizen_card(payload)
    return [p.key for p in likely_people(SHIPPED[procedure_id], answers, card, slot)]


def test_whose_card_it_is_follows_from_the_slot():
    assert people("khai-sinh", CHAU, "can_cuoc_me", birth_kind="both_known") == ["mother"]
    assert people("ket-hon", MAU, "can_cuoc_ben_nam") == ["groom"]


def test_a_sex_rules_out_who_it_cannot_be():
    both = {"birth_kind": "both_known"}
    assert people("khai-sinh", CHAU, **both) == ["requester", "mother"]
    assert people("khai-sinh", MAU, **both) == ["requester", "father"]
    assert people("ket-hon", MAU) == ["groom"]
    assert people("ket-hon", CHAU) == ["bride"]


def test_a_number_in_the_form_says_whose_card_it_is():
    found = people("khai-sinh", CHAU, birth_kind="both_known", mother_id_number="048190004567")
    assert found == ["mother"]


def test_a_name_in_the_form_comes_first_and_one_human_is_asked_about_once():
    both = {"birth_kind": "both_known"}
    assert people("khai-sinh", CHAU, **both, mother_name="trần thị minh châu")[0] == "mother"
    assert people("khai-sinh", CHAU, **both, relation="mother") == ["requester"]
    assert people("xac-nhan-hon-nhan", AN, relation="1") == ["requester"]


def test_when_nobody_is_possible_everybody_is_asked_about():
    taken = {"birth_kind": "both_known", "requester_id_number": "079304001122",
             "mother_id_number": "079304001122", "father_id_number": "056070001234"}  # fmt: skip
    assert people("khai-sinh", CHAU, **taken) == ["requester", "mother", "father"]


def marks(answers, *payloads, places, former):
    cards = [read_citizen_card(payload) for payload in payloads]
    paper = paper_values(SHIPPED["khai-sinh"], answers, cards, places, former)
    return {key: provenance(key, answers, paper, {}) for key in answers}


def test_an_answer_is_marked_as_from_paper_until_somebody_changes_it(fill, places, former):
    start = {"birth_kind": "both_known", "copies": 0, "child_name": " "}
    answers = fill(CHAU, **start).taken(start, {})
    found = marks(answers, CHAU, places=places, former=former)
    assert found["mother_name"] is found["mother_residence"] is Provenance.PAPER
    assert found["birth_kind"] is found["copies"] is Provenance.TYPED
    assert found["child_name"] is Provenance.MISSING
    changed = {**answers, "mother_name": "Trần Minh Châu"}
    found = marks(changed, CHAU, places=places, former=former)
    assert found["mother_name"] is Provenance.TYPED
    assert found["mother_birth_date"] is Provenance.PAPER


def test_without_the_card_or_with_another_number_nothing_is_from_paper(fill, places, former):
    start = {"birth_kind": "both_known"}
    answers = fill(CHAU, **start).taken(start, {})
    assert Provenance.PAPER not in marks(answers, places=places, former=former).values()
    assert Provenance.PAPER not in marks(answers, MAU, places=places, former=former).values()


def test_a_chosen_address_is_from_paper_too(fill, places, former):
    start = {"birth_kind": "both_known"}
    filled = fill(PARTED, person="father", **start)
    (home,) = [p for p in filled.proposals if p.field_key == "father_residence"]
    answers = filled.taken(start, {"father_residence": home.choices[1]})
    found = marks(answers, PARTED, places=places, former=former)
    assert found["father_residence"] is Provenance.PAPER


def test_what_was_typed_about_who_asks_is_offered_for_the_same_human():
    procedure = SHIPPED["xac-nhan-hon-nhan"]
    answers = {"relation": "1", "requester_name": "Nguyễn Văn An", "subject_name": ""}
    assert same_people(procedure, answers, "requester") == ("requester", "subject")
    assert answers_to_copy(procedure, answers) == {"subject_name": "Nguyễn Văn An"}
    assert answers_to_copy(procedure, {**answers, "subject_name": "Khác"}) == {}
    assert answers_to_copy(procedure, {**answers, "relation": "2"}) == {}


FIELD = st.text(st.characters(exclude_characters="|"), max_size=30)


@given(
    number=st.from_regex(r"[0-9]{12}", fullmatch=True),
    name=FIELD,
    born=st.one_of(FIELD, st.from_regex(r"[0-9]{8}", fullmatch=True)),
    sex=st.sampled_from(["Nam", "Nữ", "nu", "", "X"]),
    address=FIELD,
    issued=st.one_of(FIELD, st.from_regex(r"[0-9]{8}", fullmatch=True)),
    more=st.lists(FIELD, max_size=5),
    procedure=st.sampled_from(sorted(SHIPPED)),
)
def test_no_payload_breaks_the_filling_or_fills_what_the_form_refuses(
    places, former, number, name, born, sex, address, issued, more, procedure
):
    card = read_citizen_card("|".join([number, "", name, born, sex, address, issued, *more]))
    if card is None:
        return
    for person in SHIPPED[procedure].people:
        filled = fill_from_card(SHIPPED[procedure], person.key, card, {}, places, former)
        taken = filled.taken({}, {})
        problems = check_answers(SHIPPED[procedure], taken, date(2026, 11, 22), places)
        for problem in problems:
            if problem.field_key in taken and problem.is_error:
                assert problem.code in {"date-in-future", "too-long"}, problem


@pytest.mark.parametrize(
    "payload",
    [
        "https://dichvucong.gov.vn/p/home?x=1|2|3|4|5|6|7",
        "001095000123|Nguyễn Văn An",
        "00109500012||Nguyễn Văn An|15031995|Nam|Trúc Bạch, Ba Đình, Hà Nội|22042021",
        "DN4010112345678|4e67757965e1bb856e|15/03/1995|1|48|20242|01/01/2026|-|01/01/2026",
    ],
)
def test_another_code_fills_nothing(payload):
    assert read_citizen_card(payload) is None
