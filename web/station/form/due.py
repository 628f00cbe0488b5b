"""How many days are left by law, counted from the answer that starts the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from appliance.core.forms.dates import PartialDate
from appliance.desk.dossier.dossiers import DossierView

SOON = 7  # days; from here on it is said with emphasis


@dataclass(frozen=True, slots=True)
class Due:
    """A legal deadline as of today."""

    last_day: date
    days_left: int  # 0 on the last day, negative once it has passed

    @property
    def is_pressing(self) -> bool:
        """Whether somebody should hurry, or it is too late to."""
        return self.days_left < SOON


def due_of(view: DossierView, today: date) -> Due | None:
    """None where the law sets none, or the day is not known wholly: nothing is guessed."""
    deadline = view.procedure.deadline
    if deadline is None:
        return None
    start = PartialDate.read(str(view.answers.get(deadline.from_field, "")))
    if start is None or start.whole is None or start.whole > today:
        return None
    return Due(deadline.last_day(start.whole), deadline.days_left(start.whole, today))
