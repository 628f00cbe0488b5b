"""`tramhoso factory-reset`: a box as it was before its first day; the program stays."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import click

from appliance.commands.who import NOT_ROOT, is_installed_here, must_be_root
from appliance.config import read_config
from appliance.core.errors import ConfigWrong, StoreInUse
from appliance.store.card import in_use
from appliance.store.card.backup import waiting_in

UNDELIVERED, RUNNING, BAD_CONFIG = 26, 25, 78
UNITS = ("station", "web", "uploader", "nginx", "upkeep", "certificates")
OURS_IN_ETC = (
    "ward.token", ".ward.token.waiting", "ward-ca.pem", "tls", "public", "firewall.nft",
    "hotspot.password",
)  # fmt: skip
SET_ASIDE = Path("/opt/tramhoso/before")  # an update that was broken off: the database of before


@click.command("factory-reset", short_help="Erase dossiers, people, keys and configuration.")
@click.option("--lose-undelivered", is_flag=True, help="also what has no receipt of the ward yet")
@click.option("--yes", is_flag=True, help="do not ask")
@click.pass_obj
def factory_reset(config_path: Path, lose_undelivered: bool, yes: bool) -> None:
    """Erase all that people brought or set; `setup_pi.sh install` begins anew.

    Refused while a sealed dossier has no receipt. At the ward, `ward token revoke` ends the token.

    Exit: 0 done · 25 services run · 26 dossiers wait · 77 not root · 78 configuration
    """
    must_be_root(config_path)
    try:
        config = read_config(config_path)
    except ConfigWrong as error:
        _stop(BAD_CONFIG, f"{str(error).splitlines()[0]}; nothing was erased")
    state, runtime = config.paths.state, config.paths.runtime
    database = state / "point.db"
    try:
        waiting = waiting_in(database) if database.exists() else []
        if waiting and not lose_undelivered:
            _stop(
                UNDELIVERED,
                f"{len(waiting)} sealed dossiers have no receipt; nothing was erased. Send them, "
                "`tramhoso backup` them, or --lose-undelivered",
            )
        if not yes:
            said = f"Erase everything on {config.point.code} but the program?"
            click.confirm(said, abort=True)
        _stop_services(config_path)
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with in_use.alone(state):
            etc = config_path.absolute().parent
            # what opens things first: a cut in the middle leaves nothing that can be read
            _empty(runtime)
            for name in OURS_IN_ETC:
                _remove(etc / name)
            _empty(state)
            if is_installed_here(config_path):
                _remove(SET_ASIDE)
            config_path.unlink()
    except StoreInUse:
        _stop(
            RUNNING, "stop the services first: sudo systemctl stop 'tramhoso-*'; nothing was erased"
        )
    except PermissionError as error:
        _stop(NOT_ROOT, f"{error.filename}: root writes there: sudo tramhoso factory-reset")
    click.echo("erased; now: sudo tramhoso-setup install")


def _stop_services(config_path: Path) -> None:
    """Of the box installed here, and of no other that a configuration elsewhere tells of."""
    if is_installed_here(config_path) and Path("/run/systemd/system").is_dir():
        units = [f"tramhoso-{name}.service" for name in UNITS]
        begin = ["tramhoso-upkeep.timer", "tramhoso-upkeep.path", "tramhoso-certificates.timer"]
        subprocess.run(["systemctl", "stop", "tramhoso.target", *begin, *units], check=False)


def _empty(folder: Path) -> None:
    """The folder itself stays, with its owner and mode; it may be a mount."""
    for path in folder.iterdir() if folder.is_dir() else ():
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _stop(number: int, sentence: str) -> NoReturn:
    click.echo(f"factory-reset: {sentence}", err=True)
    raise SystemExit(number)
