"""Until when a card holds, by the birthdays at which the law has it renewed."""

from __future__ import annotations

from datetime import date

import pytest

from appliance.core.cards.age import holds_until
from appliance.core.cards.citizen_card import read_citizen_card


@pytest.mark.parametrize(
    ("born", "issued", "last_day"),
    [
        ("05031985", "22042021", date(2025, 3, 5)),
        ("05031985", "04032023", date(2025, 3, 5)),
        ("05031985", "05032023", date(2045, 3, 5)),  # two years before 40: until 60
        ("05031965", "05032023", None),  # two years before 60: for ever
        ("05031950", "22042021", None),
        ("29022000", "22042021", date(2025, 3, 1)),
        ("05032015", "22042025", date(2029, 3, 5)),  # a child's
        ("05032015", "22042027", date(2040, 3, 5)),
        ("00031985", "22042021", None),  # the day of birth is not known
        ("05031985", "99992021", None),
        ("05031985", "22041980", None),  # issued before birth: misread
    ],
)  # fmt: skip
def test_a_card_holds_until_the_next_birthday_that_renews_it(
    born: str, issued: str, last_day: date | None
) -> None:
    said = f"056185123456||Lê Thị Mẫu|{born}|Nữ|Suối Mẫu, Khánh Vĩnh, Khánh Hòa|{issued}"
    card = read_citizen_card(said)
    assert card is not None
    assert holds_until(card) == last_day
