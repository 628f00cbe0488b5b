"""Whatever is kept has a bound, and docs/what_grows.md names it."""

from __future__ import annotations

import re
from pathlib import Path

from appliance.desk.keeping import restoring
from appliance.desk.point import Point
from appliance.services import upkeep
from appliance.store.people.volunteers import Volunteer
from appliance.store.schema.columns import metadata
from tests.upkeep.conftest import deliver

ROOT = Path(__file__).parents[2]
BELOW_STATE = re.compile(r'\bstate\)? / "([\w.-]+)"')
BESIDE = ("-wal", "-shm")  # of the database


def named(table: str) -> set[str]:
    """What stands between backquotes in the first cells of one table of the page."""
    page = (ROOT / "docs/what_grows.md").read_text(encoding="utf-8")
    (rows,) = re.findall(rf"^\| {table} \|.*\n\|[-|]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    cells = [row.strip("|").split("|") for row in rows.splitlines()]
    assert all(len(one) == 3 and all(cell.strip() for cell in one) for one in cells)
    return {name for one in cells for name in re.findall(r"`([^`]+)`", one[0])}


def test_every_table_has_a_bound_that_is_written_down(point: Point) -> None:
    with point.database.reading() as connection:
        there = set(
            connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            ).scalars()
        )
    assert there == {table.name for table in metadata.sorted_tables} | {"alembic_version"}
    assert named("table") == there


def test_everything_in_the_state_folder_has_a_bound_that_is_written_down(
    point: Point, helper: Volunteer, dossier_id: str
) -> None:
    deliver(point, dossier_id, helper)
    upkeep.run(point)
    restoring.make_copy(point)
    lies = {path.name for path in point.config.paths.state.iterdir()}
    lies = {name for name in lies if not name.endswith(BESIDE)}
    in_code = {
        name
        for path in (ROOT / "appliance").rglob("*.py")
        if not {"demo", "pretend"} & set(path.parts)
        for name in BELOW_STATE.findall(path.read_text(encoding="utf-8"))
    }
    assert len(in_code) >= 9
    assert lies <= in_code
    assert named("in the state folder") == in_code
