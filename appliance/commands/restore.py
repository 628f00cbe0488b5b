"""`tramhoso restore`: the database's copies, and the last good one in its place."""

from __future__ import annotations

from pathlib import Path

import click

from appliance.commands.box import open_folders
from appliance.desk.keeping.restoring import copies_of, mend
from appliance.store.card import in_use
from appliance.store.card.copies import damage_of


@click.command(short_help="Look the database over; put its last good copy in its place.")
@click.option("--list", "only_list", is_flag=True, help="tell which copies there are, and stop")
@click.option("--force", is_flag=True, help="take the copy though the database is sound")
@click.pass_obj
def restore(config_path: Path, only_list: bool, force: bool) -> None:
    """As upkeep does at each start. The services must be stopped.

    What was saved after the copy is found again beside the database; the volunteers read so on
    the pages of those dossiers. The old database is kept in the folder set-aside.
    """
    point = open_folders(config_path)
    if only_list:
        damage = damage_of(point.database.path)
        click.echo(f"the database: {damage or 'sound'}")
        for copy in copies_of(point).finished():
            click.echo(f"copy {copy.name}: of {copy.made_at}, {copy.bytes >> 10} KiB")
        return
    with in_use.alone(point.config.paths.state):
        mended = mend(point, force=force)
    if mended.damage is None:
        click.echo("the database is sound; nothing was replaced")
    elif mended.copy is None:
        click.echo(f"damaged ({mended.damage}), and no copy was good: the tables are new")
    else:
        click.echo(f"replaced ({mended.damage}) by the copy of {mended.copy.made_at}")
    for name, ids in vars(mended.found).items():
        if ids:
            click.echo(f"found again: {len(ids)} {name}")
