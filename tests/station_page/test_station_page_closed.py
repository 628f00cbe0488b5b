"""While a new release is on trial nobody can put anything in that might be lost with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from appliance.desk.point import Point
from appliance.store.people.volunteers import Volunteer
from appliance.trial import Trial, begin_anew, has_taken_in
from tests.station_page.conftest import Browser, Clock, topic_page
from web.station.app import IDLE_LIMIT, create_app
from web.station.here import EXTENSION


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path / "trial")


@pytest.fixture
def app(point: Point, clock: Clock, lan: Volunteer, trial: Trial) -> Iterator[Flask]:
    app = create_app(point, monotonic=clock.monotonic, lock_after=IDLE_LIMIT, trial=trial)
    yield app
    app.extensions[EXTENSION].freshness.close()


def everything(point: Point) -> str:
    """All rows of all tables."""
    with closing(sqlite3.connect(point.database.path)) as there:
        return "\n".join(there.iterdump())


def test_whoever_types_while_a_release_is_looked_at_is_told_and_nothing_changes(
    browser: Browser, dossier: str, point: Point, trial: Trial
) -> None:
    form = topic_page(point, dossier, "child_name")
    answers, typed = f"{dossier}/answers", {"revision": "0", "child_name": "Nguyễn Thị Mẫu"}
    browser.get(form)
    before = everything(point)
    begin_anew(point.config.paths.state)
    with trial.held():
        for path in (answers, "/sign-in", "/dossiers", f"{dossier}/erase", "/nowhere"):
            answer = browser.post(path, **typed)
            assert answer.status_code == 503
            assert "Refresh" not in answer.headers  # a form must not be sent twice
        assert browser.send(answers, **typed).json["notice"]["safe"]
        shown = browser.get("/")
        assert shown.status_code == 503
        assert shown.headers["Refresh"] == "10"
        assert "Hộp đang được cập nhật" in unescape(shown.text)
        assert "Lan" not in shown.text
        assert browser.get("/healthz").status_code == 200  # the set-up itself looks
        assert browser.get("/static/station.css").status_code == 200
        assert everything(point) == before
        assert not has_taken_in(point.config.paths.state)
    assert browser.get(form).status_code == 200
    assert not has_taken_in(point.config.paths.state)  # reading is no reason to keep a release
    assert browser.post(answers, **typed).status_code == 303
    assert "Nguyễn Thị Mẫu" in browser.get(form).text
    assert has_taken_in(point.config.paths.state)
