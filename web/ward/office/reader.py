"""Opening a sealed dossier with the ward's private key: in memory only, every byte checked.

The chain that is checked: receipt → manifest (its digest) → sealed files (their digests) →
sealed contents → plain PDFs (their digests). So what an officer reads is what was sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError
from sqlalchemy import Engine, select

from appliance.core.wire.manifest import CONTENTS_SLOT, Contents, ContentsFile, Manifest
from appliance.keys.age import CannotOpen, open_sealed
from appliance.keys.canonical import sha256_hex
from web.ward.database import open_database, reading
from web.ward.home import WardHome, open_home
from web.ward.settings import WardSettings
from web.ward.tables import revision
from web.ward.vault import path_of


class DossierUnreadable(Exception):
    """Not here, sealed for somebody else, or not the bytes that were committed."""


@dataclass(frozen=True, slots=True)
class OpenedDossier:
    """One revision in plain; keep it no longer than the answer to one request."""

    manifest: Manifest
    contents: Contents
    papers: Mapping[str, bytes]  # plain PDFs by the digest of the sealed file

    @property
    def by_slot(self) -> dict[str, bytes]:
        """Plain PDFs by slot; of several in one slot, the last."""
        return {file.slot: self.papers[file.sealed_sha256] for file in self.contents.files}


def open_dossier(
    home: Path, dossier_id: str, *, database: str | None = None, number: int | None = None
) -> OpenedDossier:
    """Open a committed dossier with everything in it; *number* None is the newest revision.

    Raises:
        DossierUnreadable: the text says which link of the chain broke.
    """
    settings = WardSettings(home, database)
    engine = open_database(settings.database_url)
    try:
        reader = Reader(engine, open_home(home))
        numbers = reader.revisions(dossier_id)
        if not numbers or (number is not None and number not in numbers):
            raise DossierUnreadable(f"no dossier {dossier_id} here")
        manifest, contents = reader.contents(dossier_id, number or numbers[-1])
        papers = {f.sealed_sha256: reader.paper(manifest, f) for f in contents.files}
        return OpenedDossier(manifest, contents, MappingProxyType(papers))
    finally:
        engine.dispose()


class Reader:
    """Reads single parts, so that a page about a dossier need not decrypt its papers."""

    def __init__(self, engine: Engine, home: WardHome) -> None:
        self._engine, self._home = engine, home

    def revisions(self, dossier_id: str) -> list[int]:
        """Numbers that were committed, in order."""
        with reading(self._engine) as conn:
            rows = conn.execute(
                select(revision.c.number)
                .where(revision.c.dossier_id == dossier_id)
                .order_by(revision.c.number)
            )
            return list(rows.scalars())

    def contents(self, dossier_id: str, number: int) -> tuple[Manifest, Contents]:
        """The committed manifest and what is written inside the seal."""
        manifest = self._manifest(dossier_id, number)
        sealed = [f for f in manifest.files if f.slot == CONTENTS_SLOT]
        if len(sealed) != 1:
            raise DossierUnreadable(f"{len(sealed)} files of slot {CONTENTS_SLOT}")
        try:
            contents = Contents.model_validate_json(self._plain(sealed[0].sha256))
        except ValidationError as error:
            raise DossierUnreadable(f"contents: {error.error_count()} faults") from error
        if (contents.dossier_id, contents.revision) != (dossier_id, number):
            raise DossierUnreadable("contents of another dossier")
        outside = {f.sha256 for f in manifest.files} - {sealed[0].sha256}
        if {f.sealed_sha256 for f in contents.files} != outside:
            raise DossierUnreadable("contents and manifest list different files")
        return manifest, contents

    def paper(self, manifest: Manifest, listed: ContentsFile) -> bytes:
        """One plain PDF."""
        if listed.sealed_sha256 not in {f.sha256 for f in manifest.files}:
            raise DossierUnreadable("not a file of this dossier")
        plain = self._plain(listed.sealed_sha256)
        if (sha256_hex(plain), len(plain)) != (listed.sha256, listed.bytes):
            raise DossierUnreadable(f"{listed.slot}: not the PDF that was sealed")
        return plain

    def _manifest(self, dossier_id: str, number: int) -> Manifest:
        with reading(self._engine) as conn:
            row = conn.execute(
                select(revision.c.manifest, revision.c.manifest_sha256).where(
                    revision.c.dossier_id == dossier_id, revision.c.number == number
                )
            ).first()
        if row is None:
            raise DossierUnreadable(f"no revision {number} of {dossier_id}")
        body = bytes(row.manifest)
        if sha256_hex(body) != row.manifest_sha256:
            raise DossierUnreadable("the stored manifest is not the one in the receipt")
        return Manifest.model_validate_json(body)

    def _plain(self, sha256: str) -> bytes:
        try:
            sealed = path_of(self._home.sealed, sha256).read_bytes()
        except FileNotFoundError as error:
            raise DossierUnreadable(f"{sha256}: not in the vault") from error
        if sha256_hex(sealed) != sha256:
            raise DossierUnreadable(f"{sha256}: damaged in the vault")
        why = "no key"
        for identity in self._home.identities:  # the present one first; it is most often right
            try:
                return open_sealed(sealed, identity)
            except CannotOpen as error:
                why = str(error)
        raise DossierUnreadable(f"{sha256}: {why}")
