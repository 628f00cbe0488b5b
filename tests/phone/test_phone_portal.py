"""What a phone is given to fill in the National Portal by its own hand."""

from __future__ import annotations

from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.pretend.sample_answers import sample_answers
from appliance.store.people.volunteers import Volunteer
from tests.phone.conftest import Phone, code_on
from tests.station_page.conftest import Browser, id_of, view_of


def test_the_copy_holds_every_value_in_the_portals_order_after_the_traps(
    phone: Phone, point: Point, dossier: str
) -> None:
    view = view_of(point, dossier)
    dossiers.save_answers(point, id_of(dossier), sample_answers("khai-sinh", point.today()))
    page = phone.get("/phone/portal").text
    assert page.index("Những chỗ dễ sai") < page.index("Bản chép")
    labels = [field.label for field in view.procedure.fields.values() if f">{field.label}" in page]
    places = [page.index(f">{label}") for label in dict.fromkeys(labels)]
    assert len(places) > 15
    assert "chọn trước tiên" in page
    assert "Tờ khai điện tử do Cổng tự tạo" in page


def test_who_filled_hardly_anything_is_led_to_the_form_before_the_portal(
    phone: Phone, point: Point, dossier: str
) -> None:
    page = phone.get("/phone/portal").text
    assert page.index("Điền tờ khai trước") < page.index("Những chỗ dễ sai")
    assert 'href="/phone/form"' in page.partition("Những chỗ dễ sai")[0]
    assert "để trống" not in page
    dossiers.save_answers(point, id_of(dossier), sample_answers("khai-sinh", point.today()))
    assert "Điền tờ khai trước" not in phone.get("/phone/portal").text


def test_a_couple_is_told_first_that_both_sign_at_the_ward(
    browser: Browser, other_phone: Phone, point: Point, lan: Volunteer
) -> None:
    wedding = dossiers.open_dossier(point, "ket-hon", lan.id)
    other_phone.read(code_on(browser, f"/dossiers/{wedding}"))
    page = other_phone.get("/phone/portal").text
    traps = page.partition("Những chỗ dễ sai")[2]
    assert traps.index("Hai người phải cùng có mặt") < traps.index("Tờ khai điện tử")
