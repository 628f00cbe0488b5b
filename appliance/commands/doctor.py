"""``tramhoso doctor``: how this machine is, and the one thing to do about each trouble."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path

import click

from appliance.commands.who import become, is_installed_here, must_be_root
from appliance.config import Config, read_config
from appliance.core.diagnosis import Finding, Level, gravest_first, person, worst
from appliance.core.errors import ApplianceError, ConfigWrong
from appliance.doctoring.doctor import NEEDS_PERSON, OUT_OF_SERVICE, WELL, Doctor, service_user_of
from appliance.doctoring.keeping import token_place
from appliance.doctoring.way_to_ward import token_of
from appliance.wording.diagnosed import LANGUAGES, told

# what the station's unit adds to its user; "video" lets it ask the firmware
GROUPS = ("scanner", "gpio", "lp", "audio", "video")
_MARKS = {Level.WELL: "ok  ", Level.NOTE: "note", Level.PERSON: "ACT ", Level.OUT: "OUT "}
_EXITS = {Level.PERSON: NEEDS_PERSON, Level.OUT: OUT_OF_SERVICE}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON object, gravest first")
@click.option("--language", type=click.Choice(LANGUAGES), default="vi", show_default=True)
@click.pass_obj
def doctor(config_path: Path, as_json: bool, language: str) -> None:
    """Look at the whole box and say what to do.

    As root it looks as the services' own user would. Ends with 0 when nobody has to come, 3 when
    somebody must act, 4 when the point is out of service; 77 when it was not asked as root.
    """
    must_be_root(config_path)
    logging.getLogger().setLevel(max(logging.getLogger().level, logging.WARNING))
    findings = _found(config_path)
    level = worst(findings)
    if as_json:
        rows = [told(found, language)._asdict() for found in gravest_first(findings)]
        click.echo(json.dumps({"level": level, "findings": rows}, ensure_ascii=False))
    else:
        for found in findings:
            _say(found, language)
    sys.exit(_EXITS.get(level, WELL))


def _found(config_path: Path) -> list[Finding]:
    """A configuration that cannot be read is a finding; the machine is looked at all the same."""
    wrong: list[Finding] = []
    try:
        config = read_config(config_path)
    except ConfigWrong as error:
        wrong = [person(error.code, fault=line) for line in str(error).splitlines()]
        config = Config()
    place = token_place(config.ward.token_file, is_box=is_installed_here(config_path))
    token, why = token_of(place, _credentials())
    _become_the_service(config.paths.state)
    try:
        return wrong + Doctor(config, token=token, why_no_token=why).findings()
    except ConfigWrong as error:  # a key in it that is none
        return [*wrong, person(error.code, fault=error)]
    except ApplianceError as error:
        return [*wrong, person("check-failed", check="all", why=error)]


def _credentials() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) / "ward.token" if folder else None


def _become_the_service(state: Path) -> None:
    owner = service_user_of(state)
    if os.geteuid() == 0 and owner:
        become(owner, GROUPS)


def _say(found: Finding, language: str) -> None:
    said = told(found, language)
    click.echo(f"{_MARKS[found.level]} {said.what}")
    if found.level is not Level.WELL:
        click.echo(f"       {said.why}")
        click.echo(f"       → {said.todo}")
