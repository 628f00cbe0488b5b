"""What people want at the point, and what they know of it whatever is killed."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field

# Stands in every name that is typed; nobody else is called so.
MARK = "Dấu Vết Thử Diệt"
_SYLLABLES = ("An", "Bình", "Chi", "Dung", "Giang", "Hà", "Khuê", "Lam", "Minh", "Ngân", "Phúc")


@dataclass(frozen=True, slots=True)
class Errand:
    """One dossier with all that belongs to it."""

    number: int
    sheets: int  # scanned into it
    walk_up: int = 0  # sheets scanned before it was opened, claimed into it
    photos: int = 0
    takes_files: bool = False  # the phone takes PDFs along
    supplements: int = 0
    gives_up: bool = False  # once, before the supplement is made after all
    erases: bool = False  # and a walk-up that is erased, not claimed
    regrets: bool = False  # and a dossier before it, erased because the consent was taken back

    @property
    def name(self) -> str:
        """Of the child, different in every dossier."""
        digits = (self.number // 121, self.number // 11, self.number)
        return " ".join((MARK, *(_SYLLABLES[digit % 11] for digit in digits)))

    @property
    def pages(self) -> int:
        """How many the first revision must hold: none less, none more."""
        return self.sheets + self.walk_up + self.photos


def errand(number: int, dice: random.Random) -> Errand:
    """What the visitor of that *number* comes for."""
    walk_up = dice.choice((1, 2)) if dice.random() < 0.2 else 0
    photos = 1 if dice.random() < 0.2 else 0
    supplements = 1 if dice.random() < 0.2 else 0
    return Errand(
        number,
        sheets=dice.choice((1, 1, 2, 3)) if not walk_up else 0,
        walk_up=walk_up,
        photos=photos,
        takes_files=bool(photos) and dice.random() < 0.6,
        supplements=supplements,
        gives_up=bool(supplements) and dice.random() < 0.4,
        erases=dice.random() < 0.06,
        regrets=dice.random() < 0.06,
    )


@dataclass
class Diary:
    """What all visitors together know; safe from any thread as far as it is used."""

    desk: threading.Lock = field(default_factory=threading.Lock)  # one tray, one desk
    opened: dict[str, Errand] = field(default_factory=dict)  # by dossier
    done: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    stuck: list[str] = field(default_factory=list)
    asked_again: int = 0  # steps that were taken once more after something was killed
