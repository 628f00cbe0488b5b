"""The house stays a house: small rooms, one door for each foreign thing, every error spoken."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance import __version__
from appliance.catalogues import read_catalogue
from appliance.core.errors import Who, concrete_errors
from appliance.wording import notice_for, notices

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted([*(ROOT / "appliance").rglob("*.py"), *(ROOT / "web").rglob("*.py")])

# Each foreign thing has one file that knows it, so that changing it means changing one file.
ONE_DOOR = {
    "sane": 1,
    "_sane": 1,
    "gpiozero": 1,
    "requests": 1,
    "typst": 1,
    "img2pdf": 1,
    "pyrage": 1,
    "argon2": 2,  # the point's PINs and the ward's passwords: two houses
    "waitress": 1,
    "leather": 1,
    "segno": 1,
    "rfc8785": 1,
    "resumable_upload": 1,
    "markdown_it": 1,
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("library", ONE_DOOR)
def test_a_foreign_thing_has_one_door(library: str) -> None:
    doors = {path.relative_to(ROOT) for path in MODULES if library in set(imported(path))}
    assert len(doors) <= ONE_DOOR[library], sorted(map(str, doors))


def test_no_module_is_over_400_lines_and_most_are_about_100() -> None:
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    assert {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > 400} == {}
    assert statistics.median(n for n in lengths.values() if n > 3) <= 120


def test_every_room_has_its_row_among_the_imports() -> None:
    """A room that the contracts do not name may import whatever it likes."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    named = {
        name.strip()
        for contract in contracts["contracts"]
        for row in [*contract.get("layers", ()), *contract.get("source_modules", ())]
        for name in row.split("|")
    }
    rooms = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in [*(ROOT / "appliance").glob("*"), *(ROOT / "web").glob("*")]
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert sorted(rooms - named - {"appliance.__init__", "web.__init__"}) == []


def test_the_release_has_one_number() -> None:
    """Boxes compare that of the code; a bundle's wheel carries the other."""
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == (
        __version__
    )


def test_every_module_says_what_it_is() -> None:
    silent = [p for p in MODULES if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert [str(p.relative_to(ROOT)) for p in silent] == []


def test_every_error_speaks_three_sentences_and_names_who_can_put_it_right() -> None:
    codes = defaultdict(list)
    for error in concrete_errors():
        codes[error.code].append(error)
        notice = notice_for(error.code)
        for sentence in (notice.what, notice.safe, notice.next):
            assert sentence[0].isupper(), (error, sentence)
            assert sentence.endswith("."), (error, sentence)
        assert notice.who in Who
    assert {code: found for code, found in codes.items() if len(found) > 1} == {}


def test_whoever_tells_an_error_knows_them_all() -> None:
    """An error whose file nobody loaded yet would be told as unexpected."""
    program = "import sys, appliance.wording; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    files = (ROOT / "appliance/core").glob("*errors.py")
    assert {f"appliance.core.{file.stem}" for file in files} <= set(loaded)


def test_no_sentence_is_left_over_from_an_error_that_is_gone() -> None:
    assert set(read_catalogue("appliance.wording", "wording_vi")) == set(notices())


def test_an_unknown_code_is_told_as_unexpected() -> None:
    assert notice_for("no-such-code").code == "unexpected"


BANNED = {"utils", "manager", "handler", "helper", "helpers", "process", "job", "task", "item"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [p.name for p in MODULES if p.stem in BANNED] == []


def test_one_file_of_the_tests_starts_chromium() -> None:
    """A second one in the same process is refused by Playwright, whichever test comes later."""
    starting = re.compile(r"(with |= )sync_playwright\(")
    doors = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if starting.search(path.read_text(encoding="utf-8"))
    }
    assert doors == {"tests/station_page/chromium.py"}
