"""Where everything of a box lies."""

from __future__ import annotations

from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]  # the clone, or the unpacked bundle
ETC = Path("/etc/tramhoso")
CONFIG = ETC / "config.toml"
TLS = ETC / "tls"
PUBLIC = ETC / "public"  # what plain HTTP shows
OPT = Path("/opt/tramhoso")
RELEASES = OPT / "releases"
VENV = OPT / "venv"  # a link to the release that runs
PREVIOUS = OPT / "previous"  # the one before it, to go back to
COMING = OPT / "coming"  # a new release's source while it is set up
UNDO = OPT / "undo.json"  # what was Debian's and is put back by uninstall
STATE = Path("/var/lib/tramhoso")
WARD_ETC = Path("/etc/tramhoso-ward")
WARD_STATE = Path("/var/lib/tramhoso-ward")
UNITS = Path("/etc/systemd/system")
SYSTEM_PYTHON = "/usr/bin/python3"
