"""The short form of the raw search, and that the search itself finds what it must."""

from __future__ import annotations

import zlib

import pytest

from tests.campaigns.parts import card
from tests.campaigns.parts.raw_search import Marks
from tests.campaigns.parts.short_form import outcome_of

NAME = "Trần Thị Mẫu Hoa"


@pytest.mark.timeout(600)
def test_after_a_visit_and_a_cut_nothing_plain_lies_on_the_card_and_the_control_is_found() -> None:
    if not card.can_run():
        pytest.skip("needs root, loop devices and e2fsprogs")
    seen = outcome_of("raw_card", "--visits", "1", "--cuts", "1", "--coarse")
    assert seen["found on the card"] == {}
    assert seen["found in logs"] == {}
    assert seen["missed on the control"] == []
    assert seen["files read before they were erased"] >= 4


@pytest.mark.parametrize(
    "content",
    [
        NAME.encode(),
        NAME.encode("utf-16-le"),
        NAME.encode("utf-16-be"),
        b"<</Length 9>>\nstream\r\n" + zlib.compress(NAME.encode()) + b"\nendstream",
        b"stream\n" + zlib.compress(NAME.encode("utf-16-be")),
    ],
)
def test_a_name_is_found_in_each_way_a_machine_may_write_it(content: bytes) -> None:
    marks = Marks()
    marks.add_word(NAME)
    assert marks.found_in(b"\0" * 99 + content + b"\0" * 99)
    assert not marks.found_in(b"\0" * 99 + content[: len(content) // 2])
