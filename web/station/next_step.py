"""The one thing to do now with a dossier on the desk, for the bar above its form."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.desk import dossiers
from appliance.desk.dossiers import DossierView
from web.station.here import point

MOVING = ("asked", "scanning")


@dataclass(frozen=True, slots=True)
class NextStep:
    """*name* is a key of ``[step]``; *anchor* is where on the page to go, empty when nowhere."""

    name: str
    anchor: str = ""


def next_step(view: DossierView) -> NextStep:
    """What the papers and the answers lack, the most pressing first.

    A batch that failed comes before everything else that is missing, but does not hold up a
    dossier that is whole.
    """
    found = dossiers.problems_of(point(), view)
    unanswered = [p.field_key for p in found if p.code == "missing"]
    wrong = [p.field_key for p in found if p.is_error and p.code != "missing"]
    lacking = view.missing_slots
    moving = view.scan is not None and view.scan.state in MOVING
    failed = view.scan is not None and view.scan.state == "failed"
    if moving:
        return NextStep("scanning", f"f-{unanswered[0]}" if unanswered else "")
    if failed and (lacking or unanswered or wrong):
        return NextStep("trouble", "papers")
    if lacking:
        return NextStep("papers", f"slot-{lacking[0].key}")
    if unanswered:
        return NextStep("form", f"f-{unanswered[0]}")
    if wrong:
        return NextStep("errors", f"f-{wrong[0]}")
    return NextStep("check")
