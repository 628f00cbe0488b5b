"""Codes for citizens' phones. What opens them is kept as a digest only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from appliance.core.dossiers.phone_link import PhoneLink
from appliance.store.rows import insert_numbered
from appliance.store.schema.tables import phone_link


def add_link(
    connection: Connection,
    dossier_id: str,
    token_sha256: str,
    made_by: int,
    now: datetime,
    expires_at: datetime,
) -> int:
    """A code for one dossier; earlier ones of it are over."""
    end_links(connection, dossier_id, now)
    return insert_numbered(
        connection,
        insert(phone_link).values(
            dossier_id=dossier_id,
            token_sha256=token_sha256,
            made_by=made_by,
            made_at=now,
            expires_at=expires_at,
        ),
    )


def end_links(connection: Connection, dossier_id: str, now: datetime) -> None:
    """Whatever phone was let in to this dossier is out."""
    connection.execute(
        update(phone_link)
        .where(phone_link.c.dossier_id == dossier_id, phone_link.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_link(connection: Connection, link_id: int, now: datetime) -> None:
    """This one phone is out."""
    connection.execute(
        update(phone_link)
        .where(phone_link.c.id == link_id, phone_link.c.ended_at.is_(None))
        .values(ended_at=now)
    )


def link_by_token(connection: Connection, token_sha256: str) -> PhoneLink | None:
    """The link of a code on a screen."""
    return _one(connection, phone_link.c.token_sha256 == token_sha256)


def link_by_claim(connection: Connection, claim_sha256: str) -> PhoneLink | None:
    """The link that this phone opened."""
    return _one(connection, phone_link.c.claim_sha256 == claim_sha256)


def newest_link(connection: Connection, dossier_id: str) -> PhoneLink | None:
    """The last one made for a dossier, whatever became of it."""
    newest = (
        select(phone_link.c.id)
        .where(phone_link.c.dossier_id == dossier_id)
        .order_by(phone_link.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return _one(connection, phone_link.c.id == newest)


def claim(connection: Connection, link_id: int, claim_sha256: str, now: datetime) -> bool:
    """The first phone takes it; False when another one was faster."""
    taken = connection.execute(
        update(phone_link)
        .where(phone_link.c.id == link_id, phone_link.c.claim_sha256.is_(None))
        .values(claim_sha256=claim_sha256, claimed_at=now)
    )
    return taken.rowcount == 1


def _one(connection: Connection, which: Any) -> PhoneLink | None:
    row = connection.execute(select(phone_link).where(which)).one_or_none()
    return None if row is None else _link(row)


def _link(row: Row[Any]) -> PhoneLink:
    return PhoneLink(**{name: getattr(row, name) for name in PhoneLink.__dataclass_fields__})
