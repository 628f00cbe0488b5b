"""The machine-readable lines: check digits first, then a real reading program."""

from __future__ import annotations

import random
from itertools import combinations, product

import pytest

from appliance.core.cards.mrz import check_digit, read_card_mrz
from appliance.core.forms.sex import Sex
from appliance.imaging.cards.mrz import mrz_reader_is_here, read_mrz
from tests.cards.drawing import Lying, back, scanned, somebody

SAMPLE = (
    "IDVNM0950001238001095000123<<9",
    "9503157M3503155VNM<<<<<<<<<<<0",
    "NGUYEN<<VAN<AN<<<<<<<<<<<<<<<<",
)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"


def test_check_digits_are_those_of_the_standard() -> None:
    assert check_digit("520727") == 3  # the example of ICAO 9303 part 3
    assert check_digit("AB2134<<<") == 5
    with pytest.raises(ValueError, match="no sign"):
        check_digit("ab")


def test_agreeing_digits_give_number_dates_and_sex() -> None:
    mrz = read_card_mrz(SAMPLE)
    assert mrz is not None
    assert mrz.number.number == "001095000123"
    assert (mrz.born, mrz.sex, mrz.valid_until) == ("950315", Sex.MALE, "350315")


def test_lines_are_found_among_others_and_with_blanks_in_them() -> None:
    lines = ["Nơi cư trú", "", *(f" {line[:12]} {line[12:]} " for line in SAMPLE), "x"]
    assert read_card_mrz(lines) == read_card_mrz(SAMPLE)


def test_fillers_may_be_misread_or_missing() -> None:
    first = SAMPLE[0].replace("<<", "KX")
    second = SAMPLE[1].replace("<<<<<<<<<<<", "<<C<K<<")
    assert read_card_mrz([first, second]) == read_card_mrz(SAMPLE)


def test_a_letter_where_only_a_digit_can_stand_is_that_digit() -> None:
    worn = [SAMPLE[0].replace("0950001238", "O95OOO1Z3B"), SAMPLE[1].replace("950315", "9S03I5")]
    assert read_card_mrz(worn) == read_card_mrz(SAMPLE)


def test_no_single_misread_sign_changes_what_is_accepted() -> None:
    for seed in range(40):
        lines = somebody(seed).mrz[:2]
        true = read_card_mrz(lines)
        assert true is not None
        dice = random.Random(seed)
        for row in range(2):
            for place in range(30):
                worn = list(lines)
                worn[row] = lines[row][:place] + dice.choice(ALPHABET) + lines[row][place + 1 :]
                read = read_card_mrz(worn)
                if read is not None:
                    assert (read.number, read.born, read.valid_until) == (
                        true.number, true.born, true.valid_until,
                    )  # fmt: skip


def two_changed(seed: int, first: int, after: int) -> bool:
    """Whether the lines of somebody with two other digits in that stretch are accepted."""
    dice = random.Random(seed)
    lines = list(somebody(seed).mrz[:2])
    signs = list(lines[0])
    for place in dice.sample(range(first, after), 2):
        signs[place] = str((int(signs[place]) + dice.randint(1, 9)) % 10)
    return read_card_mrz(["".join(signs), lines[1]]) is not None


def test_two_misread_digits_of_the_number_are_refused() -> None:
    assert not any(two_changed(seed, 18, 27) for seed in range(400))
    assert not any(two_changed(seed, 5, 15) for seed in range(400))


def test_two_misread_digits_of_the_place_are_guarded_by_one_check_digit_alone() -> None:
    accepted = sum(two_changed(seed, 15, 18) for seed in range(400))
    assert accepted <= 400 * 0.15  # one in ten, and two misread of these three are rare already


def test_the_number_misread_alike_in_both_its_places_is_refused() -> None:
    short = SAMPLE[0][5:14]
    for first, second in combinations(range(9), 2):
        for a, b in product("0123456789", repeat=2):
            signs = list(short)
            signs[first], signs[second] = a, b
            other = "".join(signs)
            if str(check_digit(other)) != SAMPLE[0][14]:
                line = f"IDVNM{other}{SAMPLE[0][14]}001{other}<<9"
                assert read_card_mrz([line, SAMPLE[1]]) is None


@pytest.mark.parametrize("start", [0, 8], ids=["born", "valid until"])
def test_each_date_is_guarded_by_a_check_digit_of_its_own(start: int) -> None:
    for first, second in combinations(range(start, start + 6), 2):
        for a, b in product("0123456789", repeat=2):
            signs = list(SAMPLE[1])
            signs[first], signs[second] = a, b
            read = read_card_mrz([SAMPLE[0], "".join(signs)])
            own = check_digit("".join(signs[start : start + 6]))
            if str(own) != SAMPLE[1][start + 6]:  # though the digit over everything may agree
                assert read is None


@pytest.mark.parametrize("lines", [[], ["IDVNM"], [SAMPLE[1]], [SAMPLE[0]], ["<" * 30] * 3])
def test_without_both_lines_there_is_nothing(lines: list[str]) -> None:
    assert read_card_mrz(lines) is None


needs_reader = pytest.mark.skipif(not mrz_reader_is_here(), reason="tesseract is not installed")


@needs_reader
@pytest.mark.parametrize("dpi", [200, 300])
def test_tesseract_reads_most_numbers_and_never_a_wrong_one(dpi: int) -> None:
    right = 0
    for seed in range(2000, 2006):
        person = somebody(seed)
        lying = Lying(48, 32, 0.3)
        scan = scanned([(back(person), lying)], dpi=dpi, glass_mm=(96, 64), seed=seed)
        left, top, right_x, bottom = (v / 25.4 * dpi for v in (5.2, 5, 90.8, 59))
        mrz = read_mrz(scan.crop((round(left), round(top), round(right_x), round(bottom))))
        if mrz is not None:
            assert mrz.number.number == person.number
            assert mrz.born == person.born[6:] + person.born[2:4] + person.born[:2]
            right += 1
    assert right >= 4  # of 6; the rest is left to the volunteer's eyes


def test_without_the_program_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    card = back(somebody(1)).reduce(3)
    assert read_mrz(card) is None
