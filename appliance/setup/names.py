"""The box's names on its network: as all boxes are called, and as this one alone."""

from __future__ import annotations

import tomllib

from appliance.hotspot import local_names
from appliance.setup.places import ETC
from appliance.setup.steps import Exit, Refused

NAMES = ETC / "names"  # read by tramhoso-names.service, and for the page's certificate


def names_for(config: bytes) -> bytes:
    """The file with them, a line each.

    Raises:
        Refused: [point] is no section; nothing was changed.
    """
    point = tomllib.loads(config.decode()).get("point", {})
    if not isinstance(point, dict):
        raise Refused(Exit.BAD_CONFIG, "[point] of config.toml is no section; nothing was changed")
    lines = "\n".join(local_names(str(point.get("code", "TH-0001"))))
    return f"# Made by setup_pi.sh install from point.code in config.toml.\n{lines}\n".encode()


def names_here() -> list[str]:
    """What the file says on this machine: the one name of all boxes, then this box's own.

    Where there is no file only the first.
    """
    try:
        lines = NAMES.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    return [line for line in lines if line and line[0] != "#"] or ["tramhoso.local"]
