"""`tramhoso ward renew-key`: a new key for what is sealed from now on."""

from __future__ import annotations

from pathlib import Path

import click

from web.ward.home import NotAWardHome, open_home
from web.ward.ward_key import renew_key


@click.command("renew-key", short_help="A new key to seal to; the old one still opens.")
@click.argument("home", type=click.Path(path_type=Path, file_okay=False))
@click.confirmation_option(prompt="Make a new ward key? It must be backed up at once")
def renew_key_(home: Path) -> None:
    """Make a new ward key in HOME, also while the ward serves; boxes hear of it by themselves.

    What was sealed before opens with the key of its time, which stays in HOME/earlier-keys.
    """
    try:
        recipient = renew_key(open_home(home))
    except NotAWardHome as error:
        raise click.ClickException(str(error)) from error
    click.echo(recipient)
    click.echo(f"back up {home / 'age.key'} now: nobody can replace it", err=True)
