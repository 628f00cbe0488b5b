"""Every warning that the code can give has its sentences, with the place in words."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path

import pytest

import appliance
from appliance.core.cards.citizen_card import CardDoubt
from appliance.core.paper.findings import Warn
from appliance.wording.findings import advice_for


def codes_in_the_source() -> set[str]:
    """The first argument of every ``Warn("…")`` in the product."""
    return {
        node.args[0].value
        for path in Path(appliance.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Warn"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


UNKNOWN = advice_for(Warn("of-a-newer-version"))


def test_every_warning_and_doubt_has_its_sentences() -> None:
    found: list[Warn | CardDoubt] = [Warn(code) for code in sorted(codes_in_the_source())]
    assert len(found) >= 14
    for one in (*found, *CardDoubt):
        advice = advice_for(one)
        assert advice.what != UNKNOWN.what, one
        for sentence in (advice.what, advice.next):
            assert sentence.endswith(".")
            assert "{" not in sentence
            assert unicodedata.is_normalized("NFC", sentence)
            assert not sentence.isascii()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("bottom-right", "Ảnh bị mờ ở góc dưới bên phải."),
        ("top-middle", "Ảnh bị mờ ở phía trên."),
        ("middle", "Ảnh bị mờ ở giữa trang."),
        (None, "Ảnh bị mờ."),
    ],
)
def test_the_place_is_told_in_words(place: str | None, words: str) -> None:
    assert advice_for(Warn("unsharp", place)).what == words


def test_all_nine_places_have_words() -> None:
    rows = ("top", "middle", "bottom")
    for row in rows:
        for column in ("left", "middle", "right"):
            place = "middle" if row == column == "middle" else f"{row}-{column}"
            assert advice_for(Warn("unsharp", place, severe=True)).severe


def test_a_code_of_a_newer_version_asks_for_a_look_and_breaks_no_page() -> None:
    advice = advice_for(Warn("noted-by-a-newer-version", "some-new-place"))
    assert advice.what == UNKNOWN.what
    assert advice.next.endswith(".")
