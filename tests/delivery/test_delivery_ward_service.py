"""A sealed dossier at the ward: once, with proof, and every refusal by its name."""

import json
import uuid
from collections import deque

import pytest

from appliance.core.errors import (
    CaptivePortal,
    ConflictAtWard,
    DestinationUnreachable,
    DeviceRefused,
    FilesMissingAtWard,
    ReceiptForged,
    RefusedByWard,
    SealedFileDamaged,
    SlowDown,
    TooLargeForWard,
)
from appliance.core.wire.manifest import Heartbeat
from appliance.keys.canonical import repr_digest
from appliance.keys.signing import new_signing_key, receipt_verifies, verify_key_of
from appliance.pretend.bad_network import CAPTIVE_PORTAL, SWALLOWED_ANSWER, BadNetwork, Trouble

from .strict_ward import BASE, PROBLEM, TUS, Order

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
PAGE = b"<html><title>Wi-Fi</title></html>"


def test_a_dossier_arrives_and_its_receipt_is_the_wards(ward, service, seal):
    sealed = seal(300_000, 5_000, 1)
    receipt = service().send(sealed.manifest, sealed.body, sealed.files)
    assert all(ward.holds(digest) for digest in sealed.digests)
    assert receipt_verifies(receipt, ward.verify_key)
    assert receipt.dossier_id == sealed.manifest.dossier_id
    assert ward.faults == []


def test_the_commit_carries_the_bytes_that_were_signed(ward, service, seal):
    sealed = seal()
    service().send(sealed.manifest, sealed.body, sealed.files)
    [commit] = ward.said("PUT")
    assert commit.path == f"{BASE}/dossiers/{sealed.manifest.dossier_id}"
    assert commit.headers["Idempotency-Key"] == sealed.manifest.dossier_id
    assert commit.headers["Repr-Digest"] == repr_digest(sealed.body)
    assert ward.receipts[commit.path][0] == sealed.body


def test_a_supplement_goes_to_its_own_revision(ward, service, seal):
    sealed = seal(revision=2)
    for _ in range(2):
        service().send(sealed.manifest, sealed.body, sealed.files)
    first, again = ward.said("PUT")
    assert first.path == f"{BASE}/dossiers/{sealed.manifest.dossier_id}/revisions/2"
    assert first.headers["Idempotency-Key"] == again.headers["Idempotency-Key"]
    assert uuid.UUID(first.headers["Idempotency-Key"]) != uuid.UUID(sealed.manifest.dossier_id)


def test_an_upload_says_nothing_but_its_digest(ward, service, seal):
    sealed = seal()
    service().send(sealed.manifest, sealed.body, sealed.files)
    told = [upload.metadata for upload in ward.uploads.values()]
    assert told == [{"sha256": digest} for digest in sealed.digests]


def test_the_same_dossier_sent_again_gives_the_same_receipt_and_no_second_upload(
    ward, service, seal
):
    sealed = seal()
    first = service().send(sealed.manifest, sealed.body, sealed.files)
    ward.asked.clear()
    assert service().send(sealed.manifest, sealed.body, sealed.files) == first
    assert [asked.method for asked in ward.asked] == ["PUT"]
    assert len(ward.receipts) == 1


def test_a_whole_dossier_travels_over_one_connection(ward, service, seal):
    sealed = seal(900_000, 5_000, 70)
    with BadNetwork(ward.port) as network:
        box = service(network.port)
        box.send(sealed.manifest, sealed.body, sealed.files)
        box.events(None)
        assert network.traffic.connections == 1


def test_a_receipt_lost_on_its_way_is_asked_for_without_sending_the_papers_again(
    ward, service, seal
):
    sealed = seal()
    ward.orders["PUT"].extend(Order(502) for _ in range(1))
    with pytest.raises(DestinationUnreachable):
        service().send(sealed.manifest, sealed.body, sealed.files)
    uploads = len(ward.uploads)
    service().send(sealed.manifest, sealed.body, sealed.files)
    assert len(ward.uploads) == uploads
    assert sum(ward.patch_sizes) == 305_000


def test_a_commit_whose_answer_was_swallowed_is_repeated_and_counts_once(ward, service, seal):
    sealed = seal(5_000)
    with BadNetwork(ward.port) as network:
        box = service(network.port)

        def swallow_from_now_on(sent: int, total: int) -> None:
            if sent == total:
                network.trouble = lambda number: SWALLOWED_ANSWER if number == 2 else Trouble()
                box.close()

        box._progress = swallow_from_now_on
        receipt = box.send(sealed.manifest, sealed.body, sealed.files)
        assert network.traffic.cuts == 1
    assert len(ward.said("PUT")) == 2
    assert len(ward.receipts) == 1
    assert receipt_verifies(receipt, ward.verify_key)


def test_a_damaged_file_is_noticed_before_a_byte_of_any_is_sent(ward, service, seal):
    sealed = seal()
    last = sealed.files[sealed.digests[-1]]
    last.write_bytes(b"x" + last.read_bytes()[1:])
    with pytest.raises(SealedFileDamaged):
        service().send(sealed.manifest, sealed.body, sealed.files)
    assert {asked.method for asked in ward.asked} == {"PUT"}  # asked for a receipt, no more


def test_a_file_that_is_gone_is_noticed_before_a_byte_of_any_is_sent(ward, service, seal):
    sealed = seal()
    sealed.files[sealed.digests[0]].unlink()
    with pytest.raises(SealedFileDamaged):
        service().send(sealed.manifest, sealed.body, sealed.files)
    with pytest.raises(SealedFileDamaged):
        service().send(sealed.manifest, sealed.body, {})
    assert {asked.method for asked in ward.asked} == {"PUT"}


def test_what_the_ward_has_lost_is_sent_again_in_the_same_call(ward, service, seal):
    sealed = seal()
    lost = sealed.digests[1]
    ward.orders["PUT"].append(
        Order(409, PROBLEM, json.dumps({"status": 409, "missing": [lost]}).encode())
    )
    service().send(sealed.manifest, sealed.body, sealed.files)
    announced = [upload.metadata["sha256"] for upload in ward.uploads.values()]
    assert announced == [*sealed.digests, lost]


def test_a_ward_that_loses_files_again_and_again_ends_the_call(ward, service, seal):
    sealed = seal()
    answer = Order(409, PROBLEM, json.dumps({"missing": sealed.digests}).encode())
    ward.orders["PUT"].extend([answer] * 9)
    with pytest.raises(FilesMissingAtWard) as caught:
        service().send(sealed.manifest, sealed.body, sealed.files)
    assert caught.value.missing == tuple(sealed.digests)
    assert len(ward.said("PUT")) == 2


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (Order(500), DestinationUnreachable),
        (Order(502, HTML, PAGE), DestinationUnreachable),
        (Order(503), DestinationUnreachable),
        (Order(504), DestinationUnreachable),
        (Order(408), DestinationUnreachable),
        (Order(425), DestinationUnreachable),
        (Order(404), DestinationUnreachable),
        (Order(429), SlowDown),
        (Order(503, {"Retry-After": "7"}), SlowDown),
        (Order(401, PROBLEM, b"{}"), DeviceRefused),
        (Order(403), DeviceRefused),
        (Order(409, PROBLEM, b"{}"), ConflictAtWard),
        (Order(409), ConflictAtWard),
        (Order(413), TooLargeForWard),
        (Order(400, PROBLEM, b"{}"), RefusedByWard),
        (
            Order(400, PROBLEM, b'{"type": "urn:tramhoso:problem:digest-mismatch"}'),
            DestinationUnreachable,
        ),
        (Order(404, PROBLEM, b"{}"), RefusedByWard),
        (Order(415), RefusedByWard),
        (Order(422, PROBLEM, b"{}"), RefusedByWard),
        (Order(200, HTML, PAGE), CaptivePortal),
        (Order(204), CaptivePortal),
        (Order(403, HTML, PAGE), CaptivePortal),
        (Order(404, HTML, PAGE), CaptivePortal),
        (Order(511, HTML, PAGE), CaptivePortal),
        (Order(302, {"Location": "http://login.example/"}), CaptivePortal),
        (Order(307, {"Location": "//login.example/"}), CaptivePortal),
        (Order(301, {"Location": "/elsewhere"}), DestinationUnreachable),
        (Order(200, JSON, b'{"ok": true}'), ReceiptForged),
        (Order(201, JSON, b"[]"), ReceiptForged),
    ],
    ids=lambda value: getattr(value, "__name__", None) or f"{value.status}",
)
def test_every_answer_to_a_commit_has_its_name(ward, service, seal, order, error):
    sealed = seal(5_000)
    ward.orders["PUT"].append(order)
    with pytest.raises(error) as caught:
        service().send(sealed.manifest, sealed.body, sealed.files)
    assert type(caught.value) is error
    assert len(ward.said("PUT")) == 1


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (Order(200, HTML, PAGE), CaptivePortal),
        (Order(302, {"Location": "http://login.example/"}), CaptivePortal),
        (Order(201, {"Location": "/files/1"}), CaptivePortal),
        (Order(401, PROBLEM, b"{}"), DeviceRefused),
        (Order(413, TUS), TooLargeForWard),
        (Order(429, {**TUS, "Retry-After": "3"}), SlowDown),
        (Order(422, TUS), RefusedByWard),
    ],
    ids=lambda value: getattr(value, "__name__", None) or f"{value.status}",
)
def test_every_answer_to_an_upload_has_its_name(ward, service, seal, order, error):
    sealed = seal(5_000)
    ward.orders["POST"].append(order)
    with pytest.raises(error):
        service().send(sealed.manifest, sealed.body, sealed.files)
    assert ward.said("PUT") == []


def test_a_ward_that_fails_at_first_is_tried_again_within_the_call(ward, service, seal):
    sealed = seal(5_000)
    ward.orders["POST"].append(Order(500))
    ward.orders["PATCH"].append(Order(502, HTML, PAGE))
    receipt = service().send(sealed.manifest, sealed.body, sealed.files)
    assert receipt.dossier_id == sealed.manifest.dossier_id


@pytest.mark.parametrize("status", [200, 409, 422])
def test_half_a_message_is_not_believed_and_asked_for_again(ward, service, seal, status):
    sealed = seal(5_000)
    ward.orders["PUT"].append(Order(status, JSON, b'{"dossier_id": "019'))
    service().send(sealed.manifest, sealed.body, sealed.files)
    assert len(ward.said("PUT")) == 2


def test_an_answer_cut_anywhere_is_never_taken_for_a_refusal(ward, service, seal):
    sealed = seal(5_000)
    refusal = Order(409, PROBLEM, json.dumps({"missing": sealed.digests}).encode())
    with BadNetwork(ward.port) as network:
        box = service(network.port)
        ward.orders["PUT"].append(refusal)
        with pytest.raises(FilesMissingAtWard):
            box._commit(sealed.manifest, sealed.body)
        for cut in range(1, network.traffic.down, 5):
            ward.orders["PUT"] = deque([refusal] * 3)
            network.trouble = lambda number, at=cut: Trouble(cut_down_after=at)
            box.close()
            with pytest.raises(DestinationUnreachable):
                box._commit(sealed.manifest, sealed.body)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "0"}, 0),
        (
            # both by the server's clock; the box believes it is 1970
            {
                "Date": "Sun, 22 Nov 2026 01:00:00 GMT",
                "Retry-After": "Sun, 22 Nov 2026 01:01:30 GMT",
            },
            90,
        ),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_slow_down_says_how_long(ward, service, seal, headers, seconds):
    sealed = seal(5_000)
    ward.orders["PUT"].append(Order(429, headers))
    with pytest.raises(SlowDown) as caught:
        service().send(sealed.manifest, sealed.body, sealed.files)
    assert caught.value.retry_after_s == seconds


def test_a_refusal_brings_the_wards_own_words_into_the_log(ward, service, seal):
    sealed = seal(5_000)
    told = {"title": "no", "detail": "revoked", "errors": [{"path": "files.0", "code": "slot"}]}
    ward.orders["PUT"].append(Order(422, PROBLEM, json.dumps(told).encode()))
    with pytest.raises(RefusedByWard, match=r"422 .*no; revoked; files\.0: slot"):
        service().send(sealed.manifest, sealed.body, sealed.files)


def test_a_receipt_by_another_key_is_no_receipt(ward, service, seal):
    sealed = seal(5_000)
    stranger = verify_key_of(new_signing_key())
    with pytest.raises(ReceiptForged, match="pinned"):
        service(verify_key=stranger).send(sealed.manifest, sealed.body, sealed.files)


def test_a_receipt_changed_by_one_field_is_no_receipt(ward, service, seal):
    sealed = seal(5_000)
    receipt = json.loads(ward.receipt_for(sealed.manifest.dossier_id, sealed.body))
    changed = json.dumps({**receipt, "code": "BD-AAAA-AAAA"}).encode()
    ward.orders["PUT"].append(Order(200, JSON, changed))
    with pytest.raises(ReceiptForged):
        service().send(sealed.manifest, sealed.body, sealed.files)


def test_a_genuine_receipt_for_another_dossier_is_not_ours(ward, service, seal):
    sealed, other = seal(5_000), seal(5_000)
    for receipt in (
        ward.receipt_for(other.manifest.dossier_id, sealed.body),
        ward.receipt_for(sealed.manifest.dossier_id, other.body),
    ):
        ward.orders["PUT"] = deque([Order(200, JSON, receipt)])
        with pytest.raises(ReceiptForged, match="genuine"):
            service().send(sealed.manifest, sealed.body, sealed.files)


def test_a_receipt_with_fields_of_a_later_ward_is_believed(ward, service, seal):
    sealed = seal(5_000)
    receipt = json.loads(ward.receipt_for(sealed.manifest.dossier_id, sealed.body))
    ward.orders["PUT"].append(Order(200, JSON, json.dumps({**receipt, "desk": 4}).encode()))
    believed = service().send(sealed.manifest, sealed.body, sealed.files)
    assert believed.code == receipt["code"]


def test_progress_tells_bytes_at_the_ward_out_of_all(service, seal):
    told = []
    sealed = seal(300_000, 5_000)
    box = service(progress=lambda sent, total: told.append((sent, total)))
    box.send(sealed.manifest, sealed.body, sealed.files)
    assert told[0] == (0, 305_000)
    assert told[-1] == (305_000, 305_000)
    assert told == sorted(told)


def test_a_watchdog_is_fed_before_every_try_of_the_commit(ward, service, seal):
    beats = []
    sealed = seal(5_000)
    ward.orders["PUT"].extend([Order(200, JSON, b"{")] * 2)
    service(progress=lambda sent, total: beats.append((len(ward.said("PUT")), sent))).send(
        sealed.manifest, sealed.body, sealed.files
    )
    assert beats[-3:] == [(0, 5_000), (1, 5_000), (2, 5_000)]


def test_a_wrong_token_is_the_technicians_matter(ward, service, seal):
    sealed = seal(5_000)
    with pytest.raises(DeviceRefused):
        service(token="revoked").send(sealed.manifest, sealed.body, sealed.files)


def test_nobody_at_the_address_is_waited_for(ward, service, seal):
    sealed = seal(5_000)
    port = ward.port
    ward.close()
    with pytest.raises(DestinationUnreachable):
        service(port).send(sealed.manifest, sealed.body, sealed.files)


def test_a_name_nobody_knows_is_waited_for(service, seal):
    sealed = seal(5_000)
    box = service(url="https://ward.invalid/intake/v1")
    with pytest.raises(DestinationUnreachable):
        box.send(sealed.manifest, sealed.body, sealed.files)


def test_a_wifi_log_in_page_is_told_apart_from_the_ward(ward, service, seal):
    sealed = seal(5_000)
    with BadNetwork(ward.port, lambda number: CAPTIVE_PORTAL) as network:
        with pytest.raises(CaptivePortal):
            service(network.port).send(sealed.manifest, sealed.body, sealed.files)
        with pytest.raises(CaptivePortal):
            service(network.port).events(None)
        with pytest.raises(CaptivePortal):
            service(network.port).heartbeat(HEALTH)
    assert ward.asked == []


def test_a_portals_endless_page_is_not_read_to_the_end(ward, service, seal):
    sealed = seal(5_000)
    ward.orders["POST"].extend(Order(200, HTML, b"x" * (3 << 20)) for _ in range(9))
    with pytest.raises(DestinationUnreachable):
        service().send(sealed.manifest, sealed.body, sealed.files)


HEALTH = Heartbeat(version="0.1.0", queue=2, oldest_waiting_s=60, disk_free_mb=4_000)
