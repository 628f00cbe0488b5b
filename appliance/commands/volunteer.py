"""`tramhoso volunteer`: who may sign in at the page."""

from __future__ import annotations

import secrets
import unicodedata
from pathlib import Path

import click

from appliance.commands.box import open_box
from appliance.core.dossiers.trail import What
from appliance.desk import noting, trail
from appliance.desk.people import people
from appliance.desk.point import Point
from appliance.keys.pin import board_strength
from appliance.store.people.volunteers import Role, add_volunteer, list_volunteers

PIN_DIGITS = 6


@click.group()
def volunteer() -> None:
    """Who may sign in at the page."""


@volunteer.command("add")
@click.argument("name")
@click.option("--technician", is_flag=True, help="may also change the box")
@click.pass_obj
def add(config_path: Path, name: str, technician: bool) -> None:
    """Add NAME and print a fresh PIN, once."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name:
        raise click.UsageError("NAME is empty; give the name that the person signs in with")
    point = open_box(config_path)
    with point.database.reading() as connection:
        if name in {person.name for person in list_volunteers(connection)}:
            raise click.ClickException(f"there is a {name} already; add a letter or a birth year")
    click.echo(add_with_pin(point, name, Role.TECHNICIAN if technician else Role.VOLUNTEER))


@volunteer.command("list")
@click.pass_obj
def list_(config_path: Path) -> None:
    """Number, role and name."""
    point = open_box(config_path)
    with point.database.reading() as connection:
        for person in list_volunteers(connection):
            click.echo(f"{person.id}\t{person.role}\t{person.name}")


@volunteer.command("remove")
@click.argument("name")
@click.pass_obj
def remove(config_path: Path, name: str) -> None:
    """NAME helps here no more: signed out at once, opens nothing."""
    point = open_box(config_path)
    found = {person.name: person.id for person in people.everybody(point)}
    wanted = " ".join(unicodedata.normalize("NFC", name).split())
    if wanted not in found or not people.let_go_home(point, found[wanted]):
        raise click.ClickException(f"there is no {name}; `tramhoso volunteer list` tells the names")


def add_with_pin(point: Point, name: str, role: Role) -> str:
    """Add a person with a random PIN; returns the PIN, which is kept nowhere."""
    pin = "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
    with point.database.writing() as connection:
        added = add_volunteer(connection, name, pin, role, point.clock(), board_strength())
        trail.note(point, connection, What.PERSON_ADDED, person=added.id, role=role.value)
    noting.person_changed(point, added.id)
    return pin
