"""This box as a command finds it: configuration read, folders usable, tables of this release."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from appliance.commands.who import become, is_installed_here
from appliance.config import Config, read_config
from appliance.core.errors import ConfigWrong
from appliance.desk.point import Point, open_point
from appliance.store.card import in_use


def open_box(config_path: Path, *, sees_papers: bool = True) -> Point:
    """The point, ready for use; without *sees_papers* for who may not enter the runtime folder.

    Raises:
        ConfigWrong: the file, a folder or who runs this is wrong.
        StoreOutdated, StoreDamaged: upkeep must run first.
    """
    point = open_folders(config_path, sees_papers=sees_papers)
    in_use.hold(point.config.paths.state)
    point.database.must_be_current()
    return point


def open_folders(config_path: Path, *, sees_papers: bool = True) -> Point:
    """The point, perhaps without tables: for upkeep, which makes them.

    Raises:
        ConfigWrong: as for *open_box*.
    """
    config = read_config(config_path)
    _become_its_owner(config, is_installed_here(config_path))
    try:
        point = open_point(config)
    except OSError as error:
        raise ConfigWrong(f"{config_path}: paths: {error.filename}: {error.strerror}") from error
    shut = () if sees_papers else (config.paths.runtime,)  # by the unit: systemd/*.service
    for place in (*_folders(config), point.database.path):
        if place in shut:
            continue
        if place.exists() and not os.access(place, os.R_OK | os.W_OK):
            raise ConfigWrong(
                f"{place} belongs to {_owner(place)}, {_name(os.geteuid())} may not write there: "
                "run this as its owner"
            )
    return point


def _become_its_owner(config: Config, on_a_box: bool) -> None:
    """What root wrote there, the services could no longer read.

    Elsewhere than on a box it is only said: the code may lie where that user cannot read it.
    """
    if os.geteuid() != 0:
        return
    for folder in _folders(config):
        if folder.exists() and folder.stat().st_uid != 0:
            if on_a_box:
                become(folder.stat().st_uid)
                return
            owner = _owner(folder)
            raise ConfigWrong(f"{folder} belongs to {owner}: run this as {owner}, not as root")


def _folders(config: Config) -> tuple[Path, Path]:
    return config.paths.state, config.paths.runtime


def _owner(place: Path) -> str:
    return _name(place.stat().st_uid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
