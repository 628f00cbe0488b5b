"""File names that people read and old systems accept."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.papers.names import MAX_NAME, paper_file_name, paper_file_names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Giấy chứng sinh", "Giay chung sinh.pdf"),
        ("Đơn đề nghị – Mẫu 01/ĐK", "Don de nghi Mau 01 DK.pdf"),
        (
            unicodedata.normalize("NFD", "Giấy chứng sinh"),
            "Giay chung sinh.pdf",
        ),  # marks apart
        ("Thẻ căn cước (mặt trước)", "The can cuoc mat truoc.pdf"),
        ("../../etc/passwd\0.exe", "etc passwd exe.pdf"),
        ("", "Giay to.pdf"),
        ("😀", "Giay to.pdf"),
    ],
)
def test_a_title_becomes_a_plain_name(title, name):
    assert paper_file_name(title) == name


def test_a_long_title_is_cut_at_a_whole_word():
    title = "Văn bản cam đoan của người làm chứng về việc sinh của trẻ em"
    assert paper_file_name(title) == "Van ban cam doan cua nguoi lam chung ve viec.pdf"
    assert paper_file_name(title, 12) == "Van ban cam doan cua nguoi lam chung ve 12.pdf"


def test_papers_of_one_name_are_numbered():
    assert paper_file_names(["Thẻ căn cước", "Đơn", "THẺ CĂN CƯỚC", "Thẻ căn cước"]) == [
        "The can cuoc.pdf",
        "Don.pdf",
        "THE CAN CUOC 2.pdf",
        "The can cuoc 3.pdf",
    ]


def test_a_number_that_a_title_already_has_is_skipped():
    assert paper_file_names(["Đơn 2", "Đơn", "Đơn"]) == ["Don 2.pdf", "Don.pdf", "Don 3.pdf"]


@given(st.lists(st.text(max_size=80) | st.sampled_from(["Đơn", "Đơn 2", "đơn"]), max_size=12))
def test_names_are_short_plain_and_all_different(titles):
    names = paper_file_names(titles)
    assert len(names) == len(titles)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert len(name) <= MAX_NAME
        assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9 -]*[A-Za-z0-9])?\.pdf", name)
