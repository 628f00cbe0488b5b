"""Forms of procedures are kept once; a database of before is brought there whatever cuts it."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from sqlalchemy import select

from appliance.config import Config
from appliance.desk.dossier import dossiers
from appliance.desk.keeping import restoring
from appliance.desk.noting import DOSSIER
from appliance.desk.point import Point
from appliance.services import upkeep
from appliance.store import migrating
from appliance.store.card.database import REVISION, Database
from appliance.store.dossier import procedure_versions
from appliance.store.people.volunteers import Volunteer
from appliance.store.schema.tables import dossier, procedure_version
from tests.point.conftest import TellingClock
from tests.restoring.conftest import fall, hurt_header, start_again

FORMS = (os.urandom(9_000).hex().encode(), os.urandom(9_000).hex().encode())
ROWS = 250  # more than are moved at once
NOW = "2026-01-05T00:00:00.000000+00:00"
CUT = """
import os, resource, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from appliance.store.card.database import Database

database, how = Path(sys.argv[1]), sys.argv[2]

@event.listens_for(Engine, "before_cursor_execute")
def look(connection, cursor, statement, *rest):
    if "DROP COLUMN procedure_json" in statement and how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)

if how == "full":
    most = database.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (most // 20, most))
Database(database).migrate()
"""


def of_before(path: Path) -> None:
    """A database of release 0013: each dossier with its own copy of a form, one not packed."""
    database = Database(path)
    with database.writing() as connection:
        migrating.upgrade(connection, "0013")
        connection.exec_driver_sql(
            "INSERT INTO volunteer (name, role, pin_hash, made_at) VALUES ('Lan', 'v', '', '')"
        )
        for number in range(ROWS):
            form = b'{"form": "%s"}' % FORMS[number % 2]
            connection.exec_driver_sql(
                "INSERT INTO dossier (id, number, procedure_id, procedure_version, procedure_json,"
                " state, opened_at, opened_by, desk_key, answers)"
                " VALUES (?, ?, 'p', '1', ?, 'open', ?, 1, 'k', ?)",
                (
                    f"id-{number:04d}",
                    f"KV-0007-2026010{number % 3 + 1}-{number // 3 + 1:02d}",
                    form if number == 0 else zlib.compress(form),
                    NOW,
                    b"sealed %d" % number,
                ),
            )
    database.close()


@pytest.fixture
def older(tmp_path: Path) -> Path:
    of_before(tmp_path / "point.db")
    return tmp_path / "point.db"


def test_a_database_of_before_keeps_every_form_once(older: Path) -> None:
    must_be_moved(older)


@pytest.mark.parametrize("how", ["killed", "full"])
def test_a_migration_that_is_cut_leaves_all_as_it_was_and_is_done_by_the_next(
    older: Path, how: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CUT, str(older), how], capture_output=True, check=False
    )
    if how == "killed":
        assert done.returncode == -signal.SIGKILL
    else:
        assert b"disk" in done.stderr
    between = Database(older)
    with between.reading() as connection:
        assert between.revision() == "0013"
        rows = connection.exec_driver_sql("SELECT count(*) FROM dossier WHERE procedure_json <> ''")
        assert rows.scalar() == ROWS
    between.close()
    must_be_moved(older)


def must_be_moved(older: Path) -> None:
    database = Database(older)
    assert database.migrate()
    with database.reading() as connection:
        assert database.revision() == REVISION
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        kept = {row.digest: row.text for row in connection.execute(select(procedure_version))}
        told = connection.execute(select(dossier).order_by(dossier.c.id)).all()
        newest = connection.exec_driver_sql("SELECT * FROM number_given ORDER BY day").all()
    plain = [b'{"form": "%s"}' % form for form in FORMS]
    assert {d: zlib.decompress(t) for d, t in kept.items()} == {
        hashlib.sha256(one).hexdigest(): one for one in plain
    }
    for number, row in enumerate(told):
        assert row.procedure_digest == hashlib.sha256(plain[number % 2]).hexdigest()
        assert row.answers == b"sealed %d" % number
    assert newest == [(f"KV-0007-2026010{day}-", 84 if day == 1 else 83) for day in (1, 2, 3)]
    database.close()


def test_upkeep_drops_a_form_when_its_last_dossier_is_gone(
    point: Point, helper: Volunteer, dossier_id: str
) -> None:
    dossiers.open_dossier(point, "khai-tu", helper.id)
    with point.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM on_desk")
        connection.execute(dossier.delete().where(dossier.c.id == dossier_id))
    shutil.rmtree(point.config.paths.state / "diary")  # which would bring it back
    upkeep.run(point)
    with point.database.reading() as connection:
        (left,) = connection.execute(select(procedure_version)).all()
    assert b"khai-tu" in zlib.decompress(left.text)


def test_a_dossier_from_the_diary_gets_the_very_form_it_was_opened_with(
    point: Point, helper: Volunteer, config: Config, clock: TellingClock
) -> None:
    """Two dossiers of one dated version, but the file was corrected between them."""
    first = dossiers.open_dossier(point, "khai-sinh", helper.id)
    corrected = point.procedures["khai-sinh"].model_copy(update={"summary": None})
    with point.database.writing() as connection:
        digest = procedure_versions.keep(connection, corrected)
        connection.execute(
            dossier.update().where(dossier.c.id == first).values(procedure_digest=digest)
        )
    restoring.make_copy(point)
    later = dossiers.open_dossier(point, "khai-sinh", helper.id)
    before = [dossiers.look_at(point, one).procedure for one in (first, later)]
    assert before[0] != before[1]
    fall(point)
    hurt_header(point.database.path)
    again, _ = start_again(config, clock)
    assert [dossiers.look_at(again, one).procedure for one in (first, later)] == before
    again.database.close()


def test_a_note_of_the_release_before_finds_its_form_by_its_version(
    point: Point, helper: Volunteer, config: Config, clock: TellingClock
) -> None:
    opened = dossiers.open_dossier(point, "khai-sinh", helper.id)
    before = dossiers.look_at(point, opened)
    with point.database.reading() as connection:
        row = connection.execute(select(dossier)).one()._asdict()
    shutil.rmtree(point.config.paths.state / "diary")
    row.pop("procedure_digest")
    point.diary.note(DOSSIER, row)
    fall(point)
    hurt_header(point.database.path)
    again, found = start_again(config, clock)
    assert found.found_again == 1
    assert dossiers.look_at(again, opened).procedure == before.procedure
    again.database.close()
