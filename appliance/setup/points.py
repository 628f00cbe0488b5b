"""Twenty boxes from one list: a folder on the stick says what each of them becomes.

`points.csv` has a line for each point, as a spreadsheet writes it: `code` and `name`, if wanted
`enrol_code` and `technician`, and any key of the configuration, as in `hours.address`. `box.toml`
has what differs from the shipped configuration on all of them, `ward-ca.pem` is the authority of a
ward that has one of its own.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance.config_text import with_values
from appliance.setup.label import AS_SHIPPED
from appliance.setup.places import CONFIG, ETC, SOURCE, VENV
from appliance.setup.settings import EXAMPLE, Settings, first_config
from appliance.setup.steps import PLAIN, Exit, Refused, say

FOLDER, LIST, TEMPLATE, AUTHORITY = "points", "points.csv", "box.toml", "ward-ca.pem"
CODE, NAME, ENROL_CODE, TECHNICIAN = "code", "name", "enrol_code", "technician"
OWN = (CODE, NAME, ENROL_CODE, TECHNICIAN)


@dataclass(frozen=True)
class Planned:
    """One box of the list."""

    folder: Path
    row: dict[str, str]
    here: Path = CONFIG  # the configuration of this machine, if it is a box already

    @property
    def code(self) -> str:
        """The point's, which is the box's too."""
        return self.row[CODE]

    @property
    def labels(self) -> Path:
        """Where each box leaves what stands on its label."""
        return self.folder / "labels"

    @contextmanager
    def config(self) -> Iterator[Path | None]:
        """Its configuration, in a file of root's alone; None where this box has it already.

        Raises:
            Refused: the list or the template is wrong, or this is another point's box.
        """
        if (now := _code_in(self.here)) == self.code:
            yield None  # a second run; what was changed on the box since stays
            return
        if now not in ("", AS_SHIPPED):
            raise _wrong(
                f"this box is {now}, not {self.code}; is it the right one? "
                "(to give it away: sudo tramhoso factory-reset)"
            )
        with tempfile.TemporaryDirectory(prefix="tramhoso-point-") as folder:
            place = Path(folder) / f"{self.code}.toml"
            place.write_text(self._text(), encoding="utf-8")
            try:
                yield place
            except Refused as refused:
                said = str(refused).replace(str(place), f"{self.folder / TEMPLATE}, {self.code}")
                raise Refused(refused.exit_code, said) from refused

    def _text(self) -> str:
        text = first_config(EXAMPLE.read_text("utf-8"))
        shared = self.folder / TEMPLATE
        if shared.exists():
            for section, table in tomllib.loads(Settings(shared).content.decode()).items():
                values = {key: _toml(value) for key, value in table.items()}
                text = with_values(text, section, values)
        keys = {"point.code": self.code, "point.name": self.row[NAME]}
        keys |= {key: value for key, value in self.row.items() if key not in OWN and value}
        for key, value in keys.items():
            section, _, name = key.partition(".")
            text = with_values(text, section, {name: _as_toml(section, name, value)})
        return text

    def join(self) -> int:
        """Become the ward's, where the list has a code for it; returns `tramhoso enrol`'s exit."""
        code = self.row.get(ENROL_CODE, "")
        if not code or (ETC / "ward.token").exists():
            return Exit.DONE
        words = [str(VENV / "bin/tramhoso"), "enrol", "-"]  # the code is in no list of programs
        if (self.folder / AUTHORITY).exists():
            words += ["--ca-file", str(self.folder / AUTHORITY)]
        return subprocess.run(
            words, input=f"{code}\n", text=True, check=False, env=PLAIN
        ).returncode

    def add_technician(self) -> None:
        """Print the PIN of the technician that the list names, once; nothing where there is one."""
        name = self.row.get(TECHNICIAN, "")
        if not name:
            return
        tramhoso = str(VENV / "bin/tramhoso")
        there = subprocess.run(
            [tramhoso, "volunteer", "list"], capture_output=True, text=True, check=False, env=PLAIN
        )
        if there.returncode or f"\t{name}\n" in there.stdout:
            return
        words = [tramhoso, "volunteer", "add", name, "--technician"]
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=PLAIN)
        say("pin", f"{name}: {done.stdout.strip() or done.stderr.strip()} (told once)")


def planned(folder: Path | None, code: str, here: Path = CONFIG) -> Planned:
    """The line of *code* in *folder*, or in the folder beside the bundle that this runs from.

    Raises:
        Refused: there is no such list or line, or the list has a mistake; one line says which.
    """
    folder = folder or SOURCE.parent.parent / FOLDER
    rows = _rows(folder / LIST)
    found = [row for row in rows if row[CODE].upper() == code.upper()]
    if not found:
        there = ", ".join(row[CODE] for row in rows) or "none"
        raise _wrong(f"{folder / LIST} has no {code}; it has {there}")
    if len(found) > 1:
        raise _wrong(f"{folder / LIST} has {code} {len(found)} times")
    return Planned(folder, found[0], here)


def _rows(place: Path) -> list[dict[str, str]]:
    try:
        text = place.read_text("utf-8-sig")  # spreadsheets mark their UTF-8
    except OSError as error:
        raise _wrong(f"{place}: {error.strerror}; --points names the folder") from error
    except UnicodeDecodeError as error:
        raise _wrong(f"{place}: no UTF-8; save it as “CSV UTF-8”") from error
    first = text.partition("\n")[0]
    comma = max(",;\t", key=first.count)  # a Vietnamese spreadsheet writes semicolons
    reader = csv.DictReader(text.splitlines(), delimiter=comma, restkey="")
    heads = [head.strip() for head in reader.fieldnames or ()]
    reader.fieldnames = heads
    _judge_heads(place, heads)
    rows = [{key: (value or "").strip() for key, value in row.items() if key} for row in reader]
    for number, row in enumerate(rows, start=2):
        if any(row.values()) and not (row[CODE] and row[NAME]):
            raise _wrong(f"{place}, line {number}: a point has a code and a name")
    return [row for row in rows if row[CODE]]


def _judge_heads(place: Path, heads: list[str]) -> None:
    for head in (CODE, NAME):
        if head not in heads:
            raise _wrong(f"{place}: its first line names the columns; there is no {head}")
    known = re.compile(r"\w+\.\w+")
    for head in heads:
        if head and head not in OWN and not known.fullmatch(head):
            raise _wrong(f"{place}: {head} is no column: {', '.join(OWN)}, or section.key")


def _as_toml(section: str, key: str, value: str) -> str:
    """As the example's value of that key is written: a text in quotes, all else as it stands."""
    shipped = tomllib.loads(EXAMPLE.read_text("utf-8")).get(section, {}).get(key, "")
    return _toml(value) if isinstance(shipped, str) else value


def _toml(value: object) -> str:
    """*value*, as tomllib read it, on one line."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            pairs = (f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items())
            return f"{{ {', '.join(pairs)} }}"
    return str(value)  # numbers, and days as TOML writes them


def _code_in(config: Path) -> str:
    try:
        point = tomllib.loads(config.read_text("utf-8")).get("point", {})
        return str(point.get("code", AS_SHIPPED))
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        raise _wrong(f"{config}: {error}") from error


def _wrong(why: str) -> Refused:
    return Refused(Exit.BAD_CONFIG, f"{why}; nothing was changed")
