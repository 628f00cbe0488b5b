"""Two processes serve one ward, side by side, on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from sqlalchemy import func, select

from appliance.core.wire.manifest import EventPage
from tests.ward.box import TIMEOUT_S, Box
from tests.ward.conftest import RunningWard
from tests.ward.officer import Officer
from tests.ward.papers import pdf, sealed_dossier
from web.ward.audit import checked, lines_before
from web.ward.database import reading
from web.ward.office.reader import open_dossier
from web.ward.running.bell import LOOK_AT_LEAST_EVERY_S
from web.ward.settings import WardSettings
from web.ward.tables import brake_pass, revision

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def database(new_database: str) -> str:
    return new_database


@pytest.fixture(scope="module")
def other(ward: RunningWard) -> Iterator[RunningWard]:
    """A second process on the same home and database."""
    running = replace(ward, process=None).start()
    yield running
    if running.process and running.process.poll() is None:
        running.kill()


def test_a_process_on_sqlite_stays_out_of_a_home_that_is_served(ward: RunningWard) -> None:
    """As if somebody had forgotten --database."""
    on_sqlite = replace(ward, process=None, settings=WardSettings(ward.settings.home))
    assert "already served" in on_sqlite.refused()


def test_bytes_begun_at_one_are_gone_on_with_at_the_other(
    ward: RunningWard, other: RunningWard, recipient: str
) -> None:
    dossier = sealed_dossier(recipient, papers={"giay": pdf("một", 300_000)})
    boxes = (ward.box, other.box)
    for data in dossier.files.values():
        path = boxes[0].begin(len(data))
        half = len(data) // 2
        assert boxes[0].patch(path, 0, data[:half]).status_code == 204
        assert boxes[1].held(path) == half
        assert boxes[1].patch(path, half, data[half:]).status_code == 204
    first = boxes[1].commit(dossier)
    assert first.status_code == 201
    again = boxes[0].commit(dossier)
    assert (again.status_code, again.content) == (200, first.content)
    opened = open_dossier(ward.settings.home, dossier.id, database=ward.settings.database)
    assert opened.by_slot == dossier.plain


def test_two_patches_at_two_processes_never_mix(ward: RunningWard, other: RunningWard) -> None:
    size = 1 << 20
    boxes = (ward.box, other.box)
    for _ in range(5):
        path = boxes[0].begin(size)
        with ThreadPoolExecutor(4) as pool:
            answers = list(
                pool.map(lambda n, to=path: boxes[n % 2].patch(to, 0, bytes([n]) * size), range(4))
            )
        assert sum(answer.status_code == 204 for answer in answers) == 1
        content = (ward.settings.home / "uploads" / path.rsplit("/", 1)[1]).read_bytes()
        assert len(content) == size
        assert len(set(content)) == 1


def test_one_dossier_committed_at_both_at_once_has_one_row_and_one_receipt(
    ward: RunningWard, other: RunningWard, recipient: str
) -> None:
    boxes = (ward.box, other.box)
    for _ in range(8):
        dossier = sealed_dossier(recipient)
        boxes[0].upload_all(dossier)
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda n, it=dossier: boxes[n % 2].commit(it), range(4)))
        assert {answer.status_code for answer in answers} <= {200, 201}, [a.text for a in answers]
        assert sum(answer.status_code == 201 for answer in answers) == 1
        assert len({answer.content for answer in answers}) == 1
        with reading(ward.engine) as conn:
            rows = conn.execute(
                select(func.count()).where(revision.c.dossier_id == dossier.id)
            ).scalar_one()
        assert rows == 1


def test_a_box_that_waits_at_one_hears_what_an_officer_does_at_the_other(
    ward: RunningWard, other: RunningWard, box: Box, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    newest = "0"
    while (page := box.ask("GET", f"/events?after={newest}&limit=200").json())["items"]:
        newest = page["next"]
    heard: list[tuple[str, float]] = []

    def wait() -> None:
        answer = box.ask("GET", f"/events?after={newest}&wait=25")
        events = EventPage.model_validate(answer.json()).items
        heard.extend((event.dossier_id, time.monotonic()) for event in events)

    officer = Officer(other.site)
    assert ward.made.password
    officer.sign_in(ward.made.officer, ward.made.password)
    waiting = threading.Thread(target=wait)
    waiting.start()
    officer.answer(dossier.id, "accept")
    told = time.monotonic()
    waiting.join(30)
    [(dossier_id, at)] = heard
    assert dossier_id == dossier.id
    assert at - told < LOOK_AT_LEAST_EVERY_S / 2, "found by looking again, not by hearing"


def test_an_officer_of_one_is_known_at_the_other_until_the_password_changes(
    ward: RunningWard, other: RunningWard, officer: Officer
) -> None:
    there = Officer(other.site, officer.session)
    assert there.get("/inbox").url == other.site + "/inbox"
    assert f"Cán bộ: {ward.made.officer}" in there.page("/inbox").text


def test_what_officers_do_at_both_is_one_chain(
    ward: RunningWard, other: RunningWard, box: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    sites = (officer, Officer(other.site, officer.session))
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: sites[n % 2].get(f"/inbox/{dossier.id}"), range(12)))
    with reading(ward.engine) as conn:
        opened = [one for one in lines_before(conn, None, dossier.id) if one.deed == "opened"]
        whole = checked(conn)
    assert (len(opened), whole.broken_at) == (12, None)
    assert whole.count >= 13  # and a sign-in


def test_questions_are_counted_over_both(ward: RunningWard, other: RunningWard) -> None:
    def ask(n: int) -> int:
        at = (ward, other)[n % 2]
        secret = {"s": f"A{n:09d}"}
        answer = requests.get(f"{at.base}/track/BD-7K3M-94QX", secret, timeout=TIMEOUT_S)
        return answer.status_code

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(ask, range(26)))
    assert (told.count(404), told.count(429)) == (20, 6)
    with reading(ward.engine) as conn:
        keys = set(conn.execute(select(brake_pass.c.key)).scalars())
    assert not any("127.0.0.1" in key or "BD-" in key for key in keys)


def test_a_killed_process_takes_its_locks_along_and_the_other_goes_on(
    ward: RunningWard, other: RunningWard, recipient: str
) -> None:
    third = replace(ward, process=None).start()
    dossier = sealed_dossier(recipient, papers={"giay": pdf("một", 3_000_000)})
    [big] = [data for data in dossier.files.values() if len(data) > 1_000_000]
    path = third.box.begin(len(big))
    executioner = threading.Timer(0.01, third.kill)
    executioner.start()
    with pytest.raises(requests.RequestException):
        while True:
            third.box.patch(path, third.box.held(path), big[third.box.held(path) :][:100_000])
    executioner.join()
    held = other.box.held(path)
    assert other.box.patch(path, held, big[held:]).status_code in {204, 403}
    assert other.box.held(path) == len(big)
    other.box.upload_all(dossier)
    assert other.box.commit(dossier).status_code == 201
