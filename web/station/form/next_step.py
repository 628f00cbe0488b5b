"""The one thing to do now with a dossier on the desk, named on every page about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for as link

from appliance.core.errors import ScanStopped
from appliance.core.forms.problem import Problem
from appliance.core.forms.procedure import Slot
from appliance.desk.dossier import dossiers
from appliance.desk.dossier.dossiers import DossierView
from web.station.form.topics import topic_with
from web.station.here import point
from web.station.speech import said

MOVING = ("asked", "scanning")


@dataclass(frozen=True, slots=True)
class NextStep:
    """*text* is said; *href* is where to do it, empty when nowhere."""

    name: str  # a key of ``[step]``
    text: str
    href: str = ""


def next_step(
    view: DossierView, found: Sequence[Problem] | None = None, *, beside: bool = False
) -> NextStep:
    """What the papers and the answers lack, the most pressing first.

    A batch that failed comes before everything else that is missing, but does not hold up a
    dossier that is whole. *found* are its problems, where they are known already; *beside* tells
    that the page it is said on shows the papers itself.
    """
    if view.dossier.is_supplement:
        home = link("supplement.show", dossier_id=view.dossier.id)
        asked = NextStep("supplement", said("step.supplement"), home)
        return _of_the_scan(view, home, is_whole=False, beside=beside) or asked
    found = dossiers.problems_of(point(), view) if found is None else found
    unanswered = [p.field_key for p in found if p.code == "missing"]
    wrong = [p.field_key for p in found if p.is_error and p.code != "missing"]
    lacking = view.missing_slots
    meanwhile = _box(view, (*unanswered, *wrong)[:1])
    is_whole = not (lacking or unanswered or wrong)
    scan = _of_the_scan(view, meanwhile, is_whole=is_whole, beside=beside)
    if scan is not None:
        step = scan
    elif lacking:
        step = _to_scan(view, lacking[0], beside=beside)
    elif unanswered:
        topic = topic_with(view.procedure, unanswered[0])
        step = NextStep("form", said("step.form", topic=topic.title), _box(view, unanswered))
    elif wrong:
        step = NextStep("errors", said("step.errors"), _box(view, wrong))
    else:
        check = link("check.show", dossier_id=view.dossier.id)
        step = NextStep("check", said("step.check"), check)
    return step


def _of_the_scan(
    view: DossierView, meanwhile: str, *, is_whole: bool, beside: bool
) -> NextStep | None:
    """What a batch that runs or failed asks for; *meanwhile* is where to go on while it runs."""
    state = view.scan.state if view.scan is not None else ""
    if state in MOVING:
        words = "waiting" if view.dossier.is_supplement else "scanning"
        return NextStep("scanning", said(f"step.{words}"), meanwhile)
    stopped = view.scan is not None and view.scan.error_code == ScanStopped.code  # by a wish
    if state == "failed" and not is_whole and not stopped:
        home = "" if beside else link("dossier.show", dossier_id=view.dossier.id)
        return NextStep("trouble", said("step.trouble"), f"{home}#papers")
    return None


def _to_scan(view: DossierView, slot: Slot, *, beside: bool) -> NextStep:
    own = link("papers.show", dossier_id=view.dossier.id, slot=slot.key)
    at = f"#slot-{slot.key}" if beside else own
    return NextStep("papers", said("step.papers", paper=slot.title), at)


def _box(view: DossierView, keys: Sequence[str]) -> str:
    """Where the first of these fields is answered."""
    if not keys:
        return ""
    number = topic_with(view.procedure, keys[0]).number
    dossier_id, box = view.dossier.id, f"f-{keys[0]}"
    return link("one_topic.show", dossier_id=dossier_id, number=number, _anchor=box)
