"""What a box must not take: one line, an exit code of its own, and not a byte changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.setup.signature import signed
from tests.setup.bundles import new_key
from tests.setup.thrown_away import cannot_be_made
from tests.setup.thrown_away_box import BoxAndBundle

pytestmark = [
    pytest.mark.skipif(bool(cannot_be_made()), reason=cannot_be_made() or "it can"),
    pytest.mark.timeout(600),
]
TABLES = """
import sqlite3
there = sqlite3.connect("/var/lib/tramhoso/point.db")
there.executescript("CREATE TABLE alembic_version (version_num TEXT);"
                    "INSERT INTO alembic_version VALUES ('9999')")
"""


@pytest.fixture
def box(tmp_path: Path) -> Iterator[BoxAndBundle]:
    made = BoxAndBundle(tmp_path)
    try:
        made.must_install()
        made.root.lend_release(made.bundle / "source", made.new)
        yield made
    finally:
        made.close()


def a_byte_of_a_file(box: BoxAndBundle) -> None:
    place = box.bundle / "source/systemd/tramhoso-web.service"
    place.write_bytes(place.read_bytes()[:-1] + b"!")


def a_lost_file(box: BoxAndBundle) -> None:
    (box.bundle / "source/LICENSE").unlink()


def no_signature(box: BoxAndBundle) -> None:
    (box.bundle / "manifest.sig").unlink()


def another_signature(box: BoxAndBundle) -> None:
    theirs = new_key(box.folder, "theirs")
    manifest = (box.bundle / "manifest.json").read_bytes()
    (box.bundle / "manifest.sig").write_bytes(signed(manifest, theirs))


def other_machines(box: BoxAndBundle) -> None:
    box.seal(machines=("sarge-m68k",))


def an_older_release(box: BoxAndBundle) -> None:
    version(box, "0.0.9")
    box.seal()


def a_release_too_far_ahead(box: BoxAndBundle) -> None:
    box.seal(updates_from=("8.0.0",))


def newer_tables(box: BoxAndBundle) -> None:
    assert box.root.run("/usr/bin/python3", "-c", TABLES).returncode == 0


def version(box: BoxAndBundle, text: str) -> None:
    place = box.bundle / "source/appliance/__init__.py"
    place.write_text(f'__version__ = "{text}"\n', encoding="utf-8")


BAD = [
    (a_byte_of_a_file, 72, "systemd/tramhoso-web.service has other bytes"),
    (a_lost_file, 72, "source/LICENSE is missing"),
    (no_signature, 73, "takes signed releases only"),
    (another_signature, 73, "is not signed by the key of this box"),
    (other_machines, 67, "this bundle is for sarge-m68k"),
    (an_older_release, 74, "an older one cannot read its tables"),
    (a_release_too_far_ahead, 76, "9.0.0 follows 8.0.0 only"),
    (newer_tables, 74, "are of a newer release (shape 9999)"),
]


def test_what_may_not_be_taken_is_one_line_and_changes_nothing(box):
    kept = {path: path.read_bytes() for path in box.bundle.rglob("*") if path.is_file()}
    for spoil, code, told in BAD:
        spoil(box)
        must_be_refused(box, ("--from", str(box.bundle)), code, told)
        for path, content in kept.items():
            path.write_bytes(content)
        box.root.shell("rm -f /var/lib/tramhoso/point.db")
    # and a plain update does not go round the signature
    must_be_refused(box, (), 73, "update --from FOLDER")


def must_be_refused(box: BoxAndBundle, words: tuple[str, ...], code: int, told: str) -> None:
    """By `update` with *words*, as a technician types it."""
    before = box.root.tree()
    said = box.root.run(box.setup, "update", *words)
    assert said.returncode == code, f"{told}: {said.stderr}"
    assert told in said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert "nothing was changed" in said.stderr
    assert box.root.tree() == before


def test_a_downgrade_that_the_bundle_allows_is_taken(box):
    """The maker says so in the signed page, because the tables are the same."""
    version(box, "0.0.9")
    box.seal(goes_back_from=("0.1.0",))
    name = box.root.lend_release(box.bundle / "source")
    assert name.startswith("0.0.9-")
    said = box.root.run(box.setup, "update", "--from", str(box.bundle))
    assert said.returncode == 0, said.stderr
    assert box.runs() == name
