"""Room that rows left behind goes back to the card, whatever cuts it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from appliance.store.card import space
from appliance.store.card.database import Database

ROWS = 900
GIVE = """
import resource, sys
from pathlib import Path
from appliance.store.card import space
most = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
print(getattr(space, sys.argv[1])(Path(sys.argv[3])))
"""


def fill(path: Path) -> None:
    """Rows of a block each; every third one is left."""
    with closing(sqlite3.connect(path)) as own:
        own.execute("PRAGMA journal_mode=WAL")
        own.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, b BLOB)")
        own.executemany("INSERT INTO t VALUES (?, ?)", ((n, content(n)) for n in range(ROWS)))
        own.execute("DELETE FROM t WHERE n % 3")
        own.commit()


def content(number: int) -> bytes:
    return number.to_bytes(4, "big") * 1000


def must_be_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as own:
        assert own.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = own.execute("SELECT n, b FROM t ORDER BY n").fetchall()
    assert rows == [(n, content(n)) for n in range(0, ROWS, 3)]


@pytest.fixture
def shrunk(tmp_path: Path) -> Path:
    database = Database(tmp_path / "point.db")
    with database.reading():
        pass
    database.close()
    fill(tmp_path / "point.db")
    return tmp_path / "point.db"


@pytest.fixture
def of_before(tmp_path: Path) -> Path:
    """Made without auto_vacuum, as releases before this one did."""
    fill(tmp_path / "point.db")
    return tmp_path / "point.db"


def test_free_blocks_go_back_to_the_card_but_for_a_megabyte(shrunk: Path) -> None:
    before = shrunk.stat().st_size
    given = space.give_back(shrunk)
    assert given > ROWS / 3
    assert shrunk.stat().st_size <= before - given * 4096
    must_be_whole(shrunk)
    assert space.give_back(shrunk) == 0  # what is left is for what comes


def test_room_is_given_back_while_somebody_reads_an_older_moment(shrunk: Path) -> None:
    with closing(sqlite3.connect(shrunk, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (ROWS / 3,)
        assert space.give_back(shrunk) > 0
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (ROWS / 3,)
    must_be_whole(shrunk)


@pytest.mark.parametrize("blocks", [2, 40, 200])
def test_a_card_that_is_full_in_the_middle_costs_a_step_and_no_row(
    shrunk: Path, blocks: int
) -> None:
    done = in_little_room("give_back", shrunk, blocks)
    assert done.returncode == 0, done.stderr
    must_be_whole(shrunk)
    assert space.give_back(shrunk) + int(done.stdout) >= space.STEP


def test_a_database_of_before_is_packed_once_at_a_start(of_before: Path) -> None:
    before = of_before.stat().st_size
    assert space.give_back(of_before) == 0
    assert space.pack_once(of_before)
    assert of_before.stat().st_size < before / 2
    must_be_whole(of_before)
    assert not space.pack_once(of_before)
    assert [path.name for path in of_before.parent.iterdir()] == ["point.db"]


@pytest.mark.parametrize("blocks", [2, 40, 200])
def test_packing_on_a_card_that_fills_up_leaves_the_database_as_it_was(
    of_before: Path, blocks: int
) -> None:
    done = in_little_room("pack_once", of_before, blocks)
    assert done.stdout == "False\n", done.stderr
    must_be_whole(of_before)
    assert space.pack_once(of_before)


def test_a_large_database_is_not_packed_while_people_wait_for_the_start(
    of_before: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "PACKED_UP_TO", 1 << 20)
    assert not space.pack_once(of_before)


def in_little_room(step: str, database: Path, blocks: int) -> subprocess.CompletedProcess[str]:
    """No file may grow beyond so many blocks: the log and the temporary file hit it first."""
    return subprocess.run(
        [sys.executable, "-c", GIVE, step, str(blocks * 4096), str(database)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
