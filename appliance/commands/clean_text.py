"""The unseen text of cleaned pages: read last, and left out rather than anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from appliance.core.paper.plates import PlatedPage
from appliance.devices.memory import available_bytes, board_bytes
from appliance.imaging.picture import picture_of
from appliance.imaging.text.program import vietnamese_is_here
from appliance.imaging.text.reading import TEXT_DPI, text_of
from appliance.imaging.text.room import enough_for_text
from appliance.papers.fitting import words_that_fit


def why_no_text() -> str | None:
    """What stands in the way of reading texts here, for the person at the keyboard."""
    if not vietnamese_is_here():
        return "tesseract and its Vietnamese are not installed (tesseract-ocr-vie)"
    if not enough_for_text(board_bytes(), available_bytes()):
        return "this board has too little memory"
    return None


def with_text(part: Sequence[PlatedPage], budget_bytes: int) -> list[PlatedPage]:
    """The pages of one PDF with what they say, as far as it fits: pictures are what counts.

    They are read one after the other; never two at once.
    """
    read = [replace(page, text=text_of(picture_of(page, TEXT_DPI), TEXT_DPI)) for page in part]
    return words_that_fit(read, budget_bytes)
