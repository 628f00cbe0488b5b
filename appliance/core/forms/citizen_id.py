"""The 12 digits of an identity number: place of birth registration, century and sex, year.

Nghị định 137/2015/NĐ-CP and Thông tư 59/2021/TT-BCA. There is no check digit, so a number can
only be doubted by what it claims. The place is where the birth was registered, in the 63
provinces of before 1/7/2025, for life: it says nothing about where a person lives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from appliance.core.forms.sex import Sex

_SHAPE = re.compile(r"[0-9]{12}")
_FIRST_CENTURY = 1900
_FOREIGN_BORN = 100  # from here on a country of birth, not a province
# fmt: off
_PROVINCES = frozenset({
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25,
    26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48,
    49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75,
    77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
})
# fmt: on


@dataclass(frozen=True, slots=True)
class CitizenId:
    """An identity number of the right shape."""

    number: str

    @classmethod
    def read(cls, text: str) -> CitizenId | None:
        """The number, or None when *text* is not exactly 12 digits 0-9."""
        return cls(text) if _SHAPE.fullmatch(text) else None

    @property
    def place_known(self) -> bool:
        """Whether the first three digits are a province of before 7/2025 or a foreign country."""
        place = int(self.number[:3])
        return place in _PROVINCES or place >= _FOREIGN_BORN

    @property
    def sex(self) -> Sex:
        """What the fourth digit says: even is male."""
        return Sex.MALE if int(self.number[3]) % 2 == 0 else Sex.FEMALE

    @property
    def birth_year(self) -> int:
        """What digits four to six say."""
        return _FIRST_CENTURY + 100 * (int(self.number[3]) // 2) + int(self.number[4:6])
