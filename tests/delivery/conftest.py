from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from uuid6 import uuid7

from appliance.core.wire.manifest import Manifest, ManifestFile, ProcedureRef
from appliance.destinations.http import Patience
from appliance.destinations.ward_service import WardService
from appliance.keys.canonical import canonical_json, sha256_hex

from .strict_ward import BASE, TOKEN, StrictWard

NPM_FOLDER = Path(__file__).parent.parent / "tus_server"


@dataclass
class Sealed:
    """A dossier as it leaves the seal."""

    manifest: Manifest
    body: bytes
    files: dict[str, Path]

    @property
    def digests(self) -> list[str]:
        return [file.sha256 for file in self.manifest.files]


@dataclass
class Notebook:
    """Upload URLs as the outbox keeps them."""

    urls: dict[str, str] = field(default_factory=dict)

    def recall(self, sha256: str) -> str | None:
        return self.urls.get(sha256)

    def remember(self, sha256: str, url: str) -> None:
        self.urls[sha256] = url


@pytest.fixture
def ward() -> Iterator[StrictWard]:
    ward = StrictWard()
    yield ward
    ward.close()


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def seal(tmp_path: Path) -> Callable[..., Sealed]:
    def seal(*sizes: int, revision: int = 1) -> Sealed:
        listed, files = [], {}
        for size in sizes or (300_000, 5_000):
            content = os.urandom(size)
            digest = sha256_hex(content)
            files[digest] = tmp_path / f"{digest}.age"
            files[digest].write_bytes(content)
            listed.append(
                ManifestFile(
                    slot=f"slot-{len(listed)}",
                    sha256=digest,
                    bytes=size,
                    media_type="application/pdf",
                )
            )
        manifest = Manifest(
            dossier_id=str(uuid7()),
            revision=revision,
            procedure=ProcedureRef(id="1.001193", version="2026-07-01", sha256="0" * 64),
            files=tuple(listed),
            made_at=datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
            clock_trusted=True,
            point="TH-0001",
        )
        return Sealed(manifest, canonical_json(manifest), files)

    return seal


@pytest.fixture
def service(ward: StrictWard, notebook: Notebook) -> Iterator[Callable[..., WardService]]:
    """A box that talks to the strict ward, or to whatever stands at *port* before it."""
    boxes: list[WardService] = []

    def service(port: int | None = None, **other: object) -> WardService:
        settings: dict[str, object] = {
            "patience": Patience(connect_s=5, answer_s=5),
            "pause": lambda seconds: None,
            "token": TOKEN,
        } | other
        url = str(settings.pop("url", f"http://127.0.0.1:{port or ward.port}{BASE}"))
        box = WardService(
            url,
            verify_key=str(settings.pop("verify_key", ward.verify_key)),
            uploads=notebook,
            **settings,  # type: ignore[arg-type]
        )
        boxes.append(box)
        return box

    yield service
    for box in boxes:
        box.close()


@pytest.fixture(scope="session")
def npm_tus_server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``@tus/server`` as locked, installed once, also when several workers ask at once."""
    import fcntl

    with (tmp_path_factory.getbasetemp().parent / "tus_server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (NPM_FOLDER / "node_modules" / "@tus" / "file-store").is_dir():
            subprocess.run(
                ["npm", "ci", "--ignore-scripts"], cwd=NPM_FOLDER, check=True, timeout=100
            )
    return NPM_FOLDER / "server.mjs"
