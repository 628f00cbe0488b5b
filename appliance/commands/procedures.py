"""``tramhoso procedures``: look at procedure files before they reach a point."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.core.errors import ProcedureWrong
from appliance.procedures.reader import read_procedure


@click.group()
def procedures() -> None:
    """Procedure files: what may be asked for at a point."""


@procedures.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Read each FILE and say what is wrong with it, with file and line.

    Ends with 1 when any file cannot be used.
    """
    wrong = False
    for path in files:
        try:
            procedure = read_procedure(path)
        except ProcedureWrong as error:
            wrong = True
            click.echo(str(error))
        else:
            click.echo(
                f"{path}: good: {procedure.id} {procedure.version}, "
                f"{len(procedure.fields)} fields, {len(procedure.slots)} slots, "
                f"sha256 {procedure.sha256[:12]}"
            )
    if wrong:
        raise SystemExit(1)
