"""The commit: from here on the ward holds every page, and says so with a signature.

Order, so that a kill or a power cut at any point leaves something a repeat can finish:
bytes hashed and synced → linked into the vault, folder synced → one transaction with the
dossier, its revision and its receipt → uploads let go → answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from appliance.core.wire.manifest import Event, EventType, Manifest, WardState
from appliance.failpoints import passing
from appliance.keys.canonical import sha256_hex
from web.ward.boxes.feed import newest_request, note_event
from web.ward.boxes.gathering import gather
from web.ward.boxes.receipts import new_code, new_secret, signed_receipt
from web.ward.database import reading, writing
from web.ward.home import WardHome
from web.ward.problems import Problem
from web.ward.tables import dossier, revision, sealed_file, upload

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Committed:
    """The signed receipt, and whether it was made just now."""

    receipt: bytes
    fresh: bool


def commit(
    engine: Engine, home: WardHome, device_id: int, manifest: Manifest, body: bytes
) -> Committed:
    """Take one revision in, or answer what was answered before.

    Raises:
        Problem: 409 for other content under this id, for files that are not here (whole and
            right), or for a revision nobody asked for.
    """
    digest = sha256_hex(body)
    for _ in range(ATTEMPTS):
        earlier = answered_before(engine, device_id, manifest, body)
        if earlier:
            return earlier
        try:
            gathered = gather(engine, home, device_id, manifest)
        except FileNotFoundError:
            continue  # another commit of these files just let its uploads go: look again
        if __debug__:
            passing("ward-files-before-rows")
        with writing(engine) as conn:
            # Two commits of one dossier queue up here; the later finds the earlier's receipt.
            earlier = _earlier(conn, device_id, manifest, digest)
            if earlier:
                return earlier
            if not gathered.missing:
                receipt = _record(conn, home, device_id, manifest, body)
            conn.execute(delete(upload).where(upload.c.id.in_(gathered.done_with)))
        if __debug__:
            passing("ward-rows-before-uploads-gone")
        for upload_id in gathered.done_with:
            (home.uploads / upload_id).unlink(missing_ok=True)
        if gathered.missing:
            raise Problem(
                409,
                "files-missing",
                "some files are not here, send them again",
                missing=gathered.missing,
            )
        if __debug__:
            passing("ward-receipt-before-answer")
        return Committed(receipt, fresh=True)
    raise Problem(503, "busy", "several commits of the same files at once", retry_after_s=2)


def answered_before(
    engine: Engine, device_id: int, manifest: Manifest, body: bytes
) -> Committed | None:
    """The receipt of a revision that was committed; None when it is the next one to come.

    Raises:
        Problem: as ``commit``, for what no file could mend.
    """
    with reading(engine) as conn:
        return _earlier(conn, device_id, manifest, sha256_hex(body))


def _earlier(conn: Connection, device_id: int, manifest: Manifest, digest: str) -> Committed | None:
    """What was answered to this revision before; None when it is the next one."""
    known = conn.execute(select(dossier).where(dossier.c.id == manifest.dossier_id)).first()
    if known and known.device_id != device_id:
        raise Problem(409, "other-content", "this id belongs to another dossier")
    row = conn.execute(
        select(revision.c.manifest_sha256, revision.c.receipt).where(
            revision.c.dossier_id == manifest.dossier_id, revision.c.number == manifest.revision
        )
    ).first()
    if row:
        if row.manifest_sha256 != digest:
            raise Problem(409, "other-content", "this id was committed with other content")
        return Committed(bytes(row.receipt), fresh=False)
    if manifest.revision == (known.revision + 1 if known else 1):
        return None
    raise Problem(409, "wrong-revision", "revisions come one after another")


def _record(
    conn: Connection, home: WardHome, device_id: int, manifest: Manifest, body: bytes
) -> bytes:
    now = datetime.now(UTC)
    digest = sha256_hex(body)
    if manifest.revision == 1:
        code, secret = _free_code(conn), new_secret()
        conn.execute(
            insert(dossier).values(
                id=manifest.dossier_id,
                device_id=device_id,
                state=WardState.RECEIVED,
                revision=1,
                code=code,
                secret=secret,
                procedure_id=manifest.procedure.id,
                procedure_title=manifest.procedure.title_vi,
                point=manifest.point,
                received_at=now,
                moved_at=now,
                follow_number=manifest.follow.number if manifest.follow else None,
                follow_sha256=manifest.follow.secret_sha256 if manifest.follow else None,
            )
        )
    else:
        code, secret = _move_on(conn, manifest, now)
    if __debug__:
        passing("ward-dossier-before-revision")
    receipt = signed_receipt(
        dossier_id=manifest.dossier_id,
        code=code,
        secret=secret,
        received_at=now,
        manifest_sha256=digest,
        signing_key=home.signing_key,
    )
    conn.execute(
        insert(revision).values(
            dossier_id=manifest.dossier_id,
            number=manifest.revision,
            manifest_sha256=digest,
            manifest=body,
            receipt=receipt,
            received_at=now,
        )
    )
    _note_files(conn, device_id, manifest, now)
    return receipt


def _move_on(conn: Connection, manifest: Manifest, now: datetime) -> tuple[str, str]:
    """The supplement is in: an officer's turn, unless more was asked for while it was made.

    Returns the receipt's code and secret, which stay those of the dossier.
    """
    asked_again = manifest.answers_request is not None and newest_request(
        conn, manifest.dossier_id
    ) > int(manifest.answers_request)
    to = WardState.SUPPLEMENT_REQUESTED if asked_again else WardState.RECEIVED
    moved = conn.execute(
        update(dossier)
        .where(
            dossier.c.id == manifest.dossier_id,
            dossier.c.revision == manifest.revision - 1,
            dossier.c.state == WardState.SUPPLEMENT_REQUESTED,
        )
        .values(state=to, revision=manifest.revision, moved_at=now)
        .returning(dossier.c.code, dossier.c.secret)
    ).first()
    if moved is None:
        raise Problem(409, "not-asked-for", "the office has not asked for a supplement")
    came = Event(
        seq="",
        dossier_id=manifest.dossier_id,
        at=now,
        type=EventType.STATE_CHANGED,
        state=to,
        reason_code=f"revision-{manifest.revision}",
    )
    note_event(conn, came, officer="")
    return moved.code, moved.secret


def _note_files(conn: Connection, device_id: int, manifest: Manifest, now: datetime) -> None:
    rows = {
        file.sha256: {
            "sha256": file.sha256,
            "device_id": device_id,
            "bytes": file.bytes,
            "kept_at": now,
        }
        for file in manifest.files
    }
    kind = postgresql if conn.dialect.name == "postgresql" else sqlite
    conn.execute(kind.insert(sealed_file).on_conflict_do_nothing(), list(rows.values()))


def _free_code(conn: Connection) -> str:
    while True:
        code = new_code()
        if conn.execute(select(dossier.c.id).where(dossier.c.code == code)).first() is None:
            return code
