"""Forms as they were when a dossier was opened: each version once, under its digest.

A birth form is 150 kB, packed 12 kB; inside each dossier's row it was two thirds of the database.
"""

from __future__ import annotations

import hashlib
import zlib
from functools import lru_cache

from sqlalchemy import Connection, delete, insert, select

from appliance.core.forms.procedure import Procedure
from appliance.store.schema.tables import dossier, procedure_version


def keep(connection: Connection, procedure: Procedure) -> str:
    """Keep this version, in the transaction that opens a dossier of it; returns its digest."""
    plain = procedure.model_dump_json().encode()
    digest = hashlib.sha256(plain).hexdigest()
    if not is_kept(connection, digest):  # packing takes longer than all the rest
        connection.execute(
            insert(procedure_version).values(digest=digest, text=zlib.compress(plain))
        )
    return digest


def is_kept(connection: Connection, digest: str) -> bool:
    """Whether a dossier may point at it."""
    found = select(procedure_version.c.digest).where(procedure_version.c.digest == digest)
    return connection.scalar(found) is not None


@lru_cache(maxsize=4)
def unpacked(packed: bytes) -> Procedure:
    """Read once: every look at a dossier needs it, and 2 ms and 1.3 MB a look add up."""
    return Procedure.model_validate_json(zlib.decompress(packed))


def forget_unused(connection: Connection) -> int:
    """Drop the versions that no dossier was opened with. Returns how many."""
    in_use = select(dossier.c.procedure_digest).where(dossier.c.procedure_digest.is_not(None))
    gone = delete(procedure_version).where(procedure_version.c.digest.not_in(in_use))
    return connection.execute(gone).rowcount
