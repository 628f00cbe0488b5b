"""What the law says about a procedure beside its form: sources, fees, time limits, refusals."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from pydantic import Field

from appliance.core.forms.fields import Key, Label, Words

_SATURDAY, _SUNDAY = 5, 6
_NOON = time(12, 0)
_HOLIDAYS = frozenset({(1, 1), (30, 4), (1, 5), (2, 9)})
"""Day and month of those that the solar calendar fixes (BLLĐ 2019, Đ.112). Tết, the kings' day,
the second day of 2/9 and what is moved to bridge a week are proclaimed each year: not known here.
"""


class Confidence(StrEnum):
    """How well a fact of a procedure file is known. Told to the officer who reviews the file."""

    READ = "read"  # read in the source that is named
    MEMORY = "memory"  # from memory: look before relying on it
    INFERRED = "inferred"  # our conclusion, or advice


class Source(Words):
    """Where facts of this file were read."""

    title: Label
    url: str | None = None
    confidence: Confidence = Confidence.READ


class OpenFact(Words):
    """Something the office has to confirm before the file is relied on."""

    fact: Label
    confidence: Confidence = Confidence.MEMORY


class Fee(Words):
    """A state fee. The point never collects it; *amount_vnd* None: the province sets it."""

    title: Label
    amount_vnd: int | None = Field(default=None, ge=0)
    note: Label | None = None
    valid_from: date
    valid_to: date | None = None
    source: Label
    confidence: Confidence = Confidence.READ


class OriginalPaper(Words):
    """A paper to show or bring, which is not scanned into the dossier."""

    title: Label
    hint: Label | None = None
    always: bool = False  # False: only when the office cannot find the data by itself


class Refusal(Words):
    """What people ask for here that a support point cannot do."""

    title: Label
    why: Label | None = None
    instead: Label  # where to go, as an order


class ProcessingTime(Words):
    """How long the office may take, in working days; 0 is the same day.

    *working_days* None: no figure was found, *note* says whom to ask.
    """

    working_days: int | None = Field(default=None, ge=0)
    verified_working_days: int | None = Field(default=None, ge=0)  # when facts must be checked
    verified_days: int | None = Field(default=None, ge=0)  # the same in days of the calendar
    next_day_after: time | None = None  # received later than this counts as the next working day
    note: Label | None = None
    confidence: Confidence = Confidence.READ
    verified_confidence: Confidence = Confidence.READ

    def ready_by(self, received: datetime) -> date | None:
        """The day the answer is due when the office receives it then, without verification.

        *received* in local time. Weekends and the fixed holidays are left out.
        """
        if self.working_days is None:
            return None
        due = on_working_day(received.date())
        late = self.next_day_after is not None and received.time() > self.next_day_after
        due = _later(due, 1) if late and due == received.date() else due
        return _later(due, self.working_days)


class Deadline(Words):
    """Until when the citizen should file, and which answer says whether that was kept."""

    from_field: Key
    days: int = Field(ge=1)
    choice_field: Key | None = None
    on_time: str | None = None
    late: str | None = None
    source: Label | None = None

    def last_day(self, start: date) -> date:
        """The last day that is still in time; a weekend moves it to Monday (BLDS 2015, Đ.148)."""
        return on_working_day(start + timedelta(days=self.days))

    def days_left(self, start: date, today: date) -> int:
        """0 on the last day, negative once it has passed."""
        return (self.last_day(start) - today).days


def on_working_day(day: date) -> date:
    """*day* itself, or the first working day after a weekend or a fixed holiday."""
    while day.weekday() >= _SATURDAY or _is_holiday(day):
        day += timedelta(days=1)
    return day


def is_office_closed(moment: datetime) -> bool:
    """Whether nobody receives anything any more that day; on a Saturday some do until noon."""
    day = moment.date()
    saturday_is_over = day.weekday() == _SATURDAY and moment.time() >= _NOON
    return day.weekday() == _SUNDAY or saturday_is_over or _is_holiday(day)


def _is_holiday(day: date) -> bool:
    return (day.day, day.month) in _HOLIDAYS


def _later(day: date, working_days: int) -> date:
    for _ in range(working_days):
        day = on_working_day(day + timedelta(days=1))
    return day
