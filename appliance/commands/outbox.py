"""`tramhoso outbox`: what waits for the ward, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click

from appliance.commands.box import open_box
from appliance.core.dossiers.submission import Submission, SubmissionState
from appliance.store.dossier import outbox as rows


@click.group(short_help="What waits for the ward, and why.")
def outbox() -> None:
    """Sealed dossiers without a receipt."""


@outbox.command("list")
@click.option("--json", "as_json", is_flag=True, help="one JSON array")
@click.pass_obj
def list_(config_path: Path, as_json: bool) -> None:
    """Oldest first: id, state, age, attempts, last error."""
    point = open_box(config_path)
    now = point.clock()
    with point.database.reading() as connection:
        waiting = rows.list_outbox(connection)
    if as_json:
        click.echo(json.dumps([_told(submission, now) for submission in waiting]))
        return
    if not waiting:
        click.echo("the outbox is empty")
    for submission in waiting:
        click.echo("  ".join(_words(submission, now)))


def _told(submission: Submission, now: datetime) -> dict[str, object]:
    return {
        "id": submission.id,
        "state": submission.state.value,
        "age_s": int((now - submission.created_at).total_seconds()),
        "attempts": submission.attempts,
        "next_try_at": submission.next_try_at and submission.next_try_at.isoformat(),
        "error": submission.error_code,
        "detail": submission.error_text,
    }


def _words(submission: Submission, now: datetime) -> Iterator[str]:
    yield submission.id
    yield submission.state.value
    yield f"{_span(now - submission.created_at)} old"
    yield f"{submission.attempts} attempts"
    if submission.state is SubmissionState.WAITING and submission.next_try_at:
        yield f"next in {_span(submission.next_try_at - now)}"
    code, text = submission.error_code, submission.error_text
    yield f"{code}: {text}" if code else "no error yet"


def _span(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


@outbox.command("retry", short_help="Try one, or everything, now.")
@click.argument("submission_id", required=False)
@click.pass_obj
def retry(config_path: Path, submission_id: str | None) -> None:
    """Try SUBMISSION_ID, or everything, now; also what waits for a person."""
    point = open_box(config_path)
    with point.database.writing() as connection:
        count = rows.retry(connection, submission_id)
    if submission_id and not count:
        raise click.ClickException(f"no submission {submission_id} in the outbox")
    click.echo(f"{count} to be tried now")
