"""`tramhoso ward import`: what came on a stick, taken in at the ward."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from web.ward.boxes.by_hand import Brought, Importing, NotAStick
from web.ward.database import migrate, open_database
from web.ward.home import NotAWardHome, open_home
from web.ward.settings import WardSettings
from web.ward.wording import words

NOT_ALL = 3  # exit code: something on the stick was not taken in


@click.command("import", short_help="Take in dossiers from a stick.")
@click.argument("home", type=click.Path(path_type=Path, file_okay=False))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, resolve_path=True))
@click.option(
    "--database", metavar="URL", envvar="TRAMHOSO_WARD_DATABASE", help="postgresql://…; else SQLite"
)
@click.option("--json", "as_json", is_flag=True, help="one JSON object a line")
def import_(home: Path, folder: Path, database: str | None, as_json: bool) -> None:
    """Take in what lies on the stick mounted at FOLDER, and write the receipts onto it.

    Safe to repeat, and while the ward serves: what came by network counts once. Exit code 3:
    something was not taken in.
    """
    settings = WardSettings(home, database)
    try:
        opened = open_home(home)
    except NotAWardHome as error:
        raise click.ClickException(str(error)) from error
    engine = open_database(settings.database_url)
    took_all = True
    try:
        migrate(engine)
        for one in Importing(engine, opened, settings).take_in(folder):
            took_all = took_all and one.trouble is None
            click.echo(_json(one) if as_json else _line(one))
    except NotAStick as error:
        raise click.ClickException(f"{folder}: {_sentences(error.why)}") from error
    finally:
        engine.dispose()
    if not took_all:
        sys.exit(NOT_ALL)


def _line(one: Brought) -> str:
    said = [one.submission_id]
    if one.receipt is not None:
        said += ["received" if one.fresh else "known already", one.receipt.code]
    if one.trouble is not None:
        said += [one.trouble, _sentences(one.trouble)]
    return "  ".join(said)


def _json(one: Brought) -> str:
    return json.dumps(
        {
            "id": one.submission_id,
            "code": one.receipt.code if one.receipt else None,
            "fresh": one.fresh,
            "trouble": one.trouble,
        }
    )


def _sentences(why: str) -> str:
    spoken = words()["by_hand"]
    told = spoken.get(why, spoken["not-acceptable"])
    return " ".join(told[part] for part in ("what", "safe", "next"))
