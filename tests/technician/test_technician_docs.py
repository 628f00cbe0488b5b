"""The pages for technicians speak of commands, keys and codes that are there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from appliance.cli import tramhoso
from appliance.commands.outbox import _words
from appliance.config import Config
from appliance.core.dossiers.submission import Submission, SubmissionState
from appliance.core.errors import concrete_errors

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (
    "technician.md", "twenty_boxes.md", "day_two.md", "something_wrong.md", "releases.md",
    "box_by_hand.md",
)  # fmt: skip
PAGE = "\n".join((DOCS / name).read_text() for name in PAGES)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_every_code_it_explains_is_one_that_can_be_met():
    told = {
        code
        for row in re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|", PAGE, re.MULTILINE)
        for code in re.findall(r"`([a-z-]+)`", row)
    }
    assert len(told) > 15
    assert told <= {error.code for error in concrete_errors()}


def test_every_key_it_changes_is_one_of_the_configuration():
    for section, key in re.findall(r"`(point|paths|panel|scanner|ward|web)\.(\w+)`", PAGE):
        assert key in type(getattr(Config(), section)).model_fields, f"{section}.{key}"


@pytest.mark.parametrize("page", [*PAGES, "ward.md", "virtual_scanner.md", "../README.md"])
def test_every_command_it_shows_is_there(page: str):
    blocks = re.findall(r"^```\w*\n(.*?)^```", (DOCS / page).read_text(), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    shown = [
        line.split("tramhoso ", 1)[1]
        for line in lines
        if re.match(r"(\$ )?(sudo )?tramhoso ", line)
    ]
    for words in shown:
        for names in re.sub(r"--config \S+ ", "", words).split()[0].split("|"):
            assert tramhoso.get_command(click.Context(tramhoso), names), words


def test_no_page_leads_to_one_that_is_not_there():
    for name in (*PAGES, "../README.md", "../README.vi.md", "ward.md"):
        place = DOCS / name
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", place.read_text()):
            assert (place.parent / link).exists(), f"{name}: {link}"


def submission(
    state: SubmissionState, code: str | None, next_try_at: datetime | None
) -> Submission:
    return Submission(
        id="01a2",
        dossier_id="01a2",
        revision=1,
        destination="ward",
        state=state,
        body=b"{}",
        manifest_sha256="",
        created_at=NOW - timedelta(minutes=5),
        attempts=2,
        next_try_at=next_try_at,
        error_code=code,
        error_text="Connection refused" if code else None,
    )


def test_what_waits_says_since_when_why_and_when_it_is_tried_again():
    waiting = submission(
        SubmissionState.WAITING, "destination-unreachable", NOW + timedelta(seconds=8)
    )
    assert "  ".join(_words(waiting, NOW)) == (
        "01a2  waiting  5 min old  2 attempts  next in 8 s  "
        "destination-unreachable: Connection refused"
    )


def test_what_waits_for_a_person_promises_no_next_try():
    stuck = submission(SubmissionState.NEEDS_PERSON, "conflict-at-ward", NOW)
    assert "next in" not in "  ".join(_words(stuck, NOW))
