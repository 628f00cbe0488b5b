"""Who runs a command on a box: root where root's files are touched, else the services' own user."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable
from contextlib import suppress
from grp import getgrnam
from pathlib import Path

import click

BOX = Path("/etc/tramhoso")
NOT_ROOT = 77


def is_installed_here(config_path: Path) -> bool:
    """Whether *config_path* is of the box on this machine, with its units, and not of a try-out."""
    return config_path.absolute().parent == BOX


def must_be_root(config_path: Path) -> None:
    """End the command with 77 and one line where somebody left out `sudo`.

    Asked before anything else, so that nobody types a code or says yes in vain.
    """
    if not is_installed_here(config_path) or os.geteuid() == 0:
        return
    said = click.get_current_context().info_name
    click.echo(f"{said}: root does this: sudo tramhoso {said} …; nothing was changed", err=True)
    raise SystemExit(NOT_ROOT)


def become(uid: int, groups: Iterable[str] = ()) -> None:
    """From root to the user *uid* for good, with that user's groups and *groups*.

    What root may open proves nothing, and what root writes the services could not read.
    """
    who = pwd.getpwuid(uid)
    numbers = {who.pw_gid, *os.getgrouplist(who.pw_name, who.pw_gid)}
    for name in groups:
        with suppress(KeyError):  # a machine without libsane, without pins
            numbers.add(getgrnam(name).gr_gid)
    os.setgroups(sorted(numbers))
    os.setgid(who.pw_gid)
    os.setuid(uid)
    os.environ["HOME"] = who.pw_dir
