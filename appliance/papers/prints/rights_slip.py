"""Phiếu trả lời yêu cầu: what the point erased, what it still notes, and whom else to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.papers.prints.setting import day, set_print, words_of


@dataclass(frozen=True, slots=True)
class RightsSlip:
    """All that stands on it: no name, no answer, no paper's title."""

    point_name: str
    local_number: str
    procedure_name: str
    made_at: datetime  # in the point's time zone
    erased_at: datetime | None  # the same; None: only the ward holds it
    why: str  # as ``core.dossiers.dossier.Why``; empty when nothing was erased
    ward_code: str | None  # the receipt's
    ward_has_it: bool
    volunteer_name: str = ""


def print_rights_slip(slip: RightsSlip, media: Media = Media.A4) -> bytes:
    """The slip as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    say = words_of("rights_slip")
    if slip.erased_at is not None:
        at = f"{slip.erased_at:%H:%M} {day(slip.erased_at)}"
        happened = [say["erased"].format(at=at), say["why"][slip.why], *say["gone_lines"]]
    else:
        happened = list(say["sealed_lines"])
    ask = say["ward_lines"] if slip.ward_has_it else say["nobody_lines"]
    content = {
        "point_name": slip.point_name,
        "local_number": slip.local_number,
        "procedure_name": slip.procedure_name,
        "volunteer_name": slip.volunteer_name,
        "happened": happened,
        "noted": list(say["noted_lines"]),
        "ask": [line.format(code=slip.ward_code or "") for line in ask],
    }
    return set_print("rights_slip", media, slip.made_at, content)
