"""`tramhoso ward enrol-codes`: a code for every point of a list, for the stick that makes boxes."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from appliance.commands.whole_file import write_whole
from web.ward.boxes.devices import DeviceExists
from web.ward.boxes.enrolment import new_code
from web.ward.database import migrate, open_database, writing
from web.ward.home import NotAWardHome, open_home
from web.ward.settings import WardSettings

CODE, NAME, ENROL_CODE = "code", "name", "enrol_code"
LONGEST = 80  # of a box's name, as the contract says


@click.command("enrol-codes", short_help="One-time codes for a whole list of points.")
@click.argument("home", type=click.Path(path_type=Path, file_okay=False))
@click.argument("points", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--to", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--hours", type=click.IntRange(1, 24 * 14), default=72, show_default=True)
@click.option(
    "--database", metavar="URL", envvar="TRAMHOSO_WARD_DATABASE", help="postgresql://…; else SQLite"
)
def enrol_codes(home: Path, points: Path, to: Path, hours: int, database: str | None) -> None:
    """Write the list POINTS (CSV with the columns code and name) with a column enrol_code.

    A point whose box came already gets none. Codes of an earlier list end. --to is written for its
    owner alone: whoever has a code first becomes that point's box.
    """
    heads, rows = _read(points)
    life = timedelta(hours=hours)
    try:
        open_home(home)
        engine = open_database(WardSettings(home, database).database_url)
        try:
            migrate(engine)
            with writing(engine) as conn:
                for row in rows:
                    name = f"{row[CODE]} {row[NAME]}"[:LONGEST].rstrip()
                    try:
                        row[ENROL_CODE] = new_code(conn, name, datetime.now(UTC), life)
                    except DeviceExists:
                        row[ENROL_CODE] = ""
                        click.echo(f"{name}: its box came already; no code", err=True)
        finally:
            engine.dispose()
    except NotAWardHome as error:
        raise click.ClickException(str(error)) from error
    _write(to, [*heads, *([] if ENROL_CODE in heads else [ENROL_CODE])], rows)
    made = sum(bool(row[ENROL_CODE]) for row in rows)
    click.echo(f"{to}: {made} codes, good for {hours} h; erase it when the boxes are made")


def _read(points: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        text = points.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{points}: no UTF-8; save it as “CSV UTF-8”") from error
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=first.count))
    heads = [head.strip() for head in reader.fieldnames or ()]
    if not {CODE, NAME} <= set(heads):
        raise click.ClickException(f"{points}: its first line names the columns: code,name")
    reader.fieldnames = heads
    rows = [{head: (row[head] or "").strip() for head in heads} for row in reader]
    rows = [row for row in rows if any(row.values())]
    codes = [row[CODE] for row in rows]
    for number, row in enumerate(rows, start=2):
        if not (row[CODE] and row[NAME]):
            raise click.ClickException(f"{points}, line {number}: a point has a code and a name")
        if codes.count(row[CODE]) > 1:
            raise click.ClickException(f"{points}: {row[CODE]} stands there twice")
    return heads, rows


def _write(to: Path, heads: list[str], rows: list[dict[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    try:
        to.unlink(missing_ok=True)
        to.touch(mode=0o600)
        write_whole(to, text.getvalue().encode())
        to.chmod(0o600)
    except OSError as error:
        raise click.ClickException(f"{to}: {error.strerror}; type the same again") from error
