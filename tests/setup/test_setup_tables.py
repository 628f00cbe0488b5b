"""The copy of the database that an update keeps: whole, once, put back only when it must be."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.setup.going_back import _restore, as_it_is
from appliance.setup.steps import Exit, Refused
from appliance.setup.succession import known_shapes, may_follow
from appliance.setup.tables import Tables, shape

ROOT = Path(__file__).parents[2]


def write(database: Path, revision: str, *notes: str) -> None:
    """Tables of one shape with rows in them, the way services write: with a log beside."""
    with contextlib.closing(sqlite3.connect(database)) as there:
        there.execute("PRAGMA journal_mode=WAL")
        there.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT)")
        there.execute("CREATE TABLE IF NOT EXISTS note (text TEXT)")
        there.execute("DELETE FROM alembic_version")
        there.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
        there.executemany("INSERT INTO note VALUES (?)", [(note,) for note in notes])
        there.commit()


def notes(database: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(database)) as there:
        return [text for (text,) in there.execute("SELECT text FROM note")]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    write(tmp_path / "point.db", "0001", "giấy khai sinh")
    (tmp_path / "before").mkdir()
    return Tables(tmp_path / "before/point.db", tmp_path / "point.db")


def test_a_release_that_changed_the_shape_and_failed_leaves_the_answers_from_before(tables):
    tables.keep()
    write(tables.database, "0002", "of the release that failed")
    tables.put_back()
    assert shape(tables.database) == "0001"
    assert notes(tables.database) == ["giấy khai sinh"]
    assert tables.database.stat().st_mode & 0o777 == 0o600
    assert not list(tables.database.parent.glob("*-wal"))


def test_a_release_that_kept_the_shape_and_failed_loses_no_answer(tables):
    tables.keep()
    write(tables.database, "0001", "taken in by the new one")
    tables.put_back()
    assert notes(tables.database) == ["giấy khai sinh", "taken in by the new one"]


def test_the_second_run_after_a_cut_keeps_the_first_copy(tables):
    """The new release had changed the shape already when the plug was pulled."""
    tables.keep()
    write(tables.database, "0002")
    tables.keep()
    tables.put_back()
    assert shape(tables.database) == "0001"


def test_a_copy_that_a_plug_cut_short_is_no_copy(tables):
    tables.copy.with_suffix(".half").write_bytes(b"SQLite format 3\0 and no more")
    tables.put_back()
    assert notes(tables.database) == ["giấy khai sinh"]
    tables.keep()
    assert notes(tables.copy) == ["giấy khai sinh"]


def test_a_copy_is_its_owners_alone_and_can_be_forgotten(tables):
    tables.keep()
    assert tables.copy.stat().st_mode & 0o777 == 0o600
    tables.forget()
    assert not tables.copy.exists()


def test_a_database_newer_than_the_code_is_one_line_and_is_left_alone(tmp_path):
    write(tmp_path / "point.db", "9999")
    before = (tmp_path / "point.db").read_bytes()
    with pytest.raises(Refused, match="the dossiers are safe and nothing was changed") as refused:
        may_follow(None, ROOT, tmp_path / "point.db")
    assert refused.value.exit_code is Exit.DOWNGRADE
    assert "shape 9999" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert (tmp_path / "point.db").read_bytes() == before


def test_every_shape_up_to_todays_is_known(tmp_path):
    known = known_shapes(ROOT)
    assert len(known) == len(list((ROOT / "appliance/store/migrations/versions").glob("*.py")))
    for revision in known:
        write(tmp_path / "point.db", revision)
        may_follow(None, ROOT, tmp_path / "point.db")


def test_what_is_no_database_is_left_to_the_services_to_tell(tmp_path):
    (tmp_path / "point.db").write_bytes(b"spoiled by the card")
    assert shape(tmp_path / "point.db") is None
    may_follow(None, ROOT, tmp_path / "point.db")


def test_what_an_update_did_not_touch_stays_as_old_as_it_is_when_it_goes_back(tmp_path):
    """journald is asked whether it is older than its settings; `check` then said so for ever."""
    same, changed, new = (tmp_path / name for name in ("same.conf", "changed.conf", "new.conf"))
    for place in (same, changed):
        place.write_text("before")
    os.utime(same, (1, 1))
    before = as_it_is("9.0.0", [same, changed, new])
    changed.write_text("after")
    new.write_text("after")
    for place in (same, changed, new):
        _restore(place, before.files[place])
    assert (same.read_text(), same.stat().st_mtime) == ("before", 1)
    assert changed.read_text() == "before"
    assert not new.exists()


CUT_WHILE_GOING_BACK = """
import sqlite3, sys
from pathlib import Path
from appliance.setup.tables import Tables
tables = Tables(Path(sys.argv[1]), Path(sys.argv[2]))
there = sqlite3.connect(tables.database)
there.execute("PRAGMA wal_autocheckpoint=0")
there.execute("INSERT INTO note VALUES ('in the log only')"); there.commit()
tables.keep()
there.execute("UPDATE alembic_version SET version_num = '0002'"); there.commit()
tables.put_back()
"""


@pytest.mark.parametrize("again", [Tables.put_back, Tables.finish_putting_back])
def test_going_back_that_a_plug_cut_loses_no_answer_that_was_in_the_log(tables, again):
    """Its log was removed already; what is left of the database looks like the one before."""
    words = [sys.executable, "-c", CUT_WHILE_GOING_BACK, tables.copy, tables.database]
    spoken = os.environ | {"TRAMHOSO_DIE_AT": "setup-log-removed", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, env=spoken, capture_output=True, check=False, timeout=60)
    assert done.returncode == -9, done.stderr
    again(tables)
    assert shape(tables.database) == "0001"
    assert notes(tables.database) == ["giấy khai sinh", "in the log only"]
    assert [path.name for path in tables.database.parent.glob(".point*")] == []
