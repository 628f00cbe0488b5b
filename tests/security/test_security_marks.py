"""After the seal no name and no number of the citizen is left where somebody could read it.

A whole journey on real services, with the words of an invented family as marks: every log, every
database with its journals, every file of state and runtime is searched, in the spellings a
machine may write. The same search finds the marks where they must be: beneath the ward's key.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from appliance.demo.house import House
from appliance.demo.visit import PROCEDURE, play_visit
from appliance.desk.point import open_point
from appliance.pretend.sample_answers import sample_answers
from tests.journey.waiting import until
from tests.security.walking import PAPERS
from web.ward.office.reader import open_dossier

pytestmark = pytest.mark.timeout(300)
MARKED = (
    *("requester_name", "child_name", "father_name"),
    *("requester_id_number", "father_id_number", "requester_phone"),
)
NOT_OF_A_CITIZEN = ("papers", "printed", "sane.d")  # the pretend world's own paper
CHUNK = 1 << 20


def spellings(word: str) -> set[bytes]:
    """As plain text, in a URL, in JSON, in UTF-16, and in base64 from any of its three phases."""
    plain = word.encode()
    found = {plain, word.encode("utf-16-le"), json.dumps(word)[1:-1].encode()}
    found |= {quote(word).encode(), quote_plus(word).encode()}
    found |= {repr(plain)[2:-1].encode(), word.replace(" ", "").encode()}
    for phase in range(3):
        inside = b64encode(b"\0" * phase + plain)
        found.add(inside[4 if phase else 0 : len(inside) - len(inside) % 4 - 4])
    return {one for one in found if len(one) >= 8}


def marks() -> set[bytes]:
    answers = sample_answers(PROCEDURE, date(2026, 11, 22))
    return set().union(*(spellings(str(answers[key])) for key in MARKED))


def found_in(path: Path, wanted: set[bytes]) -> set[bytes]:
    content = path.read_bytes()
    return {mark for mark in wanted if mark in content}


def leavings(house: House, home: Path, temporary: Path) -> Iterator[Path]:
    """Every file of the house, of its runtime folder and of the services' temporary folder."""
    for top in (home, house.config().paths.runtime, temporary):
        for path in top.rglob("*"):
            if path.is_file() and not set(path.relative_to(top).parts) & set(NOT_OF_A_CITIZEN):
                yield path


def open_files(house: House) -> Iterator[tuple[str, bytes]]:
    """Files that a service still holds though their name is gone."""
    for service in ("station", "web", "uploader", "ward"):
        for handle in Path(f"/proc/{house.pid(service)}/fd").iterdir():
            try:
                where = str(handle.readlink())
            except OSError:
                continue
            if where.endswith("(deleted)"):
                yield f"{service}: {where}", handle.read_bytes()


def test_a_search_finds_what_it_looks_for_in_every_spelling(tmp_path: Path) -> None:
    name = "Trần Thị Mẫu Hoa"
    wanted = marks()
    for text in (
        name.encode(),
        json.dumps({"a": name}).encode(),
        json.dumps({"a": name}, ensure_ascii=False).encode(),
        f"GET /x?name={quote(name)}".encode(),
        f"name={quote_plus(name)}&".encode(),
        repr({"a": name.encode()}).encode(),
        *(b64encode(b"?" * n + name.encode() + b"?" * n) for n in range(6)),
    ):
        (tmp_path / "x").write_bytes(b"\0" * 99 + text + b"\0")
        assert found_in(tmp_path / "x", wanted), text
    (tmp_path / "x").write_bytes(zlib.compress(name.encode()))
    assert not found_in(tmp_path / "x", wanted)  # packed words are not seen: nothing here packs


def test_after_the_seal_no_log_no_database_and_no_file_names_the_citizen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, temporary, wanted = tmp_path / "house", tmp_path / "temporary", marks()
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with House(home) as house:
        played = play_visit(house, 2, say=lambda line: None)
        assert played.signature_verified
        looked_at = {path: found_in(path, wanted) for path in leavings(house, home, temporary)}
        assert {path.name for path in looked_at} >= {"station.log", "web.log", "ward.log"}
        assert any(path.suffix in {".sqlite", ".db"} for path in looked_at)
        assert not {path: found for path, found in looked_at.items() if found}
        assert not [path for path in looked_at if path.read_bytes().startswith(PAPERS)]
        for where, content in open_files(house):
            assert not content.startswith(PAPERS), where
            assert not {mark for mark in wanted if mark in content}, where
        point = open_point(house.config())
        until(lambda: point.pages.names() == set(), patience_s=20)  # they go after the seal's row
        point.database.close()
        opened = open_dossier(house.ward_home, played.dossier)
        told = opened.contents.model_dump_json().encode()
        (tmp_path / "opened").write_bytes(told)
        assert found_in(tmp_path / "opened", wanted)  # what was searched for did travel
    left = [path for path in home.rglob("*.log") if found_in(path, wanted)]
    assert not left  # nor did the services say it when they stopped
