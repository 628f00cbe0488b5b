"""One topic a page: few questions each, in the portal's order, at an address that stays."""

from __future__ import annotations

import re
from html import unescape

import pytest

from appliance.core.forms.answers import visible_fields
from appliance.core.forms.condition import Condition
from appliance.desk.dossier import dossiers
from appliance.desk.point import Point
from appliance.procedures.reader import load_procedures
from tests.station_page.conftest import Browser, id_of, topic_page, view_of
from web.station.form.filling import asked_topics
from web.station.form.topics import MOST, topic_with, topics_of

PROCEDURES = load_procedures()
LONGEST = 9  # boxes: a name in three of them is one thing to ask


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_every_field_stands_in_one_topic_and_in_the_portals_order(procedure_id: str) -> None:
    procedure = PROCEDURES[procedure_id]
    listed = list(procedure.fields)
    topics = topics_of(procedure)
    assert [topic.number for topic in topics] == list(range(1, len(topics) + 1))
    assert [key for topic in topics for key in listed if key in topic.keys] == listed
    assert len({topic.title for topic in topics}) == len(topics)


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_no_topic_asks_much_more_than_a_person_takes_in(procedure_id: str) -> None:
    procedure = PROCEDURES[procedure_id]
    for opened in ({}, *every_single_choice(procedure_id)):
        shown = {field.key for field in visible_fields(procedure, opened)}
        for topic in topics_of(procedure):
            assert len(topic.keys & shown) <= LONGEST, (topic.title, opened)


def every_single_choice(procedure_id: str) -> list[dict[str, str]]:
    """Each code of each choice alone: what it opens is asked for."""
    fields = PROCEDURES[procedure_id].fields.values()
    return [
        {field.key: code.code} for field in fields if field.type == "choice"
        for code in field.codes.codes
    ]  # fmt: skip


@pytest.mark.parametrize("procedure_id", PROCEDURES)
def test_a_question_opens_on_the_page_of_the_answer_it_hangs_on(procedure_id: str) -> None:
    procedure = PROCEDURES[procedure_id]
    for section in procedure.sections:
        inside = {field.key for field in section.fields}
        for field in section.fields:
            for root in roots(field.when) & inside:
                assert topic_with(procedure, root) is topic_with(procedure, field.key)


def roots(condition: Condition | None) -> set[str]:
    return {clause.field for clause in condition.clauses} if condition else set()


def test_a_short_section_stays_whole_and_a_long_one_is_named_by_what_it_asks() -> None:
    titles = [topic.title for topic in topics_of(PROCEDURES["khai-sinh"])]
    assert titles[1] == "Loại đăng ký"
    assert titles[3:5] == [
        "Thông tin người mẹ – họ tên, ngày sinh",
        "Thông tin người mẹ – giấy tờ tùy thân, nơi cư trú",
    ]
    assert MOST >= 7  # a section of seven questions is one page


def test_onward_leads_through_the_topics_that_ask_something_and_then_to_the_list(
    browser: Browser, dossier: str, point: Point
) -> None:
    dossiers.save_answers(point, id_of(dossier), {"birth_kind": "father_unknown"})
    seen, at = [], f"{dossier}/topics/1"
    while at != dossier:
        seen.append(int(at.rpartition("/")[2]))
        browser.get(at)
        sent = browser.post(f"{dossier}/answers", topic=str(seen[-1]), next="onward")
        assert sent.location == browser.get(f"{at}/onward").location  # as a script goes
        at = sent.location
    assert seen == [topic.number for topic in asked_topics(view_of(point, dossier))]
    titles = {topics_of(view_of(point, dossier).procedure)[number - 1].title for number in seen}
    assert not any("người cha" in title for title in titles)


def test_onward_stops_once_at_what_is_wrong_and_then_lets_go(
    browser: Browser, dossier: str, point: Point
) -> None:
    page = topic_page(point, dossier, "child_birth_date")
    number = page.rpartition("/")[2]
    typed = {"topic": number, "child_birth_date": "31/2/2026"}
    stopped = browser.post(f"{dossier}/answers", revision="0", next="onward", **typed)
    assert stopped.location == f"{page}?all=1"
    text = unescape(browser.get(stopped.location).text)
    assert 'value="31/2/2026"' in text  # kept as it was typed
    assert "Cần xem lại" in text
    assert 'value="past"' in text
    gone = browser.post(f"{dossier}/answers", topic=number, next="past")
    assert gone.location == f"{dossier}/topics/{int(number) + 1}"


def test_to_the_topic_before_keeps_what_was_typed(
    browser: Browser, dossier: str, point: Point
) -> None:
    typed = {"topic": "3", "next": "before", "child_name": "Cao Minh Mẫu"}
    assert browser.post(f"{dossier}/answers", revision="0", **typed).location.endswith("/topics/2")
    assert view_of(point, dossier).answers["child_name"] == "Cao Minh Mẫu"
    first = browser.post(f"{dossier}/answers", topic="1", next="before")
    assert first.location == f"{dossier}/topics/1"


def test_what_is_only_missing_stops_nobody(browser: Browser, dossier: str) -> None:
    sent = browser.post(f"{dossier}/answers", revision="0", topic="1", next="onward")
    assert sent.location == f"{dossier}/topics/2"


def test_a_correction_from_the_check_comes_back_to_the_check(
    browser: Browser, dossier: str, point: Point
) -> None:
    page = topic_page(point, dossier, "child_name")
    text = unescape(browser.get(f"{dossier}/check").text)
    assert f'href="{page}?back=check#f-child_name"' in text
    form = unescape(browser.get(f"{page}?back=check").text)
    assert '<input type="hidden" name="back" value="check">' in form
    assert "Lưu và quay lại kiểm tra" in form
    typed = {"topic": page.rpartition("/")[2], "back": "check", "child_name": "Cao Minh Mẫu"}
    revision = str(view_of(point, dossier).dossier.answers_revision)
    sent = browser.post(f"{dossier}/answers", revision=revision, next="onward", **typed)
    assert sent.location == f"{dossier}/check"
    assert view_of(point, dossier).answers["child_name"] == "Cao Minh Mẫu"
    again = browser.post(f"{dossier}/slots/uy_quyen/choose", **typed)  # a button on the way
    assert again.location == f"{page}?back=check#slot-uy_quyen"


def test_a_topic_that_an_answer_closed_leads_to_the_list_and_an_unknown_one_nowhere(
    browser: Browser, dossier: str, point: Point
) -> None:
    father = topic_page(point, dossier, "father_name")
    assert browser.get(father).status_code == 200
    dossiers.save_answers(point, id_of(dossier), {"birth_kind": "father_unknown"})
    assert browser.get(father).location == dossier
    for number in ("0", "99"):
        assert browser.get(f"{dossier}/topics/{number}").status_code == 404


def test_two_tabs_on_two_topics_do_not_stand_in_each_others_way(
    browser: Browser, dossier: str, point: Point
) -> None:
    def opened(key: str) -> dict[str, str]:
        form = browser.get(topic_page(point, dossier, key)).text
        return dict(re.findall(r'name="(revision|topic|base)" value="([^"]+)"', form))

    child, mother = opened("child_name"), opened("mother_name")
    browser.post(f"{dossier}/answers", **child, child_name="Cao Minh Mẫu")
    late = browser.post(f"{dossier}/answers", **mother, mother_name="Trần Thị Mẫu Hoa")
    assert late.status_code == 303
    again = browser.post(f"{dossier}/answers", **child, child_name="Cao Minh Sai")
    assert again.status_code == 409  # the same topic, drawn before it was changed
    answers = view_of(point, dossier).answers
    assert (answers["child_name"], answers["mother_name"]) == ("Cao Minh Mẫu", "Trần Thị Mẫu Hoa")


def test_a_form_over_another_screens_work_comes_back_on_its_own_topic(
    browser: Browser, dossier: str, point: Point
) -> None:
    page = topic_page(point, dossier, "mother_name")
    dossiers.save_answers(point, id_of(dossier), {"child_name": "Cao Minh Khác"})
    typed = {"topic": page.rpartition("/")[2], "mother_name": "Trần Thị Mẫu Hoa"}
    told = browser.post(f"{dossier}/answers", revision="0", **typed)
    assert told.status_code == 409
    assert 'value="Trần Thị Mẫu Hoa"' in unescape(told.text)
    assert "Thông tin người mẹ – họ tên, ngày sinh" in unescape(told.text)
