"""Synthetic dossiers, sealed for real."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from uuid6 import uuid7

from appliance.core.wire.manifest import (
    Contents,
    ContentsFile,
    ContentsRow,
    ContentsSection,
    Manifest,
    ManifestFile,
    ProcedureRef,
)
from appliance.keys.age import seal
from appliance.keys.canonical import canonical_json, sha256_hex
from appliance.papers.fitting import part_title

BIRTH = ProcedureRef(
    id="1.001193", version="2026-07-01", sha256="ab" * 32, title_vi="Đăng ký khai sinh"
)
CHILD = "Trần Thị Thử Nghiệm"


@dataclass(frozen=True)
class SealedDossier:
    """What a box would hold in its outbox, and the plain PDFs it came from."""

    manifest: Manifest
    body: bytes
    files: dict[str, bytes]  # by digest of the sealed bytes
    plain: dict[str, bytes]  # by slot

    @property
    def id(self) -> str:
        return self.manifest.dossier_id


def pdf(text: str, padding: int = 0) -> bytes:
    """Enough of a PDF for a byte comparison."""
    return b"%PDF-1.4\n% " + text.encode() + b"\n" + b"x" * padding + b"\n%%EOF\n"


def sealed_dossier(
    recipient: str,
    *,
    dossier_id: str | None = None,
    revision: int = 1,
    papers: dict[str, bytes] | None = None,
    parts: Sequence[tuple[str, bytes]] = (),
    child: str = CHILD,
    **changes: Any,
) -> SealedDossier:
    """A dossier of *papers* by slot, or of *parts* of papers, sealed to *recipient*."""
    dossier_id = dossier_id or str(uuid7())
    plain = papers or {"giay_chung_sinh": pdf(f"giấy chứng sinh {dossier_id}", 2000)}
    sealed = [
        (slot, f"Giấy tờ {slot}", paper, seal(paper, [recipient])) for slot, paper in plain.items()
    ]
    if parts:
        sealed = [
            (slot, part_title(f"Giấy tờ {slot}", n, len(parts)), part, seal(part, [recipient]))
            for n, (slot, part) in enumerate(parts, start=1)
        ]
    contents = Contents(
        dossier_id=dossier_id,
        revision=revision,
        local_number="TH-0001-20261122-01",
        answers={"child_name": child},
        files=tuple(
            ContentsFile(
                slot=slot,
                title=title,
                name=f"{slot}.pdf",
                sha256=sha256_hex(paper),
                bytes=len(paper),
                pages=1,
                sealed_sha256=sha256_hex(data),
            )
            for slot, title, paper, data in sealed
        ),
        sections=(
            ContentsSection(
                title="Thông tin của trẻ",
                rows=(ContentsRow(label="Họ, chữ đệm, tên", text=child, key="child_name"),),
            ),
        ),
    )
    sealed_contents = seal(canonical_json(contents), [recipient])
    listed = [("contents", sealed_contents, "application/json")] + [
        (slot, data, "application/pdf") for slot, _, _, data in sealed
    ]
    fields: dict[str, Any] = {
        "dossier_id": dossier_id,
        "revision": revision,
        "procedure": BIRTH,
        "files": tuple(
            ManifestFile(
                slot=slot, sha256=sha256_hex(data), bytes=len(data), media_type=kind, pages=1
            )
            for slot, data, kind in listed
        ),
        "made_at": datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC),
        "clock_trusted": True,
        "point": "TH-0001",
        "encrypted_for": recipient,
    }
    manifest = Manifest(**fields | changes)
    return SealedDossier(
        manifest,
        canonical_json(manifest),
        {hashlib.sha256(data).hexdigest(): data for _, data, _ in listed},
        plain,
    )
