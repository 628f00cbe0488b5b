"""The right procedure is found by the words people use, with what it needs and where it ends."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from appliance.core.forms.procedure_facts import Deadline
from tests.station_page.conftest import Browser, Clock
from web.station.form.choose import in_time_since


def titles(html: str) -> list[str]:
    return [unescape(title) for title in re.findall(r'<h2 id="offer-[^"]*">([^<]*)</h2>', html)]


def test_a_procedure_is_found_without_marks_or_capitals(browser: Browser) -> None:
    assert "Đăng ký khai tử" in titles(browser.get("/dossiers/new?q=KHAI TU").text)
    assert "Đăng ký khai sinh" not in titles(browser.get("/dossiers/new?q=khai tu").text)
    everything = titles(browser.get("/dossiers/new").text)
    assert len(everything) >= 8
    assert everything[0] == "Đăng ký khai sinh"  # what people ask for most
    assert titles(browser.get("/dossiers/new?q=").text) == everything


def test_the_procedure_named_comes_before_those_that_only_mention_it(browser: Browser) -> None:
    found = titles(browser.get("/dossiers/new?q=khai sinh").text)
    assert found[0] == "Đăng ký khai sinh"
    assert found[-1].startswith("Thay đổi, cải chính")
    assert titles(browser.get("/dossiers/new?q=thuong tru").text)[0] == "Đăng ký thường trú"


def test_what_is_done_elsewhere_is_found_too_and_not_offered(browser: Browser) -> None:
    html = browser.get("/dossiers/new?q=sao y").text
    assert titles(html) == []
    assert "Điểm hỗ trợ không làm việc này." in html
    assert "Mang bản chính đến" in html


def test_a_question_nobody_understands_is_answered_and_stays_text(browser: Browser) -> None:
    html = browser.get("/dossiers/new?q=<b>zzz</b>").text
    assert "Không thấy thủ tục nào hợp với" in html
    assert "<b>zzz" not in html
    assert browser.get("/dossiers/new?q=" + "a" * 5000).status_code == 200


def test_a_whole_sentence_leads_to_what_most_of_its_words_speak_of(browser: Browser) -> None:
    html = browser.get("/dossiers/new?q=con xin xac nhan doc than").text
    assert titles(html)[0] == "Cấp Giấy xác nhận tình trạng hôn nhân"
    assert len(titles(html)) <= 3
    assert "Không có thủ tục nào đủ mọi chữ" in html
    assert titles(browser.get("/dossiers/new?q=xin zzz").text) == []
    dead = titles(browser.get("/dossiers/new?q=chết").text)
    assert [title[:12] for title in dead] == ["Đăng ký khai", "Liên thông: "]


def test_marriage_says_that_both_must_come(browser: Browser) -> None:
    html = browser.get("/dossiers/new?q=ket hon").text
    card = html[html.index("Đăng ký kết hôn") :]
    assert "Phải có mặt:" in card


def test_after_three_the_next_working_day_counts(browser: Browser, clock: Clock) -> None:
    clock.pass_by(days=1)  # Monday 23/11, half past nine
    browser.sign_in()
    assert (
        "Phường nhận trong hôm nay thì sớm nhất ngày 23/11/2026"
        in browser.get("/dossiers/new?q=khai sinh").text
    )
    clock.pass_by(hours=5, minutes=29)  # 14:59
    browser.sign_in()
    assert "Đã quá 15:00" not in browser.get("/dossiers/new").text
    clock.pass_by(minutes=2)
    assert "Đã quá 15:00: phường tính từ ngày làm việc tiếp theo, sớm nhất 24/11/2026" in (
        browser.get("/dossiers/new?q=khai sinh").text
    )


@pytest.mark.parametrize(
    ("days", "later", "ready"),
    [
        (0, 0, "23/11/2026"),  # Sunday
        (6, 2.6, "30/11/2026"),  # Saturday, six minutes past noon
        (40, 0, "04/01/2027"),  # New Year's Day, a Friday
    ],
)
def test_on_a_day_off_nobody_is_told_that_the_ward_receives_today(
    browser: Browser, clock: Clock, days: int, later: float, ready: str
) -> None:
    clock.pass_by(days=days, hours=later)
    browser.sign_in()
    text = browser.get("/dossiers/new?q=khai sinh").text
    assert f"Hôm nay phường nghỉ: phường tính từ ngày làm việc tiếp theo, sớm nhất {ready}" in text
    assert "Phường nhận trong hôm nay" not in text


def test_on_a_saturday_morning_a_ward_may_still_receive(browser: Browser, clock: Clock) -> None:
    clock.pass_by(days=6)  # half past nine
    browser.sign_in()
    text = browser.get("/dossiers/new?q=khai sinh").text
    assert "Phường nhận trong hôm nay thì sớm nhất ngày 30/11/2026" in text


def test_the_first_day_that_is_still_in_time_knows_weekends() -> None:
    sixty = Deadline(from_field="child_birth_date", days=60)
    today = date(2026, 11, 23)  # a Monday: births whose last day was the weekend count too
    since = in_time_since(sixty, today)
    assert sixty.days_left(since, today) >= 0
    assert sixty.days_left(date.fromordinal(since.toordinal() - 1), today) < 0
    assert since == date(2026, 9, 22)


def test_births_and_deaths_tell_since_when_they_are_in_time(browser: Browser) -> None:
    html = browser.get("/dossiers/new").text  # Sunday 22/11/2026; Saturday is in time too
    assert "Hạn 60 ngày: việc xảy ra từ ngày 22/09/2026" in html
    assert "Hạn 15 ngày" in html


def test_the_search_starts_the_dossier_that_was_found(browser: Browser) -> None:
    html = browser.get("/dossiers/new?q=khai tu").text
    found = re.search(r'name="procedure" value="([^"]+)"', html)
    assert found
    answer = browser.post("/dossiers", procedure=found[1])
    assert answer.status_code == 303
    assert "Đăng ký khai tử" in browser.get(answer.location).text
