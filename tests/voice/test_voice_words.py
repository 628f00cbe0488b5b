"""What the voice can say: plain, short, about nobody."""

from __future__ import annotations

import pytest

from appliance.core.errors import Who, concrete_errors
from appliance.core.panel.counted import in_words
from appliance.core.panel.prompt import AGAIN_AFTER_S, Moment, Prompt, Repeats
from appliance.wording.spoken import every_prompt, sentence_of

SENTENCES = {sentence_of(prompt) for prompt in every_prompt()}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "một"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (34, "ba mươi bốn"),
        (55, "năm mươi lăm"),
        (100, "một trăm"),
        (105, "một trăm lẻ năm"),
        (115, "một trăm mười lăm"),
        (999, "chín trăm chín mươi chín"),
    ],
)
def test_a_number_is_said_as_people_say_it(number, words):
    assert in_words(number) == words


def test_all_numbers_sound_different():
    assert len({in_words(number) for number in range(1000)}) == 1000


@pytest.mark.parametrize("number", [-1, 1000])
def test_a_number_that_nobody_needs_is_refused(number):
    with pytest.raises(ValueError, match="is not between"):
        in_words(number)


def test_every_sentence_is_short_ends_and_has_no_blank_or_digit_left():
    for sentence in SENTENCES:
        assert sentence.endswith("."), sentence
        assert len(sentence) <= 95, sentence
        assert not set("{}0123456789") & set(sentence), sentence


def test_every_trouble_is_said_and_those_a_citizen_can_mend_say_how():
    anybody = sentence_of(Prompt("any"))
    for error in concrete_errors():
        said = sentence_of(Prompt(error.code))
        assert said in SENTENCES
        if error.who is Who.CITIZEN:
            assert said != anybody, error.code
    assert sentence_of(Prompt("no-such-trouble")) == anybody


def test_pages_are_counted_and_a_heap_too_large_is_told_without_a_number():
    assert "hai mươi lăm trang" in sentence_of(Prompt(Moment.SAVED, 25))
    for number in (None, 0, 41, 100_000):
        assert sentence_of(Prompt(Moment.SAVED, number)) == sentence_of(Prompt(Moment.SAVED))


def test_the_number_of_somebody_who_walked_in_is_told_at_any_busy_day():
    assert "mười lăm" in sentence_of(Prompt(Moment.NUMBER, 15))
    assert "tình nguyện viên" in sentence_of(Prompt(Moment.NUMBER, 100))


def test_the_same_words_are_not_said_twice_at_once():
    said = Repeats()
    assert said.may_say("a", 100.0)
    assert not said.may_say("a", 100.0 + AGAIN_AFTER_S - 0.1)
    assert said.may_say("b", 101.0)
    assert said.may_say("a", 100.0 + AGAIN_AFTER_S)
