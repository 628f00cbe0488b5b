"""Walk-ups in the store: a year of them, and tables from before there were any."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection

from appliance.desk.dossier import dossiers
from appliance.desk.keeping.set_aside import set_pages_of_earlier_life_aside
from appliance.desk.pages import scanning
from appliance.desk.point import Point
from appliance.desk.walk_up import walk_up_claims
from appliance.jpeg import check_decodes
from appliance.store import migrating
from appliance.store.card.database import REVISION, Database
from appliance.store.dossier import pages, walk_ups
from appliance.store.people.volunteers import Volunteer
from tests.walk_ups.conftest import press

NOW = "2026-01-01T00:00:00+00:00"
DOSSIER = (
    "INSERT INTO dossier (id, number, procedure_id, procedure_version, procedure_json, state,"
    f" opened_at, opened_by, desk_key) VALUES ('d', 'KV-1', 'p', '1', x'', 'open', '{NOW}', 1, 'k')"
)


def before_walk_ups(connection: Connection) -> None:
    migrating.upgrade(connection, "0005")
    for row in (
        "INSERT INTO volunteer (name, role, pin_hash, made_at) VALUES ('Lan', 'volunteer', '', '')",
        DOSSIER,
        *(
            "INSERT INTO scan_request (dossier_id, slot_key, asked_by, asked_at, state, sheets)"
            f" VALUES ('d', 's', 'panel', '2026-01-0{day}', 'done', {day})"
            for day in (1, 2, 3)
        ),
        *(
            "INSERT INTO page (id, dossier_id, scan_request_id, number, slot_key, position,"
            " master, width_px, height_px, resolution_dpi, mode, made_at, edits)"
            f" VALUES ('page{n}', 'd', {n}, 1, 's', {n}, 'm{n}', 1, 1, 300, 'color', '{NOW}', {n})"
            for n in (1, 3)
        ),
    ):
        connection.exec_driver_sql(row)


def test_pages_and_requests_of_before_are_all_there_after_the_migration(tmp_path: Path) -> None:
    database = Database(tmp_path / "point.db")
    with database.writing() as connection:
        before_walk_ups(connection)
    database.migrate()
    with database.reading() as connection:
        assert database.revision() == REVISION
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        requests = connection.exec_driver_sql(
            "SELECT id, dossier_id, sheets, walk_up_id FROM scan_request"
        ).all()
        assert requests == [(1, "d", 1, None), (2, "d", 2, None), (3, "d", 3, None)]
        found = pages.pages_of(connection, "d")
        assert [(p.id, p.scan_request_id, p.edits, p.walk_up_id) for p in found] == [
            ("page1", 1, 1, None),
            ("page3", 3, 3, None),
        ]
        left = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name LIKE 'kept_%'")
        assert left.all() == []
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO scan_request (dossier_id, slot_key, asked_by, asked_at, state)"
            " VALUES ('d', 's', 'panel', '2026', 'asked')"
        )
        again = connection.exec_driver_sql("SELECT max(id) FROM scan_request").scalar()
        assert again == 4  # numbers are not given twice
    database.close()


def test_whoever_is_held_is_found_by_an_index_however_many_there_were(point: Point) -> None:
    press(point)
    with point.database.reading() as connection:
        assert len(walk_ups.held(connection)) == 1
        wanted = str(walk_ups._HELD.compile())
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN SELECT * FROM walk_up WHERE {wanted}"
        ).all()
    assert any("walk_up_held" in str(step) for step in plan)


def test_a_station_that_starts_while_papers_are_claimed_takes_none_of_them(
    point: Point, dossier_id: str, helper: Volunteer
) -> None:
    dossiers.leave_desk(point)
    press(point, pages=2)
    with point.database.writing() as connection:
        walk_ups.open_for(connection, 1, helper.id)
    taken: list[str] = []

    def start() -> None:
        while not taken:  # once: it finds the files that wait for their rows
            taken.extend(set_pages_of_earlier_life_aside(point))

    station = threading.Thread(target=start, daemon=True)
    station.start()
    assert walk_up_claims.claim(point, [1], helper.id, dossier_id, "giay_chung_sinh") == 2
    assert taken
    for page in dossiers.look_at(point, dossier_id).pages:
        master = scanning.page_image(point, dossier_id, page.id, scanning.PageImage.MASTER)
        assert check_decodes(master)
