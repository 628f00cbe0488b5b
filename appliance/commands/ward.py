"""`tramhoso ward`: make and run a receiving office."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy import Connection, Engine

from appliance.commands.ward_enrol import enrol_code
from appliance.commands.ward_enrol_codes import enrol_codes
from appliance.commands.ward_erase import erase_local
from appliance.commands.ward_import import import_
from appliance.commands.ward_keys import renew_key_
from appliance.commands.ward_metrics import metrics_token
from appliance.commands.ward_publish import publish_
from appliance.services import notify
from web.serving import CannotListen
from web.ward.audit import checked, exported, has_link
from web.ward.boxes.devices import DeviceExists, add_device, devices, revoke_device
from web.ward.boxes.lost_device import report_lost
from web.ward.database import migrate, open_database, reading, writing
from web.ward.home import HomeInUse, NotAWardHome, open_home
from web.ward.init import FIRST_DEVICE, init_ward
from web.ward.office.officers import (
    LastHead,
    Role,
    add_officer,
    is_taken,
    new_password,
    set_password,
    set_role,
)
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
    made = asdict(_plainly(lambda: init_ward(WardSettings(home, database)))) | {"url": url}
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
    # It warns of every request that waits for a thread: with a hundred boxes, of most of them.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    settings = WardSettings(home, database, secure_cookies=secure_cookies, min_version=min_version)

    def ready(address: str) -> None:
        _say(address)
        notify.ready(address)

    _plainly(lambda: run(settings, listen, on_ready=ready, on_turn=notify.Watchdog().fed))
    notify.stopping()


ward.add_command(enrol_code)
ward.add_command(enrol_codes)
ward.add_command(erase_local)
ward.add_command(import_)
ward.add_command(metrics_token)
ward.add_command(publish_)
ward.add_command(renew_key_)


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
        if device.trail:
            click.echo(f"\ttrail {device.trail}")
        if device.lost_trail:
            click.echo(f"\tTRAIL WENT BACK: it does not go on from {device.lost_trail}")


@ward.command("lost-device", short_help="A box is lost: end its token, print what was on it.")
@home_argument
@click.argument("name")
@click.option(
    "--sheet",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="the PDF for the office's report within 72 hours",
)
@click.option(
    "--known-at",
    type=click.DateTime(["%Y-%m-%dT%H:%M"]),
    help="when the office learnt of it, on the wall clock; else now",
)
@click.option("--time-zone", default="Asia/Ho_Chi_Minh", show_default=True)
@database_option
def lost_device(
    home: Path,
    name: str,
    sheet: Path,
    known_at: datetime | None,
    time_zone: str,
    database: str | None,
) -> None:
    """Box NAME is lost or stolen: it may bring nothing more from this moment on.

    The sheet tells by ids and counts what was on it; no citizen is named. Safe to repeat.
    """
    from appliance.commands.lost_device import write_sheet, zone_named

    zone, now = zone_named(time_zone), datetime.now(UTC)
    known = known_at.replace(tzinfo=zone) if known_at else now
    if known > now:
        raise click.BadParameter("--known-at lies in the future")
    lost = _write(home, database, lambda conn: report_lost(conn, name, now, known))
    if lost is None:
        raise click.ClickException(f"there is no box {name}; see token list")
    write_sheet(lost, sheet, zone)


@ward.command("officer", short_help="Add an officer, or give a new password.")
@home_argument
@click.argument("name")
@database_option
def officer(home: Path, name: str, database: str | None) -> None:
    """Add officer NAME, or give a known one a new password; printed once."""
    password = new_password()

    def write(conn: Connection) -> None:
        if is_taken(conn, name):
            set_password(conn, name, password)
        else:
            add_officer(conn, name, password)

    _write(home, database, write)
    _say(password)


@ward.command("role", short_help="Say whether an officer is a head.")
@home_argument
@click.argument("name")
@click.argument("role", type=click.Choice([str(role) for role in Role]))
@database_option
def role(home: Path, name: str, role: str, database: str | None) -> None:
    """Make officer NAME a head, or no longer one.

    A head reads who opened what, and says who is an officer, on the ward's own page.
    """
    try:
        known = _write(home, database, lambda conn: set_role(conn, name, Role(role)))
    except LastHead as error:
        raise click.ClickException("the office would be without a head") from error
    if not known:
        raise click.ClickException(f"no officer {name}")


@ward.command("audit", short_help="Who opened what, as JSON lines; --check follows the chain.")
@home_argument
@click.option("--check", is_flag=True, help="only say whether the chain holds, and its end")
@click.option("--goes-through", metavar="LINK", help="an end that --check printed before")
@database_option
def audit(home: Path, check: bool, goes_through: str | None, database: str | None) -> None:
    """Print every line of the audit, or check that none was changed, taken out or cut off.

    Keep the end that --check prints elsewhere: only with it can a later check tell that the
    newest lines, or all of them, were replaced.
    """

    def read(conn: Connection) -> None:
        found = checked(conn)
        if not check:
            for line in exported(conn):
                _say(line)
        if found.broken_at is not None:
            raise click.ClickException(f"the chain breaks at line {found.broken_at}")
        if goes_through and not has_link(conn, goes_through):
            raise click.ClickException("lines are gone: the chain no longer goes through that end")
        if check:
            _say(f"{found.count} lines, end {found.end}")

    _write(home, database, read, within=reading)  # so that no commit waits for it


def _write(
    home: Path,
    database: str | None,
    change: Callable[[Connection], T],
    within: Callable[[Engine], AbstractContextManager[Connection]] = writing,
) -> T:
    def apply() -> T:
        open_home(home)
        engine = open_database(WardSettings(home, database).database_url)
        try:
            migrate(engine)
            with within(engine) as conn:
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
