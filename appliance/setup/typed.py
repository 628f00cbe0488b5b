"""What a technician types on a box, from any folder: `tramhoso` and `tramhoso-setup`."""

from __future__ import annotations

from pathlib import Path

from appliance.setup.placed import PlacedFile
from appliance.setup.places import OPT, VENV

FOLDER = Path("/usr/local/bin")  # sudo looks there too
SAME = OPT / "same-python"  # where it lies: tree/
MARK = "# Placed by setup_pi.sh of Trạm Hồ Sơ."
WORDS = {
    "tramhoso": f"{VENV}/bin/tramhoso",
    "tramhoso-setup": f"{VENV}/source/setup_pi.sh",  # install, check, update, uninstall
}


def typed_words(folder: Path = FOLDER) -> list[PlacedFile]:
    """The two, but for a name that is somebody else's already: that stays as it is."""
    return [
        PlacedFile(folder / name, _word(name, leads_to).encode(), 0o755)
        for name, leads_to in WORDS.items()
        if is_ours_or_free(folder / name)
    ]


def _word(name: str, leads_to: str) -> str:
    """The set-up has Debian's own Python: it is what mends a release that lost the one it had."""
    look = f"[ ! -e {SAME} ] || /bin/sh {SAME} || exit\n" if name == "tramhoso" else ""
    return f'#!/bin/sh\n{MARK}\n{look}exec {leads_to} "$@"\n'


def is_ours_or_free(place: Path) -> bool:
    """Whether nobody else placed something there."""
    try:
        return MARK.encode() in place.read_bytes()
    except FileNotFoundError:
        return not place.is_symlink()
    except OSError:
        return False
