"""Tờ hướng dẫn: one thing people get stuck at, step by step, to do alone at home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from appliance.core.printing import Media
from appliance.papers.prints.setting import content_of, set_print, words_of


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One step; a step that nobody checked again says so."""

    title: str
    lines: tuple[str, ...]
    drawing: str  # a name of appliance.papers.drawings
    is_sure: bool = True
    seen: str = ""  # the words on the portal's own screen


@dataclass(frozen=True, slots=True)
class StepGuide:
    """All that stands on it, in the reader's language; names nobody."""

    point_name: str
    title: str
    lead: str
    never: str  # that nobody here asks for a password or an OTP code
    steps: tuple[GuideStep, ...]
    sources: str
    made_at: datetime  # in the point's time zone
    bring: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()  # to be written down beforehand: label, advice
    url: str | None = None  # the same guide, as a QR
    language: str = "vi"


def print_step_guide(guide: StepGuide, media: Media = Media.A4) -> bytes:
    """The sheet as PDF/A-2b; one page on A4.

    Raises:
        PrintingFailed: no sheet came out.
    """
    return set_print(
        "step_guide",
        media,
        guide.made_at,
        {**content_of(guide), "qr": guide.url},
        words_of("step_guide", guide.language),
    )
