"""`tramhoso ward`: make and run a receiving office."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy import Connection

from appliance.services import notify
from web.serving import CannotListen
from web.ward.database import migrate, open_database, writing
from web.ward.devices import DeviceExists, add_device, devices, revoke_device
from web.ward.home import HomeInUse, NotAWardHome, open_home
from web.ward.init import FIRST_DEVICE, init_ward, new_password
from web.ward.officers import add_officer, officer_names, set_password
from web.ward.serve import run
from web.ward.settings import WardSettings

T = TypeVar("T")

DEFAULT_LISTEN = "127.0.0.1:8090"

home_argument = click.argument("home", type=click.Path(path_type=Path, file_okay=False))
database_option = click.option(
    "--database", metavar="URL", envvar="TRAMHOSO_WARD_DATABASE", help="postgresql://…; else SQLite"
)


@click.group()
def ward() -> None:
    """The ward's receiving service."""


@ward.command("init", short_help="Make keys, database, first token and officer.")
@home_argument
@database_option
@click.option(
    "--url",
    default=f"http://{DEFAULT_LISTEN}/intake/v1",
    show_default=True,
    help="address by which boxes reach this ward",
)
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of text")
def init(home: Path, database: str | None, url: str, as_json: bool) -> None:
    """Make keys, database, first device token and first officer in HOME.

    Run again, it changes nothing; the token and the password are told only once.
    """
    made = asdict(init_ward(WardSettings(home, database))) | {"url": url}
    if as_json:
        click.echo(json.dumps(made))
        return
    click.echo("[ward]")
    click.echo(f'url = "{url}"')
    click.echo(f'recipient = "{made["recipient"]}"')
    click.echo(f'verify_key = "{made["verify_key"]}"')
    if made["token"]:
        click.echo(
            f"\nToken of the first box ({FIRST_DEVICE}), told once, for its token_file:\n"
            f"{made['token']}"
        )
    if made["password"]:
        click.echo(f"\nOfficer, told once: {made['officer']}  password {made['password']}")


@ward.command("serve")
@home_argument
@database_option
@click.option("--listen", default=DEFAULT_LISTEN, show_default=True, help="host:port or unix:/path")
@click.option("--secure-cookies", is_flag=True, help="behind TLS: cookies travel over HTTPS only")
@click.option("--min-version", metavar="X.Y.Z", help="boxes of an older release are told so")
def serve(
    home: Path,
    database: str | None,
    listen: str,
    secure_cookies: bool,
    min_version: str | None,
) -> None:
    """Receive dossiers until SIGTERM. The first line printed is the address."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = WardSettings(home, database, secure_cookies=secure_cookies, min_version=min_version)

    def ready(address: str) -> None:
        _say(address)
        notify.ready(address)

    _plainly(lambda: run(settings, listen, on_ready=ready, on_turn=notify.Watchdog().fed))
    notify.stopping()


@ward.group("token")
def token_group() -> None:
    """Which boxes may bring dossiers."""


@token_group.command("add")
@home_argument
@click.argument("name")
@database_option
def token_add(home: Path, name: str, database: str | None) -> None:
    """Add box NAME and print its token, once."""
    try:
        _say(_write(home, database, lambda conn: add_device(conn, name, datetime.now(UTC))))
    except DeviceExists as error:
        raise click.ClickException(f"there is a box {name} already; take another name") from error


@token_group.command("revoke")
@home_argument
@click.argument("name")
@database_option
def token_revoke(home: Path, name: str, database: str | None) -> None:
    """Refuse box NAME from now on; what it brought stays."""
    if not _write(home, database, lambda conn: revoke_device(conn, name, datetime.now(UTC))):
        raise click.ClickException(f"no box {name} that could be revoked; see token list")


@token_group.command("list")
@home_argument
@database_option
def token_list(home: Path, database: str | None) -> None:
    """Name, when added, when last seen, whether revoked."""
    for device in _write(home, database, devices):
        seen = f"seen {device.seen_at:%Y-%m-%d %H:%M}Z" if device.seen_at else "never seen"
        gone = "  revoked" if device.revoked_at else ""
        click.echo(f"{device.name}\tadded {device.added_at:%Y-%m-%d}\t{seen}{gone}")


@ward.command("officer", short_help="Add an officer, or give a new password.")
@home_argument
@click.argument("name")
@database_option
def officer(home: Path, name: str, database: str | None) -> None:
    """Add officer NAME, or give a known one a new password; printed once."""
    password = new_password()

    def write(conn: Connection) -> None:
        if name in officer_names(conn):
            set_password(conn, name, password)
        else:
            add_officer(conn, name, password)

    _write(home, database, write)
    _say(password)


def _write(home: Path, database: str | None, change: Callable[[Connection], T]) -> T:
    def apply() -> T:
        open_home(home)
        engine = open_database(WardSettings(home, database).database_url)
        try:
            migrate(engine)
            with writing(engine) as conn:
                return change(conn)
        finally:
            engine.dispose()

    return _plainly(apply)


def _plainly(act: Callable[[], T]) -> T:
    """A technician reads one line, not a trace."""
    try:
        return act()
    except (NotAWardHome, HomeInUse, CannotListen) as error:
        raise click.ClickException(str(error)) from error


def _say(line: str) -> None:
    click.echo(line)
    sys.stdout.flush()


if __name__ == "__main__":
    ward()
