"""The form: asked by the procedure file, saved as it is typed, nothing typed is lost."""

from __future__ import annotations

import re
from html import unescape

import pytest

from appliance.core.forms.fields import AddressField
from appliance.core.forms.problem import fault
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.pretend.sample_answers import sample_answers
from appliance.procedures.wording import sentence
from tests.station_page.conftest import Browser, Clock, id_of, topic_page, view_of
from web.station.form.filling import asked_topics

HOSTILE = """<script>alert("x")</script>'"><img src=x onerror=alert(1)> {{ 7*191919 }}"""


def typed_form(point: Point) -> dict[str, str]:
    """The sample answers as a browser sends them."""
    fields = {}
    for key, value in sample_answers("khai-sinh", point.today()).items():
        if isinstance(value, dict):
            fields |= {f"{key}-{part}": text for part, text in value.items()}
        else:
            fields[key] = str(value)
    return fields


def revision_of(text: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', text)
    assert found
    return found[1]


def test_what_can_be_filed_today_is_offered_with_what_it_needs(browser: Browser) -> None:
    text = browser.get("/dossiers/new").text
    for words in ("Đăng ký khai sinh", "1.001193", "Trong ngày", "Hạn 60 ngày", "8.000 đ",
                  "Giấy chứng sinh", "Mang theo bản chính", "Bắt đầu hồ sơ này"):  # fmt: skip
        assert words in text


def test_a_procedure_whose_law_has_ended_is_not_offered(browser: Browser, clock: Clock) -> None:
    clock.pass_by(days=365 * 30)
    browser.sign_in()
    assert "Bắt đầu hồ sơ này" not in browser.get("/dossiers/new").text
    assert browser.post("/dossiers", procedure="khai-sinh").location == "/dossiers/new"


def test_an_unknown_procedure_leads_back_to_the_choice(browser: Browser) -> None:
    assert browser.post("/dossiers", procedure="../etc").location == "/dossiers/new"
    assert "Hãy chọn một thủ tục" in browser.get("/dossiers/new").text


def test_every_visible_field_is_asked_once_under_its_label(
    browser: Browser, dossier: str, point: Point
) -> None:
    view = view_of(point, dossier)
    topics = asked_topics(view)
    pages = [unescape(browser.get(f"{dossier}/topics/{topic.number}").text) for topic in topics]
    for topic, page in zip(topics, pages, strict=True):
        assert f">{topic.title}</h1>" in page
    text = "".join(pages)
    for key in ("requester_name", "child_birth_date", "copies", "mother_id_number"):
        assert text.count(f'name="{key}"') == 1
        assert f'<label class="form-label" for="f-{key}">' in text
    for part in ("country", "province", "commune", "detail"):
        assert f'name="birth_place-{part}"' in text
    assert 'name="relation_other"' not in text  # asked only of "Khác"


def test_a_whole_form_is_saved_and_shown_again(
    browser: Browser, dossier: str, point: Point
) -> None:
    revision = revision_of(browser.get(f"{dossier}/topics/1").text)
    fields = typed_form(point)
    assert browser.post(f"{dossier}/answers", revision=revision, **fields).status_code == 303
    view = view_of(point, dossier)
    assert view.answers["child_name"] == "Cao Minh Mẫu"
    assert view.answers["birth_place"] == sample_answers("khai-sinh", point.today())["birth_place"]
    assert dossiers.problems_of(point, view) == [] or not any(
        problem.is_error for problem in dossiers.problems_of(point, view)
    )
    text = unescape(browser.get(topic_page(point, dossier, "child_name")).text)
    assert 'value="Cao Minh Mẫu"' in text
    assert '<option selected value="22615">Xã Bắc Khánh Vĩnh</option>' in text


def test_a_field_left_is_merged_with_what_another_screen_saved(
    browser: Browser, dossier: str, point: Point
) -> None:
    browser.send(f"{dossier}/answers", child_name="Cao Minh Mẫu")
    dossiers.save_answers(point, id_of(dossier), {"mother_name": "Trần Thị Mẫu Hoa"})
    answer = browser.send(f"{dossier}/answers", child_birth_date="5/11/2026")
    assert answer.status_code == 200
    assert answer.json is not None
    answers = view_of(point, dossier).answers
    assert answers["child_name"] == "Cao Minh Mẫu"
    assert answers["mother_name"] == "Trần Thị Mẫu Hoa"
    assert answers["child_birth_date"] == "05/11/2026"
    assert answer.json["revision"] == view_of(point, dossier).dossier.answers_revision


def test_a_wrong_answer_is_kept_and_told_beside_its_field(
    browser: Browser, dossier: str, point: Point
) -> None:
    answer = browser.send(f"{dossier}/answers", child_birth_date="31/2/2026")
    assert answer.json is not None
    told = answer.json["problems"]["child_birth_date"]
    assert told[0]["error"] is True
    assert "05/03/2026" in told[0]["text"]
    assert "child_name" not in answer.json["problems"]  # not asked yet: no complaint
    text = browser.get(topic_page(point, dossier, "child_birth_date")).text
    assert 'value="31/2/2026"' in text
    assert f'<a href="#f-child_birth_date">{told[0]["text"]}</a>' in unescape(text)
    assert view_of(point, dossier).answers["child_birth_date"] == "31/2/2026"


def test_what_is_missing_is_told_once_the_check_was_asked_for(
    browser: Browser, dossier: str, point: Point
) -> None:
    procedure = view_of(point, dossier).procedure
    told = sentence(fault("child_name", "missing"), procedure)
    page = topic_page(point, dossier, "child_name")
    assert told not in unescape(browser.get(page).text)
    assert told in unescape(browser.get(f"{page}?all=1").text)


def test_an_answer_opens_the_questions_that_hang_on_it(
    browser: Browser, dossier: str, point: Point
) -> None:
    closed = browser.send(f"{dossier}/answers", relation="mother").json
    opened = browser.send(f"{dossier}/answers", relation="other").json
    assert closed is not None
    assert opened is not None
    assert closed["shape"] != opened["shape"]
    page = topic_page(point, dossier, "relation")
    assert 'name="relation_other"' in browser.get(f"{page}/form").text


def test_a_stale_form_does_not_overwrite_another_screen(
    browser: Browser, dossier: str, point: Point
) -> None:
    revision = revision_of(browser.get(topic_page(point, dossier, "child_name")).text)
    dossiers.save_answers(point, id_of(dossier), {"mother_name": "Trần Thị Mẫu Hoa"})
    answer = browser.post(
        f"{dossier}/answers", revision=revision, child_name="Cao Minh Mẫu", mother_name=""
    )
    assert answer.status_code == 409
    assert "vừa được sửa ở một màn hình khác" in answer.text
    assert 'value="Cao Minh Mẫu"' in unescape(answer.text)  # what was typed is still in its box
    assert "child_name" not in view_of(point, dossier).answers
    assert view_of(point, dossier).answers["mother_name"] == "Trần Thị Mẫu Hoa"


def test_every_button_of_the_page_keeps_what_was_typed(
    browser: Browser, dossier: str, point: Point
) -> None:
    revision = revision_of(browser.get(topic_page(point, dossier, "child_name")).text)
    path = f"{dossier}/slots/giay_chung_sinh/choose"
    browser.post(path, revision=revision, child_name="Cao Minh Mẫu")
    assert view_of(point, dossier).answers["child_name"] == "Cao Minh Mẫu"


def test_communes_come_after_their_province_is_known(
    browser: Browser, dossier: str, point: Point
) -> None:
    page = topic_page(point, dossier, "birth_place")
    revision = revision_of(browser.get(page).text)
    answer = browser.post(
        f"{dossier}/answers",
        revision=revision,
        **{"birth_place-country": "VN", "birth_place-province": "56", "next": "birth_place"},
    )
    assert answer.location == f"{page}#f-birth_place"
    text = browser.get(page).text
    assert '<option value="22615">Xã Bắc Khánh Vĩnh</option>' in text
    offered = browser.get("/communes?province=56").json
    assert {"code": "22615", "name": "Xã Bắc Khánh Vĩnh"} in offered
    assert browser.get("/communes?province=nowhere").json == []


def test_a_commune_of_the_province_chosen_before_is_let_go(
    browser: Browser, dossier: str, point: Point
) -> None:
    parts = {"birth_place-country": "VN", "birth_place-commune": "22615"}
    browser.send(f"{dossier}/answers", **parts, **{"birth_place-province": "01"})
    assert view_of(point, dossier).answers["birth_place"] == {"country": "VN", "province": "01"}


def test_an_untouched_address_box_is_no_answer(
    browser: Browser, dossier: str, point: Point
) -> None:
    revision = revision_of(browser.get(f"{dossier}/topics/1").text)
    untouched = {
        f"{key}-{part}": "VN" if part == "country" else ""
        for key, field in view_of(point, dossier).procedure.fields.items()
        if isinstance(field, AddressField)
        for part in ("country", "province", "commune", "detail")
    }
    browser.post(f"{dossier}/answers", revision=revision, child_name="Mẫu", **untouched)
    assert not view_of(point, dossier).answers.get("mother_residence")


def test_an_address_abroad_needs_no_province(browser: Browser, dossier: str, point: Point) -> None:
    browser.send(
        f"{dossier}/answers", **{"birth_place-country": "LA", "birth_place-detail": "Viêng Chăn"}
    )
    assert view_of(point, dossier).answers["birth_place"] == {
        "country": "LA",
        "detail": "Viêng Chăn",
    }
    page = topic_page(point, dossier, "birth_place")
    assert "data-domestic hidden" in browser.get(page).text


@pytest.mark.parametrize(
    "name", ["child_name", "child_birth_date", "copies", "relation", "child_ethnicity",
             "mother_id_number", "requester_phone", "birth_place-detail", "birth_place-province",
             "birth_place-country"],
)  # fmt: skip
def test_hostile_text_stays_text(browser: Browser, dossier: str, point: Point, name: str) -> None:
    assert browser.send(f"{dossier}/answers", **{name: HOSTILE}).status_code == 200
    page = topic_page(point, dossier, name.partition("-")[0])
    for path in (dossier, page, f"{page}?all=1", f"{page}/form", f"{dossier}/check"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "1343433" not in answer.text


def test_names_that_no_procedure_knows_are_ignored(
    browser: Browser, dossier: str, point: Point
) -> None:
    before = dict(view_of(point, dossier).answers)
    assert browser.send(f"{dossier}/answers", no_such_field="x").status_code == 200
    assert view_of(point, dossier).answers == before
    assert browser.post(f"{dossier}/answers", revision="²", child_name="Mẫu").status_code in (
        303,
        409,
    )


def test_the_points_own_province_comes_first(browser: Browser, dossier: str, point: Point) -> None:
    text = browser.get(topic_page(point, dossier, "birth_place")).text
    select = text[text.index('name="birth_place-province"') :]
    assert select.index('value="01"') < select.index('value="56"')


def test_the_answers_on_the_card_are_sealed_to_the_desk(
    browser: Browser, dossier: str, point: Point
) -> None:
    browser.send(f"{dossier}/answers", child_name="Cao Minh Mẫu")
    folder = point.config.paths.state
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert found
    assert not any("Cao Minh Mẫu".encode() in path.read_bytes() for path in found)
