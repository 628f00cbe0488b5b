"""kill -9 at any moment: byte-identical, one row, one receipt."""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import func, select

from appliance.core.wire.manifest import Receipt
from appliance.keys.signing import receipt_verifies
from tests.ward.box import TUS
from tests.ward.conftest import RunningWard, until
from tests.ward.papers import pdf, sealed_dossier
from web.ward.database import reading
from web.ward.init import init_ward
from web.ward.office.reader import open_dossier
from web.ward.settings import WardSettings
from web.ward.tables import revision, upload

MIB = 1 << 20


@pytest.fixture(scope="module")
def ward(database: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWard]:
    """A ward of its own: it is killed again and again."""
    settings = WardSettings(tmp_path_factory.mktemp("cuts") / "home", database)
    running = RunningWard(settings, init_ward(settings)).start()
    yield running
    if running.process and running.process.poll() is None:
        running.kill()


def test_a_kill_while_a_patch_arrives_loses_at_most_that_patch(ward: RunningWard) -> None:
    box, data = ward.box, random.Random(1).randbytes(3 * MIB)
    path = box.begin(len(data))
    assert box.patch(path, 0, data[:MIB]).status_code == 204
    address = urlsplit(ward.base)
    with socket.create_connection((address.hostname, address.port), timeout=30) as line:
        head = (
            f"PATCH /intake/v1{path} HTTP/1.1\r\nHost: ward\r\nTus-Resumable: 1.0.0\r\n"
            f"Authorization: Bearer {box.token}\r\nUpload-Offset: {MIB}\r\n"
            "Content-Type: application/offset+octet-stream\r\n"
            f"Content-Length: {2 * MIB}\r\n\r\n"
        )
        line.sendall(head.encode() + data[MIB : 2 * MIB])
        ward.kill()
    box = ward.start().box
    held = box.held(path)
    assert MIB <= held <= 2 * MIB
    assert box.patch(path, held, data[held:]).status_code == 204
    assert (ward.settings.home / "uploads" / path.rsplit("/", 1)[1]).read_bytes() == data


def test_kills_at_random_moments_of_an_upload_leave_every_byte_right(ward: RunningWard) -> None:
    """Chunks of 8 MiB, killed at moments drawn by a seeded die, until it is all there."""
    die, data = random.Random(2), os.urandom(40 * MIB)
    box = ward.box
    path = box.begin(len(data))
    kills = 0
    on_disk = ward.settings.home / "uploads" / path.rsplit("/", 1)[1]
    while (held := box.held(path)) < len(data):
        assert held == 0 or on_disk.read_bytes() == data[:held]
        if kills < 6:
            kills += 1
            executioner = threading.Timer(die.uniform(0, 0.12), ward.kill)
            executioner.start()
            try:
                while held < len(data):
                    box.patch(path, held, data[held : held + 8 * MIB])
                    held = box.held(path)
            except (requests.RequestException, AssertionError):
                pass
            executioner.join()
            box = ward.start().box
        else:
            box.patch(path, held, data[held : held + 8 * MIB])
    assert on_disk.read_bytes() == data


def test_kills_at_random_moments_of_a_commit_leave_one_row_and_one_receipt(
    ward: RunningWard,
) -> None:
    die = random.Random(3)
    for _ in range(6):
        dossier = sealed_dossier(
            ward.made.recipient, papers={f"giay_{n}": pdf(str(n), 600_000) for n in range(4)}
        )
        box = ward.box
        box.upload_all(dossier)
        executioner = threading.Timer(die.uniform(0.0, 0.06), ward.kill)
        executioner.start()
        seen = set()
        try:
            while True:
                answer = box.commit(dossier)
                assert answer.status_code in {200, 201}, answer.text
                seen.add(answer.content)
        except requests.RequestException:
            pass
        executioner.join()
        box = ward.start().box
        last = box.commit(dossier)
        assert last.status_code in {200, 201}, last.text
        seen.add(last.content)
        assert len(seen) == 1
        assert receipt_verifies(Receipt.model_validate_json(last.content), ward.made.verify_key)
        opened = open_dossier(ward.settings.home, dossier.id, database=ward.settings.database)
        assert opened.by_slot == dossier.plain
        with reading(ward.engine) as conn:
            rows = conn.execute(
                select(func.count()).where(revision.c.dossier_id == dossier.id)
            ).scalar_one()
        assert rows == 1


def second_names(ward: RunningWard) -> set[Path]:
    return set((ward.settings.home / "sealed").glob("*/*.new"))


@pytest.mark.parametrize(
    "moment", ["before-vault", "after-vault", "before-row", "after-row", "after-commit"]
)
def test_a_kill_at_each_step_of_a_commit_is_finished_by_a_repeat(
    ward: RunningWard, moment: str
) -> None:
    """The steps in order; the child process ends itself with SIGKILL at *moment*."""
    dossier = sealed_dossier(ward.made.recipient)
    ward.box.upload_all(dossier)
    earlier = second_names(ward)  # of random kills: several wards on one database wait an hour
    ward.kill()
    ward.environment["WARD_DIES_AT"] = moment
    ward.module = "tests.ward.dying_ward"
    try:
        ward.start()
        with pytest.raises(requests.RequestException):
            ward.box.commit(dossier)
        assert ward.process
        assert ward.process.wait(30) == -9
    finally:
        del ward.environment["WARD_DIES_AT"]
        ward.module = "appliance.commands.ward"
        ward.start()
    answer = ward.box.commit(dossier)
    assert answer.status_code == (200 if moment == "after-commit" else 201), answer.text
    assert ward.box.commit(dossier).content == answer.content
    opened = open_dossier(ward.settings.home, dossier.id, database=ward.settings.database)
    assert opened.by_slot == dossier.plain
    kept = second_names(ward) if ward.settings.serves_alone else second_names(ward) - earlier
    assert kept == set(), "a stray name in the vault outlived the restart"


def test_a_row_that_says_more_than_the_disk_holds_is_not_believed(ward: RunningWard) -> None:
    """A power cut can take bytes back that were answered with 204 but never synced."""
    box, data = ward.box, b"x" * 5000
    path = box.upload(data)
    on_disk = ward.settings.home / "uploads" / path.rsplit("/", 1)[1]
    os.truncate(on_disk, 1234)
    assert box.held(path) == 1234
    assert box.patch(path, 1234, data[1234:]).status_code == 204
    assert on_disk.read_bytes() == data
    on_disk.unlink()
    assert box.held(path) == 0


def test_a_stopped_ward_answers_what_was_asked_and_ends_well(ward: RunningWard) -> None:
    box = ward.box
    newest = box.ask("GET", "/events").json()["next"]
    address = urlsplit(ward.base)
    line = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    token = {"Authorization": f"Bearer {box.token}"}
    line.request("GET", f"/intake/v1/events?wait=25&after={newest}", headers=token)
    # Asked later, answered: the ward has read the earlier question too and is holding it.
    assert box.ask("GET", "/events").status_code == 200
    began = time.monotonic()
    assert ward.stop() == 0
    answer = line.getresponse()
    assert (answer.status, json.loads(answer.read())["items"]) == (200, [])
    assert time.monotonic() - began < 20
    ward.start()


def test_uploads_nobody_committed_are_swept_at_the_start(ward: RunningWard) -> None:
    from datetime import UTC, datetime, timedelta

    from sqlalchemy import update

    from web.ward.database import writing

    box = ward.box
    old, young = box.upload(b"old"), box.upload(b"young")
    with writing(ward.engine) as conn:
        conn.execute(
            update(upload)
            .where(upload.c.id == old.rsplit("/", 1)[1])
            .values(expires_at=datetime.now(UTC) - timedelta(minutes=1))
        )
    assert box.ask("HEAD", old, headers=TUS).status_code == 410
    ward.kill()
    box = ward.start().box
    until(lambda: box.ask("HEAD", old, headers=TUS).status_code == 404, "not swept")
    assert box.held(young) == 5
    assert not (ward.settings.home / "uploads" / old.rsplit("/", 1)[1]).exists()
