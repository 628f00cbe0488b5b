"""The point's own summary of what was entered; it says plainly that it is no official paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from appliance.papers.typeset import typeset


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One answer; an empty *text* is printed as left blank."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SummarySection:
    """Answers under one heading of the form."""

    title: str
    rows: Sequence[SummaryRow]


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper in the list of what the dossier holds."""

    title: str
    pages: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All that stands on the summary. Texts are Vietnamese, ready to read."""

    title: str
    point_name: str
    local_number: str  # the point's own number
    procedure_name: str
    sections: Sequence[SummarySection]
    papers: Sequence[PaperLine]
    made_at: datetime  # in the point's time zone


def print_summary(summary: Summary) -> bytes:
    """The summary as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    return typeset("summary", _content(summary), summary.made_at)


def _content(sheet: Summary) -> dict[str, object]:
    return {key: value for key, value in asdict(sheet).items() if key != "made_at"}
