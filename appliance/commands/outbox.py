"""`tramhoso outbox`: what waits for the ward, and why."""

from __future__ import annotations

import json
from pathlib import Path

import click

from appliance.commands.box import open_box
from appliance.store import outbox as rows


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
    table = [
        {
            "id": submission.id,
            "state": submission.state.value,
            "age_s": int((now - submission.created_at).total_seconds()),
            "attempts": submission.attempts,
            "next_try_at": submission.next_try_at and submission.next_try_at.isoformat(),
            "error": submission.error_code,
            "detail": submission.error_text,
        }
        for submission in waiting
    ]
    if as_json:
        click.echo(json.dumps(table))
        return
    if not table:
        click.echo("the outbox is empty")
    for row in table:
        error = f"{row['error']}: {row['detail']}" if row["error"] else "no error yet"
        click.echo(
            f"{row['id']}  {row['state']}  {row['age_s']} s old  "
            f"{row['attempts']} attempts  {error}"
        )


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
