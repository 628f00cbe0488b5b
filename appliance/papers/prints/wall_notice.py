"""A procedure on one sheet for the wall (niêm yết): papers, time, fee, what is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from appliance.core.forms.procedure import Procedure, Slot
from appliance.core.forms.procedure_facts import Fee, ProcessingTime
from appliance.core.printing import Media
from appliance.papers.prints.setting import day, set_print, words_of


def print_wall_notice(
    procedure: Procedure,
    *,
    point_name: str,
    made_at: datetime,
    url: str | None = None,
    media: Media = Media.A4,
) -> bytes:
    """The notice as PDF/A-2b. *url* becomes a QR: the point's page about this procedure.

    Raises:
        PrintingFailed: no sheet came out.
    """
    content = {**notice_content(procedure, made_at), "point_name": point_name, "qr": url}
    return set_print("wall_notice", media, made_at, content)


def notice_content(procedure: Procedure, made_at: datetime) -> dict[str, Any]:
    """What the sheet says of *procedure* on that day."""
    say = words_of("wall_notice")
    return {
        "title": procedure.title,
        "code": procedure.code,
        "summary": procedure.summary or "",
        "facts": [
            {"label": say["who_files"], "text": procedure.who_files},
            {"label": say["where"], "text": procedure.where},
            *_told(say["presence"], procedure.presence),
            {"label": say["time"], "text": processing_words(procedure.processing)},
            *_told(say["deadline"], _deadline_words(procedure)),
            *_told(say["result"], procedure.result),
        ],
        "fees": [fee_words(fee) for fee in procedure.fees_on(made_at.date())],
        "scanned": [_paper(slot) for slot in procedure.slots],
        "bring": [{"title": p.title, "hint": p.hint or "", "always": p.always}
                  for p in procedure.bring],
        "refuses": [{"title": r.title, "instead": r.instead} for r in procedure.refuses],
        "sources": [source.title for source in procedure.sources],
        "version": procedure.version,
        "valid_to": procedure.valid_to and day(procedure.valid_to),
    }  # fmt: skip


def processing_words(processing: ProcessingTime) -> str:
    """How long the office may take, as a sentence."""
    say = words_of("wall_notice")
    told = []
    if processing.working_days is not None:
        sentence = say["same_day"] if processing.working_days == 0 else say["working_days"]
        told.append(sentence.format(days=processing.working_days))
    if processing.verified_working_days is not None:
        told.append(say["verified_working_days"].format(days=processing.verified_working_days))
    if processing.verified_days is not None:
        told.append(say["verified_days"].format(days=processing.verified_days))
    if processing.next_day_after is not None:
        told.append(say["next_day_after"].format(time=f"{processing.next_day_after:%H:%M}"))
    if processing.note:
        told.append(processing.note if processing.note[-1] in ".!" else f"{processing.note}.")
    return " ".join(sentence[0].upper() + sentence[1:] for sentence in told)


def fee_words(fee: Fee) -> dict[str, str]:
    """A fee with its amount in words people read: free, so much, or as the province sets it."""
    say = words_of("wall_notice")
    if fee.amount_vnd is None:
        amount = say["fee_of_province"]
    elif fee.amount_vnd == 0:
        amount = say["fee_none"]
    else:
        amount = say["fee_amount"].format(amount=f"{fee.amount_vnd:,}".replace(",", "."))
    return {"title": fee.title, "amount": amount, "note": fee.note or ""}


def _paper(slot: Slot) -> dict[str, Any]:
    return {"title": slot.title, "hint": slot.hint or "", "need": _need(slot)}


def _need(slot: Slot) -> str:
    """Which word of the catalogue says how surely that paper is asked for."""
    if slot.required is True and slot.when is None:
        return "required"
    if slot.required is False:
        return "if_any"
    return "depends" if slot.when is not None else "mostly"


def _told(label: str, text: str | None) -> list[dict[str, str]]:
    return [{"label": label, "text": text}] if text else []


def _deadline_words(procedure: Procedure) -> str | None:
    deadline = procedure.deadline
    if deadline is None:
        return None
    say = words_of("wall_notice")
    field = procedure.fields.get(deadline.from_field)
    if field is None:  # a leaflet of the catalogue has no questions
        return str(say["deadline_plain"].format(days=deadline.days))
    asked = field.label[:1].lower() + field.label[1:]
    return str(say["deadline_days"].format(days=deadline.days, field=asked))
