"""Finding a manifest's files among what arrived, by what the bytes on disk are now."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Engine, select

from appliance.core.wire.manifest import Manifest
from web.ward.database import reading
from web.ward.home import WardHome
from web.ward.tables import sealed_file, upload
from web.ward.vault import digest_of, is_kept, keep


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is in the vault now; *done_with* are uploads that were used, or never will do."""

    missing: tuple[str, ...]
    done_with: tuple[str, ...]


def gather(engine: Engine, home: WardHome, device_id: int, manifest: Manifest) -> Gathered:
    """Put every file of the manifest that is wholly here into the vault.

    A file is here when an upload of this device has its digest now, or when this device
    brought it before and the vault still holds it unharmed.

    Raises:
        FileNotFoundError: another commit let an upload go meanwhile; look again.
    """
    wanted = {file.sha256: file.bytes for file in manifest.files}
    with reading(engine) as conn:
        brought = set(
            conn.execute(
                select(sealed_file.c.sha256).where(
                    sealed_file.c.device_id == device_id, sealed_file.c.sha256.in_(wanted)
                )
            ).scalars()
        )
        arrived = conn.execute(
            select(upload.c.id, upload.c.length, upload.c.metadata).where(
                upload.c.device_id == device_id, upload.c.length.in_(wanted.values())
            )
        ).all()
    whole: dict[str, str] = {}  # upload id → digest of the bytes that are on disk now
    for row in arrived:
        path = home.uploads / row.id
        if path.exists() and path.stat().st_size == row.length:
            whole[row.id] = digest_of(path, durable=True) or ""
    source = {digest: upload_id for upload_id, digest in whole.items()}
    missing = []
    for sha256 in wanted:
        if sha256 in source:
            keep(home.sealed, home.uploads / source[sha256], sha256)
        elif not (sha256 in brought and is_kept(home.sealed, sha256)):
            missing.append(sha256)
    if not missing:
        return Gathered((), tuple(u for u, digest in whole.items() if digest in wanted))
    spoiled = tuple(
        row.id
        for row in arrived
        if whole.get(row.id, "") not in {"", *wanted}
        and _announced(row.metadata) in {None, *missing}
    )
    return Gathered(tuple(missing), spoiled)


def _announced(metadata: str) -> str | None:
    """Which digest an upload was announced with, if any.

    A whole upload with another digest never mends, so it is let go: HEAD then says 404 and the
    box sends it again. One announced for another dossier only happens to have this length.
    """
    told: dict[str, str] = json.loads(metadata)
    return told.get("sha256")
