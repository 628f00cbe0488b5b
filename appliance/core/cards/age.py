"""Until when an identity card holds: its QR code does not say so.

Luật Căn cước 26/2023/QH15, Điều 21: a card is renewed when its holder turns 14, 25, 40 and 60; one
issued within the two years before such a birthday holds until the next of them, after 60 for ever.
"""

from __future__ import annotations

from datetime import date

from appliance.core.cards.citizen_card import CitizenCard

_RENEWED_AT = (14, 25, 40, 60)
_EARLY_YEARS = 2


def holds_until(card: CitizenCard) -> date | None:
    """The last day; None where it holds for ever, or birth or issue are not known to the day."""
    born = card.born.whole if card.born else None
    issued = card.issued.whole if card.issued else None
    if born is None or issued is None or issued < born:
        return None
    return next(
        (
            _birthday(born, age)
            for age in _RENEWED_AT
            if issued < _birthday(born, age - _EARLY_YEARS)
        ),
        None,
    )


def _birthday(born: date, age: int) -> date:
    """Who was born on a 29 February has it on 1 March where there is none."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
