"""`tramhoso ward erase-local`: what boxes are to erase."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from web.ward.boxes.erase_orders import order_dossier, order_everything
from web.ward.boxes.wire import UUID
from web.ward.database import migrate, open_database, writing
from web.ward.home import NotAWardHome, open_home
from web.ward.settings import WardSettings


@click.command("erase-local", short_help="Let a box erase a dossier, or everything.")
@click.argument("home", type=click.Path(path_type=Path, file_okay=False))
@click.argument("dossiers", metavar="[DOSSIER_ID]…", nargs=-1)
@click.option("--box", "name", help="everything on this box, also what it has not sent yet")
@click.option(
    "--database", metavar="URL", envvar="TRAMHOSO_WARD_DATABASE", help="postgresql://…; else SQLite"
)
@click.confirmation_option(prompt="Erase it at the point? It cannot be brought back from there")
def erase_local(
    home: Path, dossiers: tuple[str, ...], name: str | None, database: str | None
) -> None:
    """Order what a point still holds of each DOSSIER_ID, or of everybody, to be erased there.

    A box obeys when it hears of it: a dossier within seconds, everything with its next heartbeat,
    within a quarter of an hour of being on line. What is at the ward stays.
    """
    if bool(dossiers) == bool(name):
        raise click.UsageError("name dossiers, or one --box")
    try:
        open_home(home)
    except NotAWardHome as error:
        raise click.ClickException(str(error)) from error
    engine = open_database(WardSettings(home, database).database_url)
    now = datetime.now(UTC)
    try:
        migrate(engine)
        with writing(engine) as conn:
            if name and not order_everything(conn, name, now):
                raise click.ClickException(f"no box {name} that could be ordered; see token list")
            for one in dossiers:
                if not (UUID.match(one) and order_dossier(conn, one, now)):
                    raise click.ClickException(f"no dossier {one} here; nothing was ordered")
    finally:
        engine.dispose()
    click.echo(f"ordered: {name or len(dossiers)}")
