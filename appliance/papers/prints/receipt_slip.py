"""Phiếu in tại điểm: what a citizen takes home. Never an imitation of an office's own receipt."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from appliance.core.forms.procedure import Procedure
from appliance.core.printing import Media
from appliance.papers.prints.setting import day, set_print, words_of


@dataclass(frozen=True, slots=True)
class SlipPaper:
    """One paper in the list of what the dossier holds."""

    title: str
    pages: int


@dataclass(frozen=True, slots=True)
class WardReceipt:
    """What the ward's verified receipt says."""

    code: str
    received_at: datetime  # in the point's time zone
    due_on: date | None = None
    national_code: str | None = None  # mã hồ sơ, once an officer has entered it


@dataclass(frozen=True, slots=True)
class ReceiptSlip:
    """All that stands on it. Dates and reminders are sentences, made by ``reminders_of``."""

    point_name: str
    local_number: str
    procedure_name: str
    papers: tuple[SlipPaper, ...]
    made_at: datetime  # in the point's time zone
    is_sealed: bool  # before the seal nothing is on its way, and the slip says so
    volunteer_name: str = ""
    reminders: tuple[str, ...] = ()
    bring: tuple[str, ...] = ()
    receipt: WardReceipt | None = None
    follow_up_url: str | None = None  # becomes a QR; never carries a name or an ID number
    follow_secret: str | None = None  # the same for whoever types: it lies in the QR, too
    supplement: int = 0  # *papers* came with the first, second… supplement; 0: with the dossier
    asked: tuple[str, ...] = ()  # what the ward waits for now, a line each
    reply_by: date | None = None


def asked_line(title: str, page: int | None, problem: str | None) -> str:
    """What the ward asks for: a paper, a page of it or an answer, and what is wrong with it."""
    say = words_of("receipt_slip")
    where = f"{title}, {say['asked_page'].format(page=page)}" if page else title
    return f"{where}: {say['problem'][problem]}" if problem else where


def reminders_of(
    procedure: Procedure, made_at: datetime, deadline_start: date | None = None
) -> tuple[str, ...]:
    """Legal deadline, the afternoon rule, how long the office takes.

    *deadline_start* is the answer to the field the deadline counts from, where it is a whole date.
    """
    say = words_of("receipt_slip")
    told = []
    if procedure.deadline is not None and deadline_start is not None:
        last = procedure.deadline.last_day(deadline_start)
        left = procedure.deadline.days_left(deadline_start, made_at.date())
        sentence = say["deadline_left"] if left >= 0 else say["deadline_over"]
        told.append(sentence.format(last_day=day(last), days=left))
    processing = procedure.processing
    if processing.working_days is not None:
        sentence = say["same_day"] if processing.working_days == 0 else say["working_days"]
        told.append(sentence.format(days=processing.working_days))
    if processing.next_day_after is not None:
        told.append(say["afternoon"].format(time=f"{processing.next_day_after:%H:%M}"))
    if procedure.presence:
        told.append(procedure.presence)
    return tuple(told)


def print_receipt_slip(slip: ReceiptSlip, media: Media = Media.A4) -> bytes:
    """The slip as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    content = asdict(slip)
    del content["made_at"]
    content["reply_by"] = slip.reply_by and day(slip.reply_by)
    content["about"] = _sentences_of(slip)
    if slip.receipt is not None:
        content["receipt"] = {
            "code": slip.receipt.code,
            "received": f"{slip.receipt.received_at:%H:%M} {day(slip.receipt.received_at)}",
            "due_on": slip.receipt.due_on and day(slip.receipt.due_on),
            "national_code": slip.receipt.national_code,
        }
    content["qr"] = slip.follow_up_url
    content["follow_secret"] = slip.follow_secret and _in_groups(slip.follow_secret)
    return set_print("receipt_slip", media, slip.made_at, content)


def _sentences_of(slip: ReceiptSlip) -> dict[str, str]:
    """Those that are another for a supplement, with its number in them."""
    say = words_of("receipt_slip")
    told = say["supplement"] if slip.supplement else say
    names = ("waiting", "waiting_more", "received", "papers")
    return {name: str(told[name]).format(number=slip.supplement) for name in names}


def _in_groups(secret: str) -> str:
    """Five letters at a time are read out without losing one's place."""
    return " ".join(secret[place : place + 5] for place in range(0, len(secret), 5))
