"""Every procedure of the point can be opened, filled in and looked over on the page."""

from __future__ import annotations

from html import unescape

import pytest

from appliance.core.forms.answers import visible_fields
from appliance.core.forms.fields import (
    AddressField,
    Answer,
    ChoiceField,
    DateField,
    FormField,
    IdNumberField,
    IntegerField,
    PhoneField,
    YesNoField,
)
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from tests.station_page.conftest import Browser, id_of, view_of
from web.station.form.filling import asked_topics

PROCEDURES = (
    "cai-chinh",
    "ket-hon",
    "khai-sinh",
    "khai-tu",
    "lien-thong-khai-sinh",
    "lien-thong-khai-tu",
    "tam-tru",
    "thuong-tru",
    "trich-luc",
    "xac-nhan-hon-nhan",
)
ORDINARY: dict[type, Answer] = {
    YesNoField: True,
    AddressField: {"country": "VN", "province": "56", "commune": "22615", "detail": "Thôn Mẫu"},
    DateField: "05/03/1990",
    IdNumberField: "056085001234",
    PhoneField: "0900000123",
}


def ordinary(field: FormField) -> Answer:
    """Any answer the field takes, about nobody; the last choice opens most boxes."""
    if isinstance(field, ChoiceField):
        return field.codes.codes[-1].code
    if isinstance(field, IntegerField):
        return max(field.minimum, 1)
    return ORDINARY.get(type(field), "Mẫu")


def test_the_point_offers_all_ten(browser: Browser, point: Point) -> None:
    text = unescape(browser.get("/dossiers/new").text)
    assert tuple(point.procedures) == PROCEDURES
    for procedure in point.procedures.values():
        assert procedure.title in text
        for refusal in procedure.refuses:
            assert refusal.title in text


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_a_procedure_can_be_opened_filled_in_and_looked_over(
    browser: Browser, point: Point, procedure_id: str
) -> None:
    browser.get("/dossiers/new")
    path = str(browser.post("/dossiers", procedure=procedure_id).location)
    procedure = view_of(point, path).procedure
    assert procedure.id == procedure_id
    for answers in ({}, {key: ordinary(field) for key, field in procedure.fields.items()}):
        dossiers.save_answers(point, id_of(path), answers)
        listed = unescape(browser.get(path).text)
        view = view_of(point, path)
        topics = asked_topics(view)
        for topic in topics:
            assert topic.title in listed
        pages = [unescape(browser.get(f"{path}/topics/{one.number}").text) for one in topics]
        for field in visible_fields(procedure, view.answers):
            assert any(field.label in page for page in pages)
        for slot in view.slots:
            assert all(slot.title in page for page in (listed, *pages))
    check = unescape(browser.get(f"{path}/check").text)
    for field in visible_fields(procedure, view_of(point, path).answers):
        assert field.label in check
