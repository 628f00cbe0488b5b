"""Ages, death and birth, two numbers for one human: doubts to look at, never errors."""

from __future__ import annotations

from datetime import date

import pytest

from appliance.core.forms.check import check_answers
from appliance.procedures.reader import load_procedures
from appliance.procedures.wording import sentence

SHIPPED = load_procedures()
TODAY = date(2026, 11, 22)


@pytest.fixture
def doubts(places):
    def found(procedure_id, *, about, **answers):
        procedure = SHIPPED[procedure_id]
        problems = check_answers(procedure, answers, TODAY, places)
        of_field = [p for p in problems if p.field_key == about and p.code != "missing"]
        assert not any(problem.is_error for problem in of_field)
        return [sentence(problem, procedure) for problem in of_field]

    return found


@pytest.mark.parametrize(
    ("born", "doubted"),
    [
        ("22/11/2008", False),
        ("23/11/2008", True),
        ("12/2008", True),
        ("2008", False),  # she may have turned 18 already
        ("2009", True),
        ("1990", False),
    ],
)
def test_a_bride_below_eighteen_is_doubted(doubts, born, doubted):
    told = doubts("ket-hon", about="bride_birth_date", bride_birth_date=born)
    assert bool(told) is doubted
    assert all("bên nữ chưa đủ 18 tuổi" in text for text in told)


def test_a_groom_must_be_twenty(doubts):
    for born, doubted in (("22/11/2006", False), ("23/11/2006", True)):
        told = doubts("ket-hon", about="groom_birth_date", groom_birth_date=born)
        assert bool(told) is doubted


@pytest.mark.parametrize(
    ("born", "doubted"), [("23/11/2020", False), ("22/11/2020", True), ("01/11/2026", False)]
)
def test_a_child_of_six_is_pointed_to_another_procedure(doubts, born, doubted):
    told = doubts("lien-thong-khai-sinh", about="child_birth_date", child_birth_date=born)
    assert bool(told) is doubted


@pytest.mark.parametrize(
    ("born", "died", "doubted"),
    [
        ("01/02/1949", "31/01/1949", True),
        ("01/02/1949", "01/02/1949", False),
        ("1949", "1948", True),
        ("1949", "01/01/1949", False),  # nobody knows
        ("05/1949", "20/11/2026", False),
    ],
)
def test_a_death_before_the_birth_is_doubted(doubts, born, died, doubted):
    told = doubts(
        "khai-tu",
        about="deceased_death_date",
        deceased_birth_date=born,
        deceased_death_date=died,
    )
    assert bool(told) is doubted


@pytest.mark.parametrize(
    ("kind", "number", "doubted"),
    [
        ("5", "048190004568", True),  # one digit off on a card that bears the number itself
        ("9", "048190004567", False),
        ("5", "048 190 004 567", False),  # as it is printed
        ("8", "048190004568", True),  # twelve digits are an identity number, whatever it is called
        ("2", "012345678", False),  # the old paper has a number of its own
        ("6", "P00012345", False),
    ],
)
def test_a_card_with_another_number_than_its_owners_is_doubted(doubts, kind, number, doubted):
    told = doubts(
        "khai-sinh",
        about="mother_document_number",
        birth_kind="both_known",
        mother_id_number="048190004567",
        mother_document_kind=kind,
        mother_document_number=number,
    )
    assert bool(told) is doubted
    assert all("khác với ô “Số định danh người mẹ”" in text for text in told)


def test_two_numbers_for_one_human_are_doubted(doubts):
    numbers = {"requester_id_number": "048190004567", "mother_id_number": "048190004568"}
    both = {"birth_kind": "both_known", **numbers}
    (told,) = doubts("khai-sinh", about="mother_id_number", relation="mother", **both)
    assert "khác với ô “Số định danh người yêu cầu”" in told
    assert doubts("khai-sinh", about="mother_id_number", relation="father", **both) == []
