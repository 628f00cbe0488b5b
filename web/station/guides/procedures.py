"""Procedures as a citizen reads them: what to bring, what it costs, how long, where not to go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request
from markupsafe import Markup

from appliance.core.forms.normalise import unmarked
from appliance.core.forms.offer import is_meant, nearest
from appliance.core.forms.procedure import Procedure, Slot
from appliance.core.forms.procedure_facts import Confidence, Fee
from appliance.desk.running.public_prints import in_asking_order
from appliance.procedures.elsewhere import elsewhere
from appliance.procedures.english import said_in_english
from web.station.form.choose import LONGEST_QUESTION, in_time_since
from web.station.guides.room import all_of, pages, say
from web.station.here import point
from web.station.look import Language, look


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence, and whether we have read it in its source."""

    text: str
    is_sure: bool = True


@pages.get("/guides/procedures")
def procedures() -> str:
    """What can be done here today, and what is done elsewhere. ``?q=`` searches without marks."""
    today, asked = point().today(), request.args.get("q", "").strip()[:LONGEST_QUESTION]
    listed = [p for p in in_asking_order(point().procedures.leaflets) if p.valid_on(today)]
    found = [one for one in listed if is_meant(_search_text(one), asked)]
    others = [one for one in elsewhere() if is_meant(one.search_text, asked)]
    near = [] if found or others else nearest(listed, _search_text, asked)
    return render_template(
        "guides/procedures.html",
        asked=asked,
        found=found or near,
        is_near=bool(near),
        elsewhere=others,
    )


@pages.get("/guides/procedures/<procedure_id>")
def procedure(procedure_id: str) -> str:
    """One procedure, to read or to print."""
    today = point().today()
    found = point().procedures.leaflets.get(procedure_id)
    if found is None or not found.valid_on(today):
        abort(404)
    return render_template(
        "guides/procedure.html",
        procedure=found,
        times=times_of(found),
        since=in_time_since(found.deadline, today) if found.deadline else None,
        fees=[(fee, amount_of(fee)) for fee in found.fees_on(today)],
        papers=[(slot, need_of(slot)) for slot in found.slots],
        version=date.fromisoformat(found.version.partition(".")[0]),
    )


def english_title(procedure_id: str) -> str:
    """What the procedure is called in English; empty when the point added it by itself."""
    if look().language is not Language.ENGLISH:
        return ""
    return str(all_of("titles").get(procedure_id, ""))


def times_of(procedure: Procedure) -> list[Told]:
    """How long the office may take, one sentence for each figure."""
    rule = procedure.processing
    is_sure = rule.confidence is Confidence.READ
    told = []
    if rule.working_days == 0:
        told.append(Told(say("time.same_day"), is_sure))
    elif rule.working_days is not None:
        told.append(Told(say("time.working_days", n=rule.working_days), is_sure))
    checked = rule.verified_confidence is Confidence.READ
    if rule.verified_working_days is not None:
        told.append(Told(say("time.verified_working", n=rule.verified_working_days), checked))
    if rule.verified_days is not None:
        told.append(Told(say("time.verified", n=rule.verified_days), checked))
    if rule.next_day_after is not None:
        told.append(Told(say("time.next_day", hour=f"{rule.next_day_after:%H:%M}"), is_sure))
    if rule.note:
        told.append(Told(in_vietnamese(rule.note), is_sure))
    return told or [Told(say("time.ask"))]


def amount_of(fee: Fee) -> Told:
    """Free, so much, or as the province sets it."""
    sure = fee.confidence is Confidence.READ
    if fee.amount_vnd is None:
        return Told(say("fee.of_province"), sure)
    if fee.amount_vnd == 0:
        return Told(say("fee.none"), sure)
    amount = f"{fee.amount_vnd:,}".replace(",", say("fee.thousands"))
    return Told(say("fee.amount", amount=amount), sure)


def need_of(slot: Slot) -> str:
    """How surely a paper is asked for: ``always``, ``if_any``, ``depends`` or ``mostly``."""
    if slot.required is True and slot.when is None:
        return "always"
    if slot.required is False:
        return "if_any"
    return "depends" if slot.when is not None else "mostly"


@pages.app_template_filter("in_vietnamese")
def in_vietnamese(text: str) -> str:
    """What a file or the point says, in the reader's language where we know it.

    What stays Vietnamese is marked for a screen reader where the page around it speaks English.
    """
    if look().language is Language.VIETNAMESE:
        return text
    return said_in_english(text) or _marked(text)


@pages.app_template_filter("with_own_name")
def with_own_name(text: str) -> str:
    """The same with the office's own word behind: it is what one asks for at a desk."""
    if look().language is Language.VIETNAMESE:
        return text
    meaning = said_in_english(text)
    return Markup("{} · {}").format(meaning, _marked(text)) if meaning else _marked(text)


def _marked(text: str) -> Markup:
    return Markup('<span lang="vi">{}</span>').format(text)


@pages.context_processor
def _titles() -> dict[str, object]:
    return {"english_title": english_title}


def _search_text(procedure: Procedure) -> str:
    told = (procedure.title, *procedure.search, procedure.summary or "", procedure.code)
    return unmarked(" ".join((*told, english_title(procedure.id))))
