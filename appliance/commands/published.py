"""`tramhoso published`: what the ward sent down to this box, and the way back."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.commands.box import open_folders
from appliance.config import read_config
from appliance.published.keeping import Shelf


@click.group(invoke_without_command=True, short_help="What the ward sent down; the way back.")
@click.pass_context
def published(context: click.Context) -> None:
    """Procedures, guides, notices and settings that the ward sent down."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@published.command("list")
@click.pass_obj
def list_(config_path: Path) -> None:
    """Which publication stands, which one was refused and why, and every file of it."""
    shelf = Shelf(read_config(config_path).paths.state / "published")
    now = shelf.standing()
    click.echo(f"standing: {now.number or 'nothing, as shipped'}")
    click.echo(f"before: {now.before or '-'}")
    if now.refused is not None:
        click.echo(f"refused: {now.refused.number}: {now.refused.why}")
    if now.number:
        damaged = set(shelf.damaged_files(now.number))
        for one in shelf.list_of(now.number).files:
            lost = "\tDAMAGED" if one.path in damaged else ""
            click.echo(f"{one.path}\t{one.bytes}\t{one.sha256[:12]}{lost}")


@published.command()
@click.pass_obj
def back(config_path: Path) -> None:
    """Let the publication before stand again, or none; services need no restart.

    The one that stood is not taken again. The ward hears of it, and sends a newer one.
    """
    shelf = open_folders(config_path, sees_papers=False).shelf
    now = shelf.standing()
    if not now.number:
        raise click.ClickException("nothing of the ward stands here; there is no way back from it")
    told = shelf.back("put back at the box", "")
    click.echo(f"standing: {told.number or 'nothing, as shipped'}")
