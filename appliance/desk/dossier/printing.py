"""What can be printed at this point: a dossier's sheets as PDF, and the printer for them.

A PDF first, always: it is offered for download whether or not there is a printer.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from appliance.core.dossiers.dossier import DossierState
from appliance.core.errors import DossierLocked, DossierMovedOn
from appliance.core.forms.dates import PartialDate
from appliance.core.forms.procedure import Slot
from appliance.core.printing import Media
from appliance.core.wire.manifest import RESERVED_SLOTS
from appliance.desk.dossier.consent import consent_text
from appliance.desk.dossier.dossiers import DossierView
from appliance.desk.point import Point
from appliance.devices.printer import Printer
from appliance.papers.names import paper_file_names
from appliance.papers.prints.consent_slip import ConsentSlip, print_consent_slip
from appliance.papers.prints.number_slip import NumberSlip, print_number_slip
from appliance.papers.prints.queue_slip import print_queue_slip
from appliance.papers.prints.receipt_slip import (
    ReceiptSlip,
    SlipPaper,
    WardReceipt,
    asked_line,
    print_receipt_slip,
    reminders_of,
)
from appliance.papers.prints.rights_slip import RightsSlip, print_rights_slip
from appliance.papers.prints.signing_sheet import print_signing_sheet, signing_sheet_of
from appliance.papers.prints.value_sheet import AttachedFile, print_value_sheet, value_sheet_of


def printer_for(point: Point, media: Media) -> Printer:
    """The printer that has that paper; one without a queue is told as absent when it is used."""
    section = point.config.printer
    return Printer(section.queue_for(media), section.socket)


def dossier_print(
    point: Point,
    view: DossierView,
    key: str,
    media: Media,
    *,
    volunteer_name: str = "",
    follow_up_url: str | None = None,
) -> bytes:
    """The PDF of one print about a dossier; *key* as in ``prints.offered``.

    Raises:
        DossierLocked: its answers cannot be read now.
        DossierMovedOn: it is sealed: only the ward reads its answers.
        PrintingFailed: no sheet came out.
        KeyError: there is no such print of a dossier.
    """
    match key:
        case "receipt_slip":
            return print_receipt_slip(_receipt(point, view, volunteer_name, follow_up_url), media)
        case "rights_slip":
            return print_rights_slip(_rights(point, view, volunteer_name), media)
        case "consent_slip":
            return print_consent_slip(_consent(point, view, volunteer_name), media)
        case "value_sheet":
            must_be_readable(view)
            sheet = value_sheet_of(
                view.procedure,
                view.answers,
                point.places,
                point_name=point.config.point.name,
                local_number=view.dossier.number,
                made_at=point.clock().astimezone(point.zone),
                files=_files(view),
            )
            return print_value_sheet(sheet, media)
        case "signing_sheet":
            must_be_readable(view)
            both = signing_sheet_of(
                view.procedure,
                view.answers,
                point.places,
                point_name=point.config.point.name,
                local_number=view.dossier.number,
                made_at=point.clock().astimezone(point.zone),
            )
            return print_signing_sheet(both, media)
    raise KeyError(key)


def print_number(point: Point, number: int, pages: int) -> None:
    """Hand the slip of somebody without a dossier to the till roll's printer.

    Raises:
        PrinterError: it does not come out.
        PrintingFailed: no sheet came out.
    """
    slip = NumberSlip(
        point_name=point.config.point.name,
        number=number,
        pages=pages,
        kept_minutes=point.config.drafts.walk_up_minutes,
        made_at=point.clock().astimezone(point.zone),
    )
    printer_for(point, Media.ROLL).print(print_number_slip(slip), Media.ROLL)


def queue_slip(point: Point, number: int, media: Media) -> bytes:
    """The paper of a queue number; on A4 a sheet of them, from *number* on.

    Raises:
        PrintingFailed: no sheet came out.
    """
    made_at = point.clock().astimezone(point.zone)
    return print_queue_slip(point.config.point.name, number, made_at, media)


def must_be_readable(view: DossierView) -> None:
    """Whether the answers are here.

    Raises:
        DossierLocked: they wait for the desk key.
        DossierMovedOn: they are at the ward.
    """
    if view.locked:
        raise DossierLocked(f"dossier {view.dossier.id} is locked")
    if _is_sealed(view):
        raise DossierMovedOn(f"dossier {view.dossier.id} is sealed")


def _is_sealed(view: DossierView) -> bool:
    return view.dossier.state not in (DossierState.OPEN, DossierState.SEALING)


def _receipt(
    point: Point, view: DossierView, volunteer_name: str, follow_up_url: str | None
) -> ReceiptSlip:
    now = point.clock().astimezone(point.zone)
    return ReceiptSlip(
        point_name=point.config.point.name,
        local_number=view.dossier.number,
        procedure_name=view.procedure.title,
        papers=tuple(SlipPaper(slot.title, pages) for slot, pages in _papers(view)),
        made_at=now,
        is_sealed=_is_sealed(view),
        volunteer_name=volunteer_name,
        reminders=reminders_of(view.procedure, now, _deadline_start(view)),
        bring=tuple(paper.title for paper in view.procedure.bring if paper.always),
        receipt=_ward_receipt(point, view),
        follow_up_url=follow_up_url,
        follow_secret=view.dossier.follow_secret if follow_up_url else None,
        supplement=view.submission.revision - 1 if view.submission else 0,
        asked=_asked(view),
        reply_by=(
            view.request.reply_by.astimezone(point.zone).date()
            if view.request and view.request.reply_by
            else None
        ),
    )


def _asked(view: DossierView) -> tuple[str, ...]:
    """What the ward waits for; an officer's own words stay on the screen."""
    titles = {slot.key: slot.title for slot in view.procedure.slots}
    titles |= {  # “ngày sinh” alone does not tell whose
        field.key: f"{field.label} ({section.title})"
        for section in view.procedure.sections
        for field in section.fields
    }
    return tuple(
        dict.fromkeys(
            asked_line(titles[item.ref], item.page, item.problem)
            for item in (view.request.items if view.request else ())
            if item.ref in titles
        )
    )


def _consent(point: Point, view: DossierView, volunteer_name: str) -> ConsentSlip:
    return ConsentSlip(
        point_name=point.config.point.name,
        local_number=view.dossier.number,
        procedure_name=view.procedure.title,
        consent_text=consent_text(point, view.procedure),
        papers=tuple(slot.title for slot, _ in _papers(view)),
        volunteer_name=volunteer_name,
        made_at=point.clock().astimezone(point.zone),
    )


def _rights(point: Point, view: DossierView, volunteer_name: str) -> RightsSlip:
    """What became of it when the citizen asked; who else holds something."""
    erased, receipt = view.dossier.erased_at, _ward_receipt(point, view)
    return RightsSlip(
        point_name=point.config.point.name,
        local_number=view.dossier.number,
        procedure_name=view.procedure.title,
        made_at=point.clock().astimezone(point.zone),
        erased_at=erased.astimezone(point.zone) if erased else None,
        why=view.dossier.erased_why or "",
        ward_code=receipt.code if receipt else None,
        ward_has_it=receipt is not None,
        volunteer_name=volunteer_name,
    )


def _papers(view: DossierView) -> list[tuple[Slot, int]]:
    """Papers with the pages that are sent, in asking order; after the seal as they were sealed."""
    pages: Counter[str] = Counter()
    if view.submission is not None:
        for file in view.submission.files:
            if file.slot not in RESERVED_SLOTS:
                pages[file.slot] += file.pages
    else:
        pages.update(page.slot_key for page in view.pages if not page.left_out)
    return [(slot, pages[slot.key]) for slot in view.procedure.slots if pages[slot.key]]


def _files(view: DossierView) -> tuple[AttachedFile, ...]:
    papers = _papers(view)
    names = paper_file_names(slot.title for slot, _ in papers)
    return tuple(
        AttachedFile(name, slot.title, slot.portal_row, pages)
        for name, (slot, pages) in zip(names, papers, strict=True)
    )


def _deadline_start(view: DossierView) -> date | None:
    """The day the law counts from, where it was answered wholly and can still be read."""
    if view.procedure.deadline is None:
        return None
    answer = PartialDate.read(str(view.answers.get(view.procedure.deadline.from_field, "")))
    return answer.whole if answer is not None else None


def _ward_receipt(point: Point, view: DossierView) -> WardReceipt | None:
    if view.receipt is None:
        return None
    due = view.receipt.due_at
    return WardReceipt(
        code=view.receipt.code,
        received_at=view.receipt.received_at.astimezone(point.zone),
        due_on=due.astimezone(point.zone).date() if due is not None else None,
        national_code=view.national_code,
    )
