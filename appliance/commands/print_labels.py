"""`tramhoso print labels`: what twenty boxes left on the stick becomes sheets to stick on them."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from appliance.config import PointSection
from appliance.hotspot import Joining
from appliance.papers.prints.labels import Label, print_labels


@click.command("labels", short_help="Labels for boxes, eight a sheet, from the stick they came by.")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--to", required=True, type=click.Path(path_type=Path, dir_okay=False), help="a PDF")
def labels(folder: Path, to: Path) -> None:
    """Set a label for each box that left its own in FOLDER: address, fingerprint, codes to scan.

    Where a box has a Wi-Fi of its own its password stands there too: both are written for their
    owner alone.
    """
    found = [_read(place) for place in sorted(folder.glob("*.json"))]
    if not found:
        raise click.ClickException(
            f"{folder}: no box left its label here; setup_pi.sh install --as writes it"
        )
    zone = ZoneInfo(str(PointSection().time_zone))
    pdf = print_labels(found, datetime.now(zone))
    try:
        to.unlink(missing_ok=True)
        to.touch(mode=0o600)
        to.write_bytes(pdf)
    except OSError as error:
        raise click.ClickException(f"{to}: {error.strerror}") from error
    click.echo(f"{to}: {len(found)} label{'' if len(found) == 1 else 's'}")


def _read(place: Path) -> Label:
    try:
        said = {key: str(value) for key, value in json.loads(place.read_text("utf-8")).items()}
        wifi = Joining(said["ssid"], said["password"]) if said["ssid"] else None
        return Label(
            said["point"],
            said["name"],
            said["page"],
            said["trust_page"],
            said["fingerprint"],
            wifi,
        )
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise click.ClickException(
            f"{place}: no label of a box ({error}); type its install again, or erase this file"
        ) from error
