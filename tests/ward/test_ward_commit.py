"""A commit: every byte is there, one row, one receipt, for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import func, select

from appliance.core.dossiers.national_code import looks_like_a_code
from appliance.core.wire.manifest import RECEIPT_CODE, Receipt
from appliance.keys.canonical import canonical_json, repr_digest, sha256_hex
from appliance.keys.signing import receipt_verifies
from tests.ward.box import Box
from tests.ward.conftest import RunningWard
from tests.ward.papers import pdf, sealed_dossier
from web.ward.boxes.receipts import new_code
from web.ward.database import reading
from web.ward.tables import revision, upload


def test_a_delivered_dossier_gets_a_receipt_that_verifies_offline(
    ward: RunningWard, box: Box, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    answer = box.deliver(dossier)
    receipt = Receipt.model_validate_json(answer.content)
    assert receipt_verifies(receipt, ward.made.verify_key)
    assert receipt.dossier_id == dossier.id
    assert receipt.manifest_sha256 == sha256_hex(dossier.body)
    assert RECEIPT_CODE.match(receipt.code)
    assert receipt.code.startswith("BD-")
    assert answer.content == canonical_json(receipt)


def test_a_repeated_commit_gets_the_very_same_receipt(box: Box, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    first = box.deliver(dossier)
    for _ in range(3):
        again = box.commit(dossier)
        assert (again.status_code, again.content) == (200, first.content)


def test_a_receipt_whose_letters_were_changed_does_not_verify(
    ward: RunningWard, box: Box, recipient: str
) -> None:
    receipt = Receipt.model_validate_json(box.deliver(sealed_dossier(recipient)).content)
    forged = receipt.model_copy(update={"manifest_sha256": "0" * 64})
    assert not receipt_verifies(forged, ward.made.verify_key)


def test_the_same_id_with_other_content_is_refused(box: Box, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    first = box.deliver(dossier)
    other = sealed_dossier(recipient, dossier_id=dossier.id, papers={"khac": pdf("khác")})
    box.upload_all(other)
    answer = box.commit(other)
    assert answer.status_code == 409
    assert answer.json()["type"].endswith(":other-content")
    assert "missing" not in answer.json()
    assert box.commit(dossier).content == first.content


def test_a_commit_without_its_files_says_which_are_missing(box: Box, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    answer = box.commit(dossier)
    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.json()["missing"]) == set(dossier.files)
    assert box.ask("GET", f"/dossiers/{dossier.id}").status_code == 404


def test_a_half_arrived_file_is_missing_and_can_be_continued(box: Box, recipient: str) -> None:
    dossier = sealed_dossier(recipient, papers={"a": pdf("a", 5000)})
    sha256, data = max(dossier.files.items(), key=lambda pair: len(pair[1]))
    for other, whole in dossier.files.items():
        if other != sha256:
            box.upload(whole)
    path = box.begin(len(data))
    box.patch(path, 0, data[:1000])
    assert box.commit(dossier).json()["missing"] == [sha256]
    assert box.patch(path, box.held(path), data[1000:]).status_code == 204
    assert box.commit(dossier).status_code == 201


def test_a_file_damaged_on_the_way_is_missing_and_must_be_sent_again(
    box: Box, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    sha256, data = max(dossier.files.items(), key=lambda pair: len(pair[1]))
    for other, whole in dossier.files.items():
        if other != sha256:
            box.upload(whole)
    damaged = box.upload(data[:-1] + bytes([data[-1] ^ 1]))
    assert box.commit(dossier).json()["missing"] == [sha256]
    assert box.ask("HEAD", damaged, headers={"Tus-Resumable": "1.0.0"}).status_code == 404
    box.upload(data)
    assert box.commit(dossier).status_code == 201


def test_a_file_of_another_dossier_with_the_same_length_is_left_alone(
    box: Box, recipient: str
) -> None:
    import base64

    first, second = (sealed_dossier(recipient, papers={"a": pdf(n, 300)}) for n in "12")
    name, data = max(second.files.items(), key=lambda pair: len(pair[1]))
    told = "sha256 " + base64.b64encode(name.encode()).decode()
    path = box.begin(len(data), **{"Upload-Metadata": told})
    box.patch(path, 0, data)
    assert box.commit(first).status_code == 409
    assert box.held(path) == len(data)


def test_a_file_sent_before_need_not_be_sent_again(box: Box, recipient: str) -> None:
    first = sealed_dossier(recipient)
    box.deliver(first)
    second = sealed_dossier(
        recipient, files=tuple(f for f in first.manifest.files if f.slot != "contents")
    )
    assert box.commit(second).status_code == 201


def test_eight_commits_at_once_give_one_row_and_one_receipt(
    ward: RunningWard, box: Box, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.upload_all(dossier)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: box.commit(dossier), range(8)))
    assert sorted(a.status_code for a in answers) == [200] * 7 + [201]
    assert len({a.content for a in answers}) == 1
    with reading(ward.engine) as conn:
        rows = conn.execute(
            select(func.count()).where(revision.c.dossier_id == dossier.id)
        ).scalar_one()
    assert rows == 1


def test_two_contents_at_once_under_one_id_leave_one_of_them(box: Box, recipient: str) -> None:
    first = sealed_dossier(recipient)
    second = sealed_dossier(recipient, dossier_id=first.id, papers={"b": pdf("b")})
    box.upload_all(first)
    box.upload_all(second)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(box.commit, [first, second]))
    assert sorted(a.status_code for a in answers) == [201, 409]


def test_nothing_of_a_committed_dossier_stays_in_the_arriving_room(
    ward: RunningWard, box: Box, recipient: str
) -> None:
    dossier = sealed_dossier(recipient)
    box.deliver(dossier)
    with reading(ward.engine) as conn:
        known = set(conn.execute(select(upload.c.id)).scalars())
    assert {p.name for p in (ward.settings.home / "uploads").iterdir()} <= known
    for sha256, data in dossier.files.items():
        assert (ward.settings.home / "sealed" / sha256[:2] / sha256).read_bytes() == data


def test_a_damaged_vault_file_is_not_counted_on(
    ward: RunningWard, box: Box, recipient: str
) -> None:
    first = sealed_dossier(recipient)
    box.deliver(first)
    sha256 = first.manifest.files[1].sha256
    kept = ward.settings.home / "sealed" / sha256[:2] / sha256
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-1])
    second = sealed_dossier(recipient, files=(first.manifest.files[1],))
    assert box.commit(second).json()["missing"] == [sha256]
    box.upload(whole)
    assert box.commit(second).status_code == 201
    assert kept.read_bytes() == whole


def test_a_body_changed_on_the_way_is_asked_for_again(box: Box, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    box.upload_all(dossier)
    answer = box.commit(dossier, **{"Repr-Digest": repr_digest(b"other")})
    assert answer.status_code == 503
    assert box.commit(dossier).status_code == 201


def test_a_commit_needs_its_own_key(box: Box, recipient: str) -> None:
    dossier = sealed_dossier(recipient)
    for key in ("not-a-key", str(UUID(int=7))):
        answer = box.commit(dossier, **{"Idempotency-Key": key})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {"path": "Idempotency-Key", "code": "not-the-dossier-id"}
        ]


def test_every_dossier_has_a_code_of_its_own_unlike_a_national_one(
    box: Box, recipient: str
) -> None:
    codes = {box.deliver(sealed_dossier(recipient)).json()["code"] for _ in range(4)}
    assert len(codes) == 4
    for code in codes | {new_code() for _ in range(500)}:
        assert RECEIPT_CODE.match(code)
        assert not looks_like_a_code(code)
        assert not set(code.removeprefix("BD-")) & set("0O1IL5S2Z8BUV"), "letters that look alike"
