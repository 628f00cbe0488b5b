"""`tramhoso ward publish`: what every box is to use, sent down signed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from web.ward.boxes.publications import NumberTaken
from web.ward.home import NotAWardHome, open_home


@click.command("publish", short_help="Send procedures, guides and notices down to every box.")
@click.argument("home", type=click.Path(path_type=Path, file_okay=False))
@click.argument(
    "folder", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True)
)
@click.option("--withdraw", is_flag=True, help="take everything back: boxes as they were shipped")
@click.option("--check", "only_check", is_flag=True, help="only look for mistakes")
@click.option(
    "--after",
    type=click.IntRange(0, 10**9 - 1),
    default=0,
    metavar="NUMBER",
    help="HOME came back from a backup: boxes hold up to NUMBER already",
)
def publish_(home: Path, folder: Path | None, withdraw: bool, only_check: bool, after: int) -> None:
    """Sign what lies in FOLDER with the ward's key; boxes take it within a quarter of an hour.

    Every mistake is told with its file and line, and then nothing is published. It replaces what
    was published before, wholly: what is not in FOLDER is taken back.
    """
    from appliance.published.checking import mistakes_in, paths_in
    from web.station.guides.words import catalogue
    from web.station.look import Language
    from web.ward.boxes.publications import publish

    if withdraw == (folder is not None):
        raise click.UsageError("name the FOLDER to publish, or --withdraw to take all of it back")
    files: dict[str, bytes] = {}
    if folder is not None:
        found = mistakes_in(folder, catalogue(Language.VIETNAMESE))
        paths = paths_in(folder)
        if not paths:
            found = [f"{folder}: nothing lies there; --withdraw takes everything back"]
        for line in found:
            click.echo(line)
        if found:
            raise SystemExit(1)
        files = {path: (folder / path).read_bytes() for path in paths}
    if only_check:
        click.echo(f"good: {len(files)} files, {sum(map(len, files.values()))} bytes")
        return
    try:
        told = publish(open_home(home), files, datetime.now(UTC), after)
    except (NotAWardHome, NumberTaken, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"publication {told.number}: {len(told.files)} files")
