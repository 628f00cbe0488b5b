"""Who gets in, what tus promises, what a box hears."""

from __future__ import annotations

import base64
import hashlib
import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests

from appliance.core.wire.manifest import Event, EventPage
from tests.ward.box import TIMEOUT_S, TUS, Box
from tests.ward.conftest import RunningWard, until
from tests.ward.officer import Officer
from tests.ward.papers import CHILD, sealed_dossier
from web.ward.boxes.devices import add_device, device_of_token, devices, revoke_device
from web.ward.boxes.upload_locks import UploadLocks
from web.ward.boxes.uploads import OffsetMoved, Uploads
from web.ward.database import reading, writing
from web.ward.home import open_home


@pytest.fixture
def stranger(ward: RunningWard) -> Box:
    """Another box of the same ward."""
    with writing(ward.engine) as conn:
        return Box(ward.base, add_device(conn, f"box-{os.urandom(4).hex()}", datetime.now(UTC)))


# ── tokens ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("token", ["", "wrong", "tht_" + "x" * 43])
def test_a_wrong_token_gets_401_at_every_door(ward: RunningWard, token: str) -> None:
    nobody = Box(ward.base, token)
    for method, path in (
        ("POST", "/files"),
        ("PUT", "/dossiers/0198c0de-0000-7000-8000-000000000001"),
        ("GET", "/events"),
        ("PUT", "/heartbeat"),
        ("GET", "/publications/1"),
    ):
        answer = nobody.ask(method, path, headers=TUS)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["type"] == "urn:tramhoso:problem:unknown-device"
    refusal = nobody.ask("HEAD", "/files/0198c0de-0000-4000-8000-000000000001", headers=TUS)
    assert (refusal.status_code, refusal.headers["Tus-Resumable"]) == (401, "1.0.0")


def test_a_revoked_box_is_refused_at_once(ward: RunningWard, stranger: Box) -> None:
    assert stranger.ask("GET", "/events").status_code == 200
    with writing(ward.engine) as conn:
        name = devices(conn)[-1].name
        assert revoke_device(conn, name, datetime.now(UTC))
        assert not revoke_device(conn, name, datetime.now(UTC))
    assert stranger.ask("GET", "/events").status_code == 401


def test_no_token_stands_in_the_database(ward: RunningWard) -> None:
    home = ward.settings.home
    for path in home.glob("ward.sqlite*"):
        assert ward.box.token.encode() not in path.read_bytes()
    with reading(ward.engine) as conn:
        stored = conn.exec_driver_sql("SELECT token_sha256 FROM device").scalars().all()
    assert hashlib.sha256(ward.box.token.encode()).hexdigest() in stored


def test_another_box_sees_neither_uploads_nor_dossiers(
    box: Box, stranger: Box, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    path = box.begin(100)
    box.patch(path, 0, b"x" * 50)
    assert stranger.ask("HEAD", path, headers=TUS).status_code == 404
    assert stranger.patch(path, 50, b"y" * 50).status_code == 404
    assert stranger.ask("DELETE", path, headers=TUS).status_code == 404
    assert box.held(path) == 50

    box.upload_all(dossier)
    assert set(stranger.commit(dossier).json()["missing"]) == set(dossier.files)
    assert box.commit(dossier).status_code == 201
    assert stranger.ask("GET", f"/dossiers/{dossier.id}").status_code == 404
    theft = stranger.commit(dossier)
    assert theft.status_code == 409
    assert "missing" not in theft.json()


def test_knowing_a_digest_does_not_make_a_file_ones_own(
    box: Box, stranger: Box, recipient: str
) -> None:
    first = sealed_dossier(recipient)
    box.deliver(first)
    second = sealed_dossier(recipient, files=first.manifest.files)
    assert set(stranger.commit(second).json()["missing"]) == set(first.files)


# ── tus ──────────────────────────────────────────────────────────────────────


def test_upload_ids_are_random_and_locations_stand_under_the_door(box: Box) -> None:
    answers = [box.ask("POST", "/files", headers=TUS | {"Upload-Length": "10"}) for _ in range(2)]
    first, second = (a.headers["Location"] for a in answers)
    assert first != second
    assert first.startswith("/intake/v1/files/")


def test_a_patch_elsewhere_than_the_end_is_refused(box: Box) -> None:
    path = box.begin(10)
    assert box.patch(path, 0, b"12345").status_code == 204
    for offset in (0, 3, 6):
        assert box.patch(path, offset, b"xxx").status_code == 409
    assert box.patch(path, 5, b"678901234").status_code == 400
    assert box.patch(path, 5, b"67890").status_code == 204
    assert box.patch(path, 10, b"").status_code == 403
    assert box.held(path) == 10


def test_two_patches_at_once_never_mix(ward: RunningWard, box: Box) -> None:
    size = 1 << 20
    path = box.begin(size)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: box.patch(path, 0, bytes([n]) * size), range(4)))
    assert sorted(a.status_code for a in answers)[0] == 204
    assert sum(a.status_code == 204 for a in answers) == 1
    content = (ward.settings.home / "uploads" / path.rsplit("/", 1)[1]).read_bytes()
    assert len(content) == size
    assert len(set(content)) == 1


def test_a_writer_who_comes_too_late_spoils_nothing(ward: RunningWard) -> None:
    """Should a lock ever have run out: the end of the file is looked at again."""
    home = open_home(ward.settings.home)
    uploads = Uploads(ward.engine, home.uploads, UploadLocks(home.locks), ward.settings)
    with reading(ward.engine) as conn:
        device_id = device_of_token(conn, ward.box.token)
    assert device_id
    store = uploads.store_of(device_id)
    upload_id = str(uuid.uuid4())
    store.create_upload(upload_id, 10, {})
    store.write_chunk(upload_id, 0, b"first")
    with pytest.raises(OffsetMoved):
        store.write_chunk(upload_id, 0, b"later")
    assert (home.uploads / upload_id).read_bytes() == b"first"


def test_a_wrong_checksum_keeps_the_offset(box: Box) -> None:
    path, data = box.begin(5), b"12345"
    wrong = "sha256 " + base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    right = "sha256 " + base64.b64encode(hashlib.sha256(data).digest()).decode()
    assert box.patch(path, 0, data, **{"Upload-Checksum": wrong}).status_code == 460
    assert box.held(path) == 0
    assert box.patch(path, 0, data, **{"Upload-Checksum": right}).status_code == 204


def test_files_that_are_too_big_are_refused_before_they_travel(box: Box) -> None:
    length = {"Upload-Length": str((64 << 20) + 1)}
    assert box.ask("POST", "/files", headers=TUS | length).status_code == 413
    kind = {"Content-Type": "application/offset+octet-stream", "Upload-Length": "3"}
    answer = box.ask("POST", "/files", headers=TUS | kind, data=b"12345")
    assert answer.status_code == 400, "more bytes than announced"


@pytest.mark.parametrize("length", ["-1", "x", "9" * 5000, ""])
def test_an_odd_length_is_refused(box: Box, length: str) -> None:
    answer = box.ask("POST", "/files", headers=TUS | {"Upload-Length": length})
    assert (answer.status_code, answer.headers["Tus-Resumable"]) == (400, "1.0.0")


def test_a_length_may_be_told_later(box: Box) -> None:
    answer = box.ask("POST", "/files", headers=TUS | {"Upload-Defer-Length": "1"})
    path = "/files/" + answer.headers["Location"].rsplit("/", 1)[1]
    assert box.patch(path, 0, b"123", **{"Upload-Length": "5"}).status_code == 204
    assert box.patch(path, 3, b"45").status_code == 204
    assert box.held(path) == 5


def test_odd_upload_names_lead_nowhere(box: Box) -> None:
    for name in ("..%2f..%2fage.key", "%2e%2e/age.key", "age.key", "x" * 36):
        answer = box.ask("HEAD", f"/files/{name}", headers=TUS)
        assert answer.status_code in {400, 404}
        assert box.patch(f"/files/{name}", 0, b"x").status_code in {400, 404}


def test_another_version_of_tus_is_told_ours(box: Box) -> None:
    answer = box.ask("POST", "/files", headers={"Tus-Resumable": "0.2.2"})
    assert (answer.status_code, answer.headers["Tus-Resumable"]) == (412, "1.0.0")
    options = requests.options(box.base + "/files", timeout=TIMEOUT_S)
    assert options.headers["Tus-Version"] == "1.0.0"
    assert "creation" in options.headers["Tus-Extension"]
    assert "concatenation" not in options.headers["Tus-Extension"]


def test_an_upload_can_be_given_up(box: Box) -> None:
    path = box.upload(b"never mind")
    assert box.ask("DELETE", path, headers=TUS).status_code == 204
    assert box.ask("HEAD", path, headers=TUS).status_code == 404


# ── the feed ─────────────────────────────────────────────────────────────────


def test_the_feed_is_read_page_by_page_in_order(
    stranger: Box, officer: Officer, recipient: str
) -> None:
    made = [sealed_dossier(recipient) for _ in range(5)]
    for dossier in made:
        stranger.deliver(dossier)
        officer.answer(dossier.id, "accept")
    heard, after = [], None
    for _ in range(4):
        query = "/events?limit=2" + (f"&after={after}" if after else "")
        page = EventPage.model_validate(stranger.ask("GET", query).json())
        heard += [event.dossier_id for event in page.items]
        after = page.next
    assert heard == [dossier.id for dossier in made]
    again = stranger.ask("GET", f"/events?after={after}").json()
    assert again == {"items": [], "next": after}


def test_a_box_hears_only_of_its_own_dossiers(
    box: Box, stranger: Box, officer: Officer, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    officer.answer(dossier.id, "accept")
    assert stranger.ask("GET", "/events").json()["items"] == []


def test_a_waiting_box_hears_at_once(box: Box, officer: Officer, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    newest = "0"
    while items := (page := box.ask("GET", f"/events?after={newest}&limit=200").json())["items"]:
        newest = page["next"]
        assert items
    heard: list[Event] = []
    waiting = threading.Thread(
        target=lambda: heard.extend(
            EventPage.model_validate(box.ask("GET", f"/events?after={newest}&wait=25").json()).items
        )
    )
    waiting.start()
    officer.answer(dossier.id, "accept")
    waiting.join(20)
    assert [event.dossier_id for event in heard] == [dossier.id]


def test_many_waiting_boxes_do_not_stop_a_commit(
    box: Box, officer: Officer, recipient: str
) -> None:
    """Twelve long polls against eight threads: four may wait, the others are answered."""
    newest = "0"
    while (page := box.ask("GET", f"/events?after={newest}&limit=200").json())["items"]:
        newest = page["next"]
    done: list[int] = []
    polls = [
        threading.Thread(
            target=lambda: done.append(
                box.ask("GET", f"/events?after={newest}&wait=25").status_code
            )
        )
        for _ in range(12)
    ]
    for poll in polls:
        poll.start()
    until(lambda: len(done) >= 8, "more than four long polls were held", seconds=15)
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    assert len(done) < 12, "nobody was waiting while the dossier arrived"
    officer.answer(dossier.id, "accept")
    for poll in polls:
        poll.join(30)
    assert done == [200] * 12


@pytest.mark.parametrize(
    ("query", "status"),
    [("after=x", 400), ("after=-1", 400), ("after=" + "9" * 5000, 400), ("limit=٣", 400)],
)
def test_nonsense_cursors_are_named(box: Box, query: str, status: int) -> None:
    assert box.ask("GET", f"/events?{query}").status_code == status


def test_a_cursor_the_ward_never_gave_means_read_anew(box: Box) -> None:
    assert box.ask("GET", "/events?after=999999999").status_code == 410


# ── the rest ─────────────────────────────────────────────────────────────────


def test_a_heartbeat_is_remembered_and_answered_with_the_time(ward: RunningWard, box: Box) -> None:
    beat = {"version": "0.1.0", "queue": 2, "oldest_waiting_s": 60, "disk_free_mb": 900}
    answer = box.ask("PUT", "/heartbeat", json=beat)
    told = datetime.fromisoformat(answer.json()["server_time"])
    assert abs((datetime.now(UTC) - told).total_seconds()) < 60
    with reading(ward.engine) as conn:
        assert devices(conn)[0].seen_at
    assert box.ask("PUT", "/heartbeat", json=beat | {"queue": -1}).status_code == 422


def test_anybody_with_code_and_secret_sees_the_state_and_no_name(
    ward: RunningWard, box: Box, recipient: str
) -> None:
    receipt = box.deliver(sealed_dossier(recipient)).json()
    url = f"{ward.base}/track/{receipt['code']}"
    answer = requests.get(url, params={"s": receipt["secret"]}, timeout=TIMEOUT_S)
    assert answer.json()["state"] == "received"
    assert "Phường đã nhận được hồ sơ" in answer.json()["next_step_vi"]
    assert CHILD not in answer.text
    for secret in ("", "-", "none", "x" * 10):
        wrong = requests.get(url, params={"s": secret}, timeout=TIMEOUT_S)
        assert wrong.status_code == 404
    unknown = f"{ward.base}/track/BD-AAAA-AAAA"
    assert requests.get(unknown, params={"s": "none"}, timeout=TIMEOUT_S).status_code == 404


def test_somebody_who_asks_too_often_must_rest(ward: RunningWard) -> None:
    url = f"{ward.base}/track/BD-AAAA-AAAA"
    for _ in range(25):
        answer = requests.get(url, params={"s": "guess-1"}, timeout=TIMEOUT_S)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
