"""The chooser: what can be done today, found by the words people use, with the rules to count."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core.forms.normalise import unmarked
from appliance.core.forms.offer import is_meant, offers
from appliance.core.forms.procedure_facts import Deadline, ProcessingTime
from appliance.procedures.elsewhere import elsewhere

FRIDAY = date(2026, 11, 20)
HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day, hour, minute):
    return datetime(2026, 11, day, hour, minute, tzinfo=HERE)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Đăng ký KHAI SINH", "dang ky khai sinh"),
        ("H'Mông, Ê-đê_x", "h mong e de x"),
        ("mã 1.001193.", "ma 1.001193"),
        ("Ngo\u0302\u0301", "ngo"),
        ("  … ", ""),
    ],
)
def test_words_are_compared_without_marks_and_signs(text, bare):
    assert unmarked(text) == bare


@given(st.text())
def test_taking_off_marks_twice_changes_nothing_more(text):
    assert unmarked(unmarked(text)) == unmarked(text)


def test_only_procedures_whose_law_holds_are_offered(khai_sinh):
    assert [offer.procedure_id for offer in offers([khai_sinh], FRIDAY)] == ["khai-sinh"]
    assert offers([khai_sinh], date(2027, 3, 1)) == ()


@pytest.mark.parametrize(
    "asked", ["khai sinh", "KHAI SINH", "khái sinh", "sinh khai", "1.001193", "dang ky kh", "", " "]
)
def test_a_procedure_is_found_as_people_type_it(khai_sinh, asked):
    (offer,) = offers([khai_sinh], FRIDAY)
    assert is_meant(offer.search_text, asked)


@pytest.mark.parametrize("asked", ["khai tử", "ly hôn", "sinh nhật", "2.000635"])
def test_another_procedure_is_not_meant(khai_sinh, asked):
    (offer,) = offers([khai_sinh], FRIDAY)
    assert not is_meant(offer.search_text, asked)


def test_the_offer_carries_papers_fees_and_rules_of_the_day(khai_sinh):
    (offer,) = offers([khai_sinh], FRIDAY)
    assert [title for title, _ in offer.papers] == [slot.title for slot in khai_sinh.slots]
    assert [fee.amount_vnd for fee in offer.fees] == [0, None, 8000]
    assert offer.deadline.days == 60
    assert offer.processing.next_day_after == time(15, 0)


@pytest.mark.parametrize(
    ("working_days", "received", "due"),
    [
        (0, at(20, 14, 59), date(2026, 11, 20)),
        (0, at(20, 15, 0), date(2026, 11, 20)),
        (0, at(20, 15, 1), date(2026, 11, 23)),  # a Friday: on to Monday
        (0, at(21, 9, 0), date(2026, 11, 23)),  # a Saturday
        (0, at(21, 16, 0), date(2026, 11, 23)),  # not moved twice
        (3, at(19, 9, 0), date(2026, 11, 24)),
        (3, at(19, 15, 30), date(2026, 11, 25)),
    ],
)
def test_after_three_in_the_afternoon_counts_as_the_next_working_day(working_days, received, due):
    processing = ProcessingTime(working_days=working_days, next_day_after=time(15, 0))
    assert processing.ready_by(received) == due


def test_a_time_nobody_has_written_down_gives_no_day():
    processing = ProcessingTime(working_days=None, note="Hỏi bộ phận một cửa.")
    assert processing.ready_by(at(20, 9, 0)) is None


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2026, 11, 5), 60),
        (date(2027, 1, 4), 0),
        (date(2027, 1, 5), -1),
    ],
)
def test_the_days_left_are_counted_from_the_day_after_the_birth(today, left):
    deadline = Deadline(from_field="child_birth_date", days=60)
    assert deadline.last_day(date(2026, 11, 5)) == date(2027, 1, 4)
    assert deadline.days_left(date(2026, 11, 5), today) == left


def test_a_last_day_on_a_weekend_moves_to_monday():
    deadline = Deadline(from_field="death_date", days=15)
    assert deadline.last_day(date(2026, 11, 6)) == date(2026, 11, 23)  # 21/11 is a Saturday


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("sao y", "Chứng thực bản sao từ bản chính (sao y)"),
        ("cong chung", "Chứng thực bản sao từ bản chính (sao y)"),
        ("2.000815", "Chứng thực bản sao từ bản chính (sao y)"),
        ("ly di", "Ly hôn"),
    ],
)
def test_what_the_point_cannot_do_is_found_too_with_where_to_go(asked, title):
    found = [row for row in elsewhere() if is_meant(row.search_text, asked)]
    assert title in [row.title for row in found]
    for row in elsewhere():
        assert row.why.endswith(".")
        assert row.instead.endswith(".")
