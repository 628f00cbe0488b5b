"""The users and groups of a box, made by systemd-sysusers from one file."""

from __future__ import annotations

import grp
import pwd
from pathlib import Path

from appliance.setup.placed import PlacedFile
from appliance.setup.places import SOURCE
from appliance.setup.steps import holds, ran

PLACE = Path("/etc/sysusers.d/tramhoso.conf")
OURS = ("tramhoso", "tramhoso-nginx", "tramhoso-names")
SHARED = ("scanner", "gpio", "lp", "i2c", "audio")  # Debian's own where it has them; they stay


class Accounts:
    """User and groups; nobody can sign in as one of them."""

    def __init__(self) -> None:
        self._file = PlacedFile(PLACE, (SOURCE / "systemd/sysusers.d/tramhoso.conf").read_bytes())

    def changes(self) -> list[str]:
        users = {entry.pw_name for entry in pwd.getpwall()}
        groups = {entry.gr_name for entry in grp.getgrall()}
        return (
            self._file.changes()
            + [f"user {name} is new" for name in OURS if name not in users]
            + [f"group {name} is new" for name in SHARED if name not in groups]
        )

    def apply(self) -> None:
        self._file.apply()
        ran("systemd-sysusers", str(PLACE))


def remove() -> None:
    """Take our users away; only after their files are gone."""
    for name in OURS:
        if holds("getent", "passwd", name):
            ran("userdel", name)
