"""`tramhoso audit`: who helped, what moved and when; carried out as a file, and checked."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from appliance.commands.box import open_box
from appliance.commands.whole_file import write_whole
from appliance.core.dossiers.trail import Head
from appliance.desk import trail


@click.group(short_help="Who helped, what moved, when; without names.")
def audit() -> None:
    """The trail of this point: numbers of volunteers, ids of dossiers, codes and counts."""


@audit.command("export", short_help="Write the whole trail as JSON lines.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.pass_obj
def export(config_path: Path, file: Path | None) -> None:
    """Write the whole trail to FILE, or to the standard output.

    Keep it away from the box: a later `audit check --export FILE` proves that nothing before its
    last line changed.
    """
    point = open_box(config_path)
    if file is None:
        for line in trail.export(point):
            sys.stdout.write(line + "\n")
        return
    try:
        write_whole(file, "".join(line + "\n" for line in trail.export(point)).encode())
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}; nothing was written") from error


@audit.command("check", short_help="Walk the trail; tell a changed, missing or swapped line.")
@click.option(
    "--export",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="an earlier export, which the trail must go on from",
)
@click.option(
    "--head",
    "head_text",
    metavar="NUMBER:DIGEST",
    help="a line that the ward knows from a heartbeat (`ward token list`)",
)
@click.pass_obj
def check(config_path: Path, file: Path | None, head_text: str | None) -> None:
    """Ends with 1 and names the line when something is wrong.

    A chain alone cannot tell whether its end was cut off: --export or --head can.
    """
    point = open_box(config_path)
    try:
        known = [Head.read(head_text)] if head_text else []
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    try:
        if file is not None:
            with file.open(encoding="utf-8") as text:
                known.append(trail.check_file(text))
        head = trail.check(point, tuple(known))
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: this is no export of a trail") from error
    except trail.BrokenTrail as error:
        raise click.ClickException(str(error)) from error
    begins = trail.kept_since(point).seq
    click.echo(f"whole, {head.seq - begins} lines; the newest is {head}")
    if begins:
        click.echo(f"lines up to {begins} are no longer kept ([retention] trail_days)")
    for one in known:
        if one.seq < begins:
            click.echo(f"line {one.seq} is older than that: nothing can be said of it")
