"""`tramhoso folder`: the stick that carries sealed dossiers to the ward by hand."""

from __future__ import annotations

import uuid
from pathlib import Path

import click

from appliance.config import read_config
from appliance.core.wire.carried import ANSWERS, FOLDER, MARKER, PROOF, Marker
from appliance.destinations.ward_address import checked_verify_key
from appliance.stick import marker_of, prepare, stick_in


@click.group(short_help="The stick that carries dossiers by hand.")
def folder() -> None:
    """A USB stick, or a mounted share, beside the network."""


@folder.command("prepare", short_help="Make a mounted stick one of ours.")
@click.argument(
    "place", type=click.Path(path_type=Path, file_okay=False, exists=True, resolve_path=True)
)
@click.option("--not-a-mount", is_flag=True, help="PLACE is a plain folder, and shall be one")
@click.pass_obj
def prepare_(config_path: Path, place: Path, not_a_mount: bool) -> None:
    """Write the marker by which boxes of this ward know the stick mounted at PLACE.

    Nothing that lies there is touched. Run again, it changes nothing.
    """
    ward = checked_verify_key(read_config(config_path).ward.verify_key)
    known = marker_of(place)
    if known is not None and known.ward != ward:
        raise click.ClickException(
            f"{place} is a stick of another ward; take another one, or remove {place / MARKER}"
        )
    if not (place.is_mount() or not_a_mount):
        raise click.ClickException(
            f"nothing is mounted at {place}, so dossiers would be copied onto the box's own card; "
            "mount the stick first"
        )
    marker = known or Marker(stick=str(uuid.uuid4()), ward=ward)
    try:
        prepare(place, marker)
    except OSError as error:
        raise click.ClickException(f"{place}: {error.strerror}") from error
    click.echo(f"stick {marker.stick} is ready")


@folder.command("show")
@click.argument("place", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def show(config_path: Path, place: Path | None) -> None:
    """What lies on the stick at PLACE, or at folder.path: ids only, no one's name."""
    place = place or read_config(config_path).folder.path
    found = stick_in(place) if place else None
    if found is None:
        raise click.ClickException(
            f"no prepared stick at {place}" if place else "folder.path is not set; name a PLACE"
        )
    root, marker = found
    click.echo(f"stick {marker.stick} at {root}")
    for path in sorted((root / FOLDER).iterdir()):
        if path.name != ANSWERS:
            answered = (root / FOLDER / ANSWERS / f"{path.name}.json").exists()
            whole = "whole" if (path / PROOF).exists() else "not written to its end"
            click.echo(f"{path.name}  {whole}{'  answered' if answered else ''}")
    for path in sorted((root / FOLDER / ANSWERS).glob("*.json")):
        if not (root / FOLDER / path.stem).exists():
            click.echo(f"{path.stem}  answered")
