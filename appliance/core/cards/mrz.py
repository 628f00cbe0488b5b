"""The machine-readable lines on the back of an identity card (TD1, three lines of 30 signs).

Used for the number and the dates only. Names have no marks there and no check digit, so they
are never read from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from appliance.core.forms.citizen_id import CitizenId
from appliance.core.forms.sex import Sex

_WIDTH = 30
_WEIGHTS = (7, 3, 1)  # ICAO Doc 9303 part 3
# what a reading program takes for a digit; only ever applied where the standard has a digit
_AS_DIGIT = str.maketrans("OQDUCIJLZEASGTYB", "0000011123456778")
_FIRST = re.compile(r"[I1L]D?VNM(?P<short>.{9})(?P<check>.)(?P<number>.{12})(?P<rest>.*)")
_SECOND = re.compile(
    r"(?P<born>.{6})(?P<born_check>.)(?P<sex>[MF<])(?P<until>.{6})(?P<until_check>.)VNM(?P<rest>.*)"
)
_SEXES = {"M": Sex.MALE, "F": Sex.FEMALE}


@dataclass(frozen=True, slots=True)
class CardMrz:
    """What five agreeing check digits vouch for. The century of a date is not printed."""

    number: CitizenId
    born: str  # yymmdd
    sex: Sex | None
    valid_until: str  # yymmdd


def check_digit(signs: str) -> int:
    """ICAO 9303: digits count as themselves, A is 10, ``<`` is 0; weights 7, 3, 1.

    Raises:
        ValueError: a sign that is not in the standard's alphabet.
    """
    return sum(_value(sign) * _WEIGHTS[place % 3] for place, sign in enumerate(signs)) % 10


def read_card_mrz(lines: Iterable[str]) -> CardMrz | None:
    """The card's numbers, or None unless every check digit agrees.

    *lines* as a reading program gave them: blanks, extra lines and missing fillers do no harm.
    Letters where only a digit can stand count as the digit they look like; it is the check
    digits that decide, with one more proof: the short number is the end of the long one.
    """
    tidy = [re.sub(r"[^A-Z0-9<]", "", line.upper()) for line in lines]
    firsts = [found for line in tidy if (found := _FIRST.match(line))]
    seconds = [found for line in tidy if (found := _SECOND.match(line))]
    for first in firsts:
        for second in seconds:
            if (mrz := _checked(first, second)) is not None:
                return mrz
    return None


def _checked(first: re.Match[str], second: re.Match[str]) -> CardMrz | None:
    short, short_check = _digits(first["short"]), _digits(first["check"])
    number = _digits(first["number"])
    born, born_check = _digits(second["born"]), _digits(second["born_check"])
    until, until_check = _digits(second["until"]), _digits(second["until_check"])
    # fillers are what programs misread most; the standard says where they stand, so they are put
    first_end, second_end = _digits(first["rest"][-1:]), _digits(second["rest"][-1:])
    upper = f"{short}{short_check}{number}<<{first_end}"
    middle = f"{born}{born_check}{until}{until_check}{'<' * 11}"
    sound = (
        all(part.isdecimal() for part in (short, number, born, until, first_end, second_end))
        and number.endswith(short)
        and str(check_digit(short)) == short_check
        and str(check_digit(born)) == born_check
        and str(check_digit(until)) == until_check
        and str(check_digit(upper + middle)) == second_end
    )
    identity = CitizenId.read(number)
    if not sound or identity is None:
        return None
    return CardMrz(identity, born, _SEXES.get(second["sex"]), until)


def _digits(signs: str) -> str:
    return signs.translate(_AS_DIGIT)


def _value(sign: str) -> int:
    if sign == "<":
        return 0
    if not (sign.isascii() and sign.isalnum() and not sign.islower()):
        raise ValueError(f"{sign!r} is no sign of a machine-readable line")
    return int(sign, 36)
