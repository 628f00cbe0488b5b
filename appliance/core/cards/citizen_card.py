"""What the QR code of an identity card says: the chip card (CCCD) and the new card (Căn cước).

Fields are parted by ``|``: number, old nine-digit number or nothing, name, birth, sex, address,
issued. The new card (Thông tư 16/2024/TT-BCA) adds fields whose order is published nowhere; they
are not read. The code has no check of its own text, so what looks odd becomes a doubt for the
volunteer to look at, never a correction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from appliance.core.forms.citizen_id import CitizenId
from appliance.core.forms.dates import PartialDate
from appliance.core.forms.sex import Sex
from appliance.core.spelling import ascii_digits, clean_text

_FIELDS = 7
_LONGEST_PAYLOAD = 1000  # signs; the real ones have about 150
_OLD_NUMBER = re.compile(r"[0-9]{9}(?:[0-9]{3})?")
_COMPACT_DATE = re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})")
_SEXES = {"nam": Sex.MALE, "nữ": Sex.FEMALE}
# what is left of "Nữ" behind a reader that types like a keyboard: no marks, or Telex's letters
_WORN_SEXES = {"nu": Sex.FEMALE, "nuwx": Sex.FEMALE, "nux": Sex.FEMALE, "nưx": Sex.FEMALE}


class CardDoubt(StrEnum):
    """What a person should compare with the card itself before trusting it."""

    NUMBER_PLACE = "card-number-place"  # no province or country has these first three digits
    NUMBER_SEX = "card-number-sex"  # the fourth digit is the other sex's
    NUMBER_YEAR = "card-number-year"  # the digits five and six are another year's
    OLD_NUMBER = "card-old-number"  # neither nine nor twelve digits; left out
    BIRTH = "card-birth"  # day or month missing or impossible; the year alone is kept
    SEX = "card-sex"  # neither Nam nor Nữ
    ADDRESS = "card-address"  # empty
    ISSUED = "card-issued"  # no day of issue that exists
    MARKS_LOST = "card-marks-lost"  # Vietnamese without its marks, or with Telex letters
    A_MANS = (
        "card-of-a-man"  # beside a mother, a bride: ``core.cards.fill`` knows whose it is to be
    )
    A_WOMANS = "card-of-a-woman"
    ANOTHER_NAME = "card-of-another-name"  # not the one that was typed: perhaps somebody else's
    RUN_OUT = "card-run-out"  # by its holder's age: ``core.cards.age``


@dataclass(frozen=True, slots=True)
class CitizenCard:
    """The seven fields that both layouts share, in NFC; nothing is invented."""

    number: CitizenId
    old_number: str | None
    name: str
    born: PartialDate | None
    sex: Sex | None
    address: str
    issued: PartialDate | None
    more_fields: int = 0  # fields after the seventh: the new card's layout has four
    doubts: tuple[CardDoubt, ...] = ()


def read_citizen_card(payload: str) -> CitizenCard | None:
    """Understand the text of a QR code; None when it is not an identity card's.

    Codes of other papers (addresses of pages, health insurance, payments) are None, as is
    anything with fewer than seven fields, without a 12-digit number or without a name.
    """
    if len(payload) > _LONGEST_PAYLOAD:
        return None
    fields = [clean_text(field) for field in payload.split("|")]
    if len(fields) < _FIELDS:
        return None
    number = CitizenId.read(ascii_digits(fields[0]))
    name = fields[2]
    # the health insurance card has a date in the name's place, and its name in hex before it
    if number is None or not name or any(sign.isdigit() for sign in name):
        return None
    born, sex = _date(fields[3]), _sex(fields[4])
    old_number = ascii_digits(fields[1]).replace(" ", "")
    old_number_is_fine = _OLD_NUMBER.fullmatch(old_number) is not None
    issued = _date(fields[6])
    doubts = {
        CardDoubt.NUMBER_PLACE: not number.place_known,
        CardDoubt.NUMBER_SEX: sex is not None and sex is not number.sex,
        CardDoubt.NUMBER_YEAR: born is not None and born.year != number.birth_year,
        CardDoubt.OLD_NUMBER: bool(old_number) and not old_number_is_fine,
        CardDoubt.BIRTH: born is None or born.whole is None,
        CardDoubt.SEX: sex is None,
        CardDoubt.ADDRESS: not fields[5],
        CardDoubt.ISSUED: issued is None or issued.whole is None,
        CardDoubt.MARKS_LOST: _marks_lost(name, fields[4], fields[5]),
    }
    return CitizenCard(
        number=number,
        old_number=old_number if old_number_is_fine else None,
        name=name,
        born=born,
        sex=sex,
        address=fields[5],
        issued=issued,
        more_fields=len(fields) - _FIELDS,
        doubts=tuple(doubt for doubt, applies in doubts.items() if applies),
    )


def _date(text: str) -> PartialDate | None:
    """``ddMMyyyy``. A day of 00 leaves month and year, anything else impossible the year alone."""
    digits = ascii_digits(text).replace("/", "")
    found = _COMPACT_DATE.fullmatch(digits)
    if found is None:
        return None
    if whole := PartialDate.read(digits):
        return whole
    year, month = int(found["year"]), int(found["month"])
    if not year:
        return None
    # which of an impossible day and its month was misprinted cannot be known: neither is kept
    month_is_sure = found["day"] == "00" and 1 <= month <= 12
    return PartialDate(year, month if month_is_sure else None)


def _sex(text: str) -> Sex | None:
    return _SEXES.get(text.lower()) or _WORN_SEXES.get(text.lower())


def _marks_lost(name: str, sex: str, address: str) -> bool:
    """Whether a reader in between has eaten the marks. A code read by camera never has this."""
    return sex.lower() in _WORN_SEXES or (f"{name}{address}".isascii() and bool(address))
