"""`tramhoso ward metrics-token`: who may read the figures of all boxes."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from web.ward.doors.metrics import TOKEN_FILE
from web.ward.home import NotAWardHome, open_home


@click.command("metrics-token", short_help="A new token for Prometheus; the one before ends.")
@click.argument("home", type=click.Path(path_type=Path, file_okay=False))
def metrics_token(home: Path) -> None:
    """Print a token with which /metrics may be read, also while the ward serves."""
    try:
        place = open_home(home).folder / TOKEN_FILE
    except NotAWardHome as error:
        raise click.ClickException(str(error)) from error
    token = secrets.token_urlsafe(32)
    fresh = place.with_name(f".{place.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)
    above = home.stat()
    if os.geteuid() == 0:
        os.chown(fresh, above.st_uid, above.st_gid)  # the service reads it, root made it
    fresh.rename(place)
    click.echo(token)
