"""The technician's one TOML file: judged before anything is touched, then laid in place."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

from appliance.setup.placed import PlacedFile
from appliance.setup.places import CONFIG, SOURCE
from appliance.setup.steps import Exit, Refused

EXAMPLE = SOURCE / "docs/config.example.toml"
# What differs between the example, good for a laptop, and a box with the units of systemd/.
ON_A_BOX = {
    r'^listen = "127\.0\.0\.1:8080"$': 'listen = "unix:/run/tramhoso-web/page.sock"',
    r"^allowed_hosts = \[\]( *)": r'allowed_hosts = ["tramhoso.local"]\1',
    r"^https = false": "https = true",
    r'^# (sane_config = "/etc/tramhoso/sane\.d")': r"\1",
}


class Settings:
    """/etc/tramhoso/config.toml: *given*, or what lies there, or a first one to be filled in."""

    def __init__(self, given: Path | None) -> None:
        self._file = PlacedFile(CONFIG, _wanted(given), 0o640, "root", "tramhoso")

    @property
    def content(self) -> bytes:
        """What the file holds, or will."""
        return self._file.content

    def changes(self) -> list[str]:
        return self._file.changes()

    def apply(self) -> None:
        self._file.apply()


def _wanted(given: Path | None) -> bytes:
    place = given or CONFIG
    try:
        text = place.read_bytes()
    except FileNotFoundError as error:
        if given:
            raise _bad(given, "there is no such file") from error
        return first_config(EXAMPLE.read_text("utf-8")).encode()
    except OSError as error:
        raise _bad(place, error.strerror or "cannot be read") from error
    _judge(place, text)
    return text


def first_config(example: str) -> str:
    """The example as a box needs it: the page behind nginx."""
    for laptop, box in ON_A_BOX.items():
        example, count = re.subn(laptop, box, example, flags=re.MULTILINE)
        assert count == 1, laptop  # noqa: S101 - the example is ours, a test reads this
    return example


def _judge(place: Path, text: bytes) -> None:
    """Syntax and names, before there is a venv that could judge the values."""
    try:
        tables = tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad(place, f"not valid TOML: {error}") from error
    known = keys_in(EXAMPLE.read_text("utf-8"))
    for name, table in tables.items():
        if name not in known:
            raise _bad(place, f"[{name}] is no section of docs/config.example.toml")
        if not isinstance(table, dict):
            raise _bad(place, f"{name} is a section: write [{name}] in a line of its own")
        for key in table:
            if key not in known[name]:
                raise _bad(place, f"{name}.{key} is no key of docs/config.example.toml; a typo?")


def keys_in(example: str) -> dict[str, set[str]]:
    """Every key by section, also those with a # before them."""
    found: dict[str, set[str]] = {}
    section = ""
    for line in example.splitlines():
        if header := re.match(r"\[(\w+)\]", line):
            section = header[1]
            found[section] = set()
        elif key := re.match(r"(?:# )?(\w+) = ", line):
            found[section].add(key[1])
    return found


def judge_values(place: Path, release: Path) -> None:
    """Let the release itself read *place*; the same words as its services would say.

    Raises:
        Refused: the first of its lines.
    """
    asked = "import sys; from pathlib import Path; from appliance.config import read_config; "
    done = subprocess.run(
        [str(release / "bin/python"), "-c", f"{asked}read_config(Path(sys.argv[1]))", str(place)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if str(place) in line]
        raise Refused(Exit.BAD_CONFIG, (lines or done.stderr.splitlines())[-1])


def _bad(place: Path, why: str) -> Refused:
    return Refused(Exit.BAD_CONFIG, f"{place}: {why}; nothing was changed")
