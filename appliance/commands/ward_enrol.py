"""`tramhoso ward enrol-code`: what a new box is taken in by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from web.ward.boxes.devices import DeviceExists
from web.ward.boxes.enrolment import new_code
from web.ward.database import migrate, open_database, writing
from web.ward.home import NotAWardHome, open_home
from web.ward.settings import WardSettings


@click.command("enrol-code", short_help="A one-time code for a new box.")
@click.argument("home", type=click.Path(path_type=Path, file_okay=False))
@click.argument("name")
@click.option("--hours", type=click.IntRange(1, 24 * 14), default=24, show_default=True)
@click.option("--url", help="this ward's address, to print the whole line for the box")
@click.option(
    "--database", metavar="URL", envvar="TRAMHOSO_WARD_DATABASE", help="postgresql://…; else SQLite"
)
def enrol_code(home: Path, name: str, hours: int, url: str | None, database: str | None) -> None:
    """Print a code by which one box becomes NAME; told once. An earlier one of NAME ends."""
    life = timedelta(hours=hours)
    try:
        open_home(home)
        engine = open_database(WardSettings(home, database).database_url)
        try:
            migrate(engine)
            with writing(engine) as conn:
                code = new_code(conn, name, datetime.now(UTC), life)
        finally:
            engine.dispose()
    except NotAWardHome as error:
        raise click.ClickException(str(error)) from error
    except DeviceExists as error:
        raise click.ClickException(f"there is a box {name} already; take another name") from error
    click.echo(code)
    where = f" --url {url}" if url else ""
    click.echo(f"on the box, within {hours} h: sudo tramhoso enrol {code}{where}", err=True)
