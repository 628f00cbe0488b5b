"""`tramhoso backup` and `restore-backup`: a box on a stick, and onto another card."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click

from appliance import __version__
from appliance.commands.who import NOT_ROOT, must_be_root
from appliance.config import Config, read_config
from appliance.core.errors import ConfigWrong, StoreInUse
from appliance.setup.release import is_older
from appliance.store.card import backup as kept
from appliance.store.card import in_use

UNWRITTEN, NO_BACKUP, WRONG_CODE, NOT_EMPTY, NEWER, RUNNING = 20, 21, 22, 23, 24, 25
BAD_CONFIG = 78
STAGE = ".restoring"
place_argument = click.argument(
    "place", type=click.Path(path_type=Path, file_okay=False, resolve_path=True)
)


@click.command("backup", short_help="Configuration, keys and what waits for the ward, on a stick.")
@place_argument
@click.option("--not-a-mount", is_flag=True, help="PLACE is a plain folder, and shall be one")
@click.pass_obj
def backup(config_path: Path, place: Path, not_a_mount: bool) -> None:
    """Write a new folder onto the stick mounted at PLACE; prints the code that opens it, once.

    Works beside the services. Keep the code apart from the stick: whoever has both has the box.

    Exit: 0 done · 20 not written · 77 not root · 78 configuration
    """
    must_be_root(config_path)
    config = _config(config_path)
    if not (place.is_mount() or not_a_mount):
        _stop(UNWRITTEN, f"nothing is mounted at {place}; mount the stick first (or --not-a-mount)")
    state, now, code = config.paths.state, datetime.now(UTC), kept.new_code()
    folder = place / f"tramhoso-backup-{config.point.code}-{now:%Y%m%d-%H%M%S}"
    copy = state / ".backup-point.db"
    try:
        kept.copy_database(state / "point.db", copy)
        waiting = kept.waiting_in(copy)
        told = kept.write_backup(
            folder,
            kept.parts_of(config_path, state, copy, waiting),
            code,
            config.ward.escrow_recipient,
            point=config.point.code,
            version=__version__,
            now=now,
        )
    except PermissionError as error:
        _stop(NOT_ROOT, f"{error.filename}: root reads that: sudo tramhoso backup …")
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(folder, ignore_errors=True)
        _stop(UNWRITTEN, f"{folder}: {error}; nothing is kept there, the box is as it was")
    finally:
        copy.unlink(missing_ok=True)
    click.echo(f"{folder}: {told.bytes >> 10} KiB, {len(waiting)} sealed dossiers wait in it")
    click.echo(f"the code that opens it, told once: {code}")


@click.command("restore-backup", short_help="A backup onto a box that holds no dossiers.")
@place_argument
@click.option(
    "--code",
    help="as `tramhoso backup` printed it; left out it is asked for, and in no journal",
)
@click.pass_obj
def restore_backup(config_path: Path, place: Path, code: str | None) -> None:
    """Put the backup in the folder PLACE onto this box; stop the services before.

    Nothing is changed until all of it was read. What reached the ward after the backup was made
    is sent once more and counts once.

    Exit: 0 done · 21 no whole backup · 22 wrong code · 23 this box holds dossiers · 24 of a newer
    release · 25 services run · 77 not root · 78 configuration
    """
    must_be_root(config_path)
    state = _config(config_path).paths.state
    try:
        about = kept.about(place)
        if is_older(__version__, about.version):
            _stop(NEWER, f"made by release {about.version}, this is {__version__}: update first")
        with _nobody_works(state):
            if held := _dossiers(state / "point.db"):
                _stop(NOT_EMPTY, f"this box holds {held} dossiers; tramhoso factory-reset first")
            code = code or click.prompt("Code")
            stage = state / STAGE
            shutil.rmtree(stage, ignore_errors=True)
            stage.mkdir(mode=0o700)
            try:
                names = kept.take_out(place, code, stage)
                _take(stage, config_path.absolute(), state)
            finally:
                shutil.rmtree(stage, ignore_errors=True)
    except kept.WrongCode:
        _stop(WRONG_CODE, "the code does not open it; nothing was changed")
    except kept.NoBackup as error:
        _stop(NO_BACKUP, f"{place}: no whole backup: {error}; nothing was changed")
    except StoreInUse:
        _stop(RUNNING, "stop the services first: sudo systemctl stop 'tramhoso-*'")
    except PermissionError as error:
        _stop(NOT_ROOT, f"{error.filename}: root writes there: sudo tramhoso restore-backup …")
    sealed = sum(name.startswith("state/outbox/") for name in names)
    click.echo(f"{about.point} as of {about.made_at:%Y-%m-%d %H:%M}Z, {sealed} sealed files")
    click.echo("now: sudo tramhoso-setup install")


def _take(stage: Path, config_path: Path, state: Path) -> None:
    """The database last: a cut before it leaves a box that is restored once more."""
    for name in ("copies", "diary"):  # of the empty database; they would be read into this one
        shutil.rmtree(state / name, ignore_errors=True)
    etc = config_path.parent
    for path in sorted((stage / "etc").rglob("*")):
        if path.is_file():
            place = (
                config_path if path.name == "config.toml" else etc / path.relative_to(stage / "etc")
            )
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            mode, owner = _as_before(place, state)
            path.chmod(mode)
            shutil.move(path, place.with_name(f".{place.name}.new"))
            if os.geteuid() == 0:
                os.chown(place.with_name(f".{place.name}.new"), *owner)
            place.with_name(f".{place.name}.new").rename(place)
    shutil.rmtree(state / "outbox", ignore_errors=True)
    if (stage / "state/outbox").exists():
        (stage / "state/outbox").rename(state / "outbox")
    for left in ("-wal", "-shm"):
        (state / f"point.db{left}").unlink(missing_ok=True)
    (stage / "state/point.db").rename(state / "point.db")
    if os.geteuid() == 0:
        whose = state.stat()
        for path in state.rglob("*"):
            os.chown(path, whose.st_uid, whose.st_gid, follow_symlinks=False)
    os.sync()


def _as_before(place: Path, state: Path) -> tuple[int, tuple[int, int]]:
    """Mode and owner of the file that is replaced; a configuration is read by the services."""
    if place.exists():
        found = place.stat()
        return found.st_mode & 0o7777, (found.st_uid, found.st_gid)
    if place.name == "ward-ca.pem":
        return 0o644, (0, 0)  # every service that speaks to the ward reads it; no secret
    return (0o640, (0, state.stat().st_gid)) if place.suffix == ".toml" else (0o600, (0, 0))


@contextlib.contextmanager
def _nobody_works(state: Path) -> Iterator[None]:
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with in_use.alone(state):
        yield


def _dossiers(database: Path) -> int:
    if not database.exists():
        return 0
    try:
        with contextlib.closing(
            sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        ) as connection:
            return int(connection.execute("SELECT count(*) FROM dossier").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # no tables yet


def _config(place: Path) -> Config:
    if not place.exists():  # as after factory-reset
        _stop(
            BAD_CONFIG,
            f"{place} is not there: sudo tramhoso-setup install, then this again; "
            "nothing was changed",
        )
    try:
        return read_config(place)
    except ConfigWrong as error:
        _stop(BAD_CONFIG, f"{str(error).splitlines()[0]}; nothing was changed")


def _stop(number: int, sentence: str) -> NoReturn:
    click.echo(f"backup: {sentence}", err=True)
    raise SystemExit(number)
