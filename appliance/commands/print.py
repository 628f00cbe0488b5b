"""`tramhoso print`: the leaflet, the notices for the wall, and whether the printers answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from appliance.commands.print_labels import labels
from appliance.config import Config, read_config
from appliance.core.errors import PrinterError
from appliance.core.printing import Media
from appliance.devices.printer import Printer

if TYPE_CHECKING:
    from appliance.procedures.catalogue import Catalogue

_TO = click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="a PDF file instead of the printer",
)
_MEDIA = click.option(
    "--media",
    type=click.Choice([m.value for m in Media]),
    default=Media.A4.value,
    show_default=True,
)
_URL = click.option("--url", help="the page that its QR opens")


@click.group("print")
def print_() -> None:
    """Sheets that name nobody, and the printers."""


@print_.command("list")
def list_() -> None:
    """Everything that can be printed, with the papers it fits on."""
    from appliance.papers.prints.offered import PRINTS

    for offered in PRINTS:
        papers = ", ".join(offered.media)
        click.echo(f"{offered.key}\t{offered.about}\t{papers}\t{offered.title}")


@print_.command()
@click.pass_obj
def look(config_path: Path) -> None:
    """Ask each printer whether it would print now. Ends with 1 when one would not."""
    config = read_config(config_path)
    wrong = False
    for media, key in ((Media.A4, "sheets"), (Media.ROLL, "slips")):
        printer = _printer(config, media)
        if not printer.queue:
            click.echo(f"printer.{key}: none; offered as a file")
            continue
        try:
            printer.look()
        except PrinterError as error:
            wrong = True
            click.echo(f"printer.{key}: {error.code}: {error}")
        else:
            click.echo(f"printer.{key}: {printer.queue} is ready")
    if wrong:
        raise SystemExit(1)


@print_.command()
@click.argument("procedure_id", metavar="PROCEDURE")
@_TO
@_MEDIA
@_URL
@click.pass_obj
def notice(
    config_path: Path, procedure_id: str, to: Path | None, media: str, url: str | None
) -> None:
    """The notice of PROCEDURE, one A4 sheet for the wall or a till roll to take home."""
    from appliance.papers.prints.wall_notice import print_wall_notice

    config, offered = _as_the_page_says(config_path)
    if procedure_id not in offered:
        raise click.UsageError(f"no procedure {procedure_id}; there are {', '.join(offered)}")
    pdf = print_wall_notice(
        offered[procedure_id],
        point_name=config.point.name,
        made_at=_now(config),
        url=url,
        media=Media(media),
    )
    _out(config, pdf, Media(media), to)


@print_.command()
@_TO
@_URL
@_MEDIA
@click.option("--address", default="", help="where the point is")
@click.option("--hours", multiple=True, help="when somebody is there; may be given again")
@click.pass_obj
def leaflet(
    config_path: Path,
    to: Path | None,
    url: str | None,
    media: str,
    address: str,
    hours: tuple[str, ...],
) -> None:
    """The leaflet of this point; an A4 sheet has it twice, to be cut.

    Place and hours are those of [hours], as the ward has set them or the configuration says, unless
    they are given here.
    """
    from appliance.desk.running.public_prints import leaflet_of
    from appliance.papers.prints.leaflet import print_leaflet

    config, offered = _as_the_page_says(config_path)
    sheet = leaflet_of(config, offered.leaflets, _now(config), url)
    sheet = replace(sheet, address=address or sheet.address, hours=hours or sheet.hours)
    _out(config, print_leaflet(sheet, Media(media)), Media(media), to)


@print_.command()
@_TO
@click.pass_obj
def hotspot(config_path: Path, to: Path | None) -> None:
    """The sheet with the codes that phones read: join the box's Wi-Fi, trust it, open its page."""
    from appliance.desk.running.public_prints import hotspot_of
    from appliance.papers.prints.hotspot_sheet import print_hotspot

    config = read_config(config_path)
    sheet = hotspot_of(config, _now(config))
    if sheet is None:
        raise click.ClickException(
            "there is no Wi-Fi of the box's own: [hotspot] on = true in the configuration, "
            "then sudo tramhoso-setup install"
        )
    _out(config, print_hotspot(sheet), Media.A4, to)


print_.add_command(labels)


def _as_the_page_says(config_path: Path) -> tuple[Config, Catalogue]:
    """Settings and procedures with what the ward has sent down over them.

    Raises:
        ClickException: whoever runs this may not look at that; a paper with the law of last year
            is worse than none.
    """
    from appliance.procedures.catalogue import Catalogue
    from appliance.published.keeping import Shelf
    from appliance.published.sent_down import SentDown

    config = read_config(config_path)
    published = config.paths.state / "published"
    try:
        list(published.iterdir())
    except FileNotFoundError:
        pass  # nothing was ever sent
    except PermissionError as error:
        raise click.ClickException(f"{published} cannot be read by you: use sudo") from error
    now = SentDown(Shelf(published)).now
    return now.settings.over(config), Catalogue(config.procedures.folder, lambda: now.procedures)


def _out(config: Config, pdf: bytes, media: Media, to: Path | None) -> None:
    if to is not None:
        try:
            to.write_bytes(pdf)
        except OSError as error:
            raise click.ClickException(f"{to}: {error.strerror}") from error
        click.echo(f"{to}: {len(pdf)} bytes")
        return
    job = _printer(config, media).print(pdf, media)
    click.echo(f"{job.queue}: taken as {job.number}")


def _printer(config: Config, media: Media) -> Printer:
    return Printer(config.printer.queue_for(media), config.printer.socket)


def _now(config: Config) -> datetime:
    return datetime.now(UTC).astimezone(ZoneInfo(config.point.time_zone))
