"""On SQLite one process serves a ward; whoever wants to be the second is told why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ward.box import TUS
from tests.ward.conftest import RunningWard
from web.ward.app import create_app
from web.ward.boxes.upload_locks import UploadLocks
from web.ward.init import init_ward
from web.ward.settings import WardSettings


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[RunningWard]:
    settings = WardSettings(tmp_path / "home")
    running = RunningWard(settings, init_ward(settings)).start()
    yield running
    running.kill()


def test_on_sqlite_a_second_process_is_refused_and_told_why(on_sqlite: RunningWard) -> None:
    told = replace(on_sqlite, process=None).refused()
    assert "already served by another process" in told
    assert "only on PostgreSQL may several serve one home" in told
    assert "Traceback" not in told
    assert on_sqlite.box.ask("GET", "/events").status_code == 200


def test_a_lock_is_one_for_all_threads_and_goes_with_its_holder(tmp_path: Path) -> None:
    mine, theirs = UploadLocks(tmp_path), UploadLocks(tmp_path)
    token = mine.acquire("0198c0de", 60)
    assert token
    assert theirs.acquire("0198c0de", 60) is None
    assert mine.acquire("0198c0de", 60) is None
    other = theirs.acquire("1198c0de", 60)
    assert other, "another upload had to wait"
    mine.release("0198c0de", "somebody else's")
    assert theirs.acquire("0198c0de", 60) is None
    mine.release("0198c0de", token)
    mine.release("0198c0de", token)
    assert theirs.acquire("0198c0de", 60)


def test_who_writes_to_an_upload_elsewhere_makes_a_box_come_later(tmp_path: Path) -> None:
    settings = WardSettings(tmp_path / "home", lock_wait_s=0.05)
    made = init_ward(settings)
    client = create_app(settings).test_client()
    headers = TUS | {"Authorization": f"Bearer {made.token}"}
    begun = client.post("/intake/v1/files", headers=headers | {"Upload-Length": "10"})
    path = begun.headers["Location"]
    elsewhere = UploadLocks(tmp_path / "home" / "locks")
    token = elsewhere.acquire(path.rsplit("/", 1)[1], 60)
    assert token
    kind = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    later = client.patch(path, data=b"x" * 10, headers=headers | kind)
    assert (later.status_code, later.headers["Retry-After"]) == (423, "2")
    elsewhere.release("", token)
    assert client.patch(path, data=b"x" * 10, headers=headers | kind).status_code == 204
