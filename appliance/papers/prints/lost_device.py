"""Phiếu báo mất thiết bị: what a lost box held, for the office's own report within 72 hours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.papers.prints.setting import day, set_print, words_of


@dataclass(frozen=True, slots=True)
class LostLine:
    """One dossier by its id."""

    id: str
    code: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class LostSheet:
    """All that stands on it; every moment in the office's time zone. No citizen is named."""

    device: str
    known_at: datetime
    report_until: datetime
    revoked_at: datetime
    seen_at: datetime | None
    drafts: int | None  # dossiers open on its desk when it was heard last
    waiting: int | None  # sealed ones without a receipt then
    brought: int  # every dossier that the office has of it
    perhaps_open: tuple[LostLine, ...]
    lately: tuple[LostLine, ...]
    made_at: datetime


def print_lost_device(sheet: LostSheet) -> bytes:
    """The sheet as PDF/A-2b.

    Raises:
        PrintingFailed: no sheet came out.
    """
    say = words_of("lost_device")
    counts = {"drafts": sheet.drafts, "waiting": sheet.waiting, "brought": sheet.brought}
    held = [
        say["held"][key].format(n=say["unknown"] if count is None else count)
        for key, count in counts.items()
    ]
    content = {
        "facts": [
            [say["device"], sheet.device],
            [say["known"], _moment(sheet.known_at)],
            [say["until"], _moment(sheet.report_until)],
            [say["revoked"], _moment(sheet.revoked_at)],
            [say["seen"], _moment(sheet.seen_at) if sheet.seen_at else say["never"]],
        ],
        "held": [*held, *say["held_lines"]],
        "steps": list(say["steps_lines"]),
        "perhaps_open": [_row(one) for one in sheet.perhaps_open],
        "lately": [_row(one) for one in sheet.lately],
    }
    return set_print("lost_device", Media.A4, sheet.made_at, content)


def _row(one: LostLine) -> list[str]:
    return [one.id, one.code, _moment(one.received_at)]


def _moment(moment: datetime) -> str:
    return f"{moment:%H:%M} {day(moment)}"
