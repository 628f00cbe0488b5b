"""``tramhoso procedures``: look at procedure files before they reach a point."""

from __future__ import annotations

from datetime import datetime
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
    """Read each FILE and say what is wrong, with file and line.

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


@procedures.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="Where to write; default: FILE.html.")
def preview(file: Path, to: Path | None) -> None:
    """Write FILE as one page for the officer who looks after it.

    Ends with 1 when the file cannot be used; nothing is written then.
    """
    from appliance.procedures.preview import preview as page_of

    try:
        procedure = read_procedure(file)
    except ProcedureWrong as error:
        click.echo(str(error))
        raise SystemExit(1) from None
    target = to or file.with_suffix(".html")
    target.write_text(page_of(procedure), encoding="utf-8")
    click.echo(f"{target}: {procedure.id} {procedure.version}")


@procedures.command("import")
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), required=True, help="The YAML to write.")
def import_workbook(workbook: Path, to: Path) -> None:
    """Draft a procedure file from an officer's workbook.

    WORKBOOK is an .xlsx with two sheets, as `template` writes one. Says what was not understood,
    with sheet, row, column and what to do, then checks the draft. Ends with 1 unless both are
    fine; a file that is there already is not overwritten.
    """
    from appliance.procedures.sheet import draft_of, shipped_lists
    from appliance.procedures.shelf import LISTS

    if to.exists():
        raise click.ClickException(f"{to} is there already")
    own = {path.stem for path in (to.parent / LISTS).glob("*.yaml")}
    draft = draft_of(workbook, datetime.now().astimezone().date(), shipped_lists() | own)
    for mistake in draft.mistakes:
        click.echo(mistake)
    if not draft.text:
        raise SystemExit(1)
    to.write_text(draft.text, encoding="utf-8")
    try:
        read_procedure(to)
    except ProcedureWrong as error:
        click.echo(str(error))
        raise SystemExit(1) from None
    click.echo(f"{to}: a draft, good so far")
    if draft.mistakes:
        raise SystemExit(1)


@procedures.command()
@click.argument("workbook", type=click.Path(path_type=Path))
def template(workbook: Path) -> None:
    """Write WORKBOOK, an empty .xlsx for `import`."""
    from appliance.procedures.sheet import write_template

    if workbook.exists():
        raise click.ClickException(f"{workbook} is there already")
    write_template(workbook)
    click.echo(f"{workbook}: two sheets to fill in")
