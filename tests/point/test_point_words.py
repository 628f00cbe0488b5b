"""Officers' own words: never in plain on the card, also not those of the release before."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import text

from appliance.store import migrating
from appliance.store.card.database import Database
from appliance.store.dossier import ward_events


def test_words_of_the_release_before_leave_the_card_with_its_migration(tmp_path: Path) -> None:
    database = Database(tmp_path / "point.db")
    told = {"seq": "1", "text_vi": "Bác Thử Nghiệm", "items": [{"what": "paper", "note_vi": "mờ"}]}
    with database.writing() as connection:
        migrating.upgrade(connection, "0004")
        connection.execute(
            text("INSERT INTO ward_event (seq, dossier_id, at, state, message)"
                 " VALUES ('1', 'd', '2026-11-22', 'checking', :message)"),
            {"message": json.dumps(told, ensure_ascii=False).encode()},
        )  # fmt: skip
    database.migrate()
    with database.reading() as connection:
        assert ward_events.dossiers_without_words(connection, "age1new", 9) == ["d"]
        message = connection.execute(text("SELECT message FROM ward_event")).scalar_one()
    assert json.loads(message) == {"seq": "1", "items": [{"what": "paper"}]}
    database.close()
