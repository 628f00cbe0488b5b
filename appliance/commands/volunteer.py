"""`tramhoso volunteer`: who may sign in at the page."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from appliance.config import read_config
from appliance.desk.point import Point, open_point
from appliance.store.volunteers import Role, add_volunteer, list_volunteers

PIN_DIGITS = 6


@click.group()
@click.pass_context
def volunteer(context: click.Context) -> None:
    """People who help at the point."""
    config_path: Path = context.obj
    point = open_point(read_config(config_path))
    point.database.must_be_current()
    context.obj = point


@volunteer.command("add")
@click.argument("name")
@click.option("--technician", is_flag=True, help="may also change the box")
@click.pass_obj
def add(point: Point, name: str, technician: bool) -> None:
    """Add NAME and print a fresh PIN, once."""
    click.echo(add_with_pin(point, name, Role.TECHNICIAN if technician else Role.VOLUNTEER))


@volunteer.command("list")
@click.pass_obj
def list_(point: Point) -> None:
    """Number, role and name."""
    with point.database.reading() as connection:
        for person in list_volunteers(connection):
            click.echo(f"{person.id}\t{person.role}\t{person.name}")


def add_with_pin(point: Point, name: str, role: Role) -> str:
    """Add a person with a random PIN; returns the PIN, which is kept nowhere."""
    pin = "".join(secrets.choice("0123456789") for _ in range(PIN_DIGITS))
    with point.database.writing() as connection:
        add_volunteer(connection, name, pin, role, point.clock())
    return pin
