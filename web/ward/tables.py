"""What the ward remembers. The same tables on SQLite and PostgreSQL.

Sealed bytes are files (vault.py); rows hold no answers and no names of citizens.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from appliance.core.wire.manifest import WardState

WAITING = (WardState.RECEIVED, WardState.CHECKING)  # for an officer

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC moment; SQLite would drop the zone and give it back naive."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: nobody knows what they mean."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


_waits = text(f"state IN ({', '.join(repr(str(state)) for state in WAITING)})")

device = Table(
    "device",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("token_sha256", String(64), nullable=False, unique=True),  # of 256 random bits
    Column("added_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("seen_at", Moment),
    Column("health", Text),  # the last heartbeat, as JSON
    # of its token; NULL for one made by an earlier release, until the box is heard of
    Column("verify_key", String(43), unique=True, index=True),
    Column("erase_number", Integer),  # the last order to erase everything; NULL: there was none
    Column("erase_at", Moment),
    Column("erased_number", Integer),  # the one that the box said it carried out
    Column("erased_at", Moment),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), nullable=False),  # what the box will be called
    Column("code_sha256", String(64), nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("device_id", ForeignKey("device.id")),  # the box that came with it
)

upload = Table(
    "upload",
    metadata,
    # How far an upload got is not here: the length of its file says so, and cannot lie.
    Column("id", String(36), primary_key=True),
    Column("device_id", ForeignKey("device.id"), nullable=False),
    Column("length", BigInteger),  # NULL until a deferred length is told
    Column("metadata", Text, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index("ix_upload_device_length", "device_id", "length"),
)

sealed_file = Table(
    "sealed_file",
    metadata,
    # A device may count on a file only if it brought it itself.
    Column("sha256", String(64), primary_key=True),
    Column("device_id", ForeignKey("device.id"), primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    Column("kept_at", Moment, nullable=False),
)

dossier = Table(
    "dossier",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("device_id", ForeignKey("device.id"), nullable=False, index=True),
    Column("state", String(24), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("code", String(24), nullable=False, unique=True),
    Column("secret", String(24), nullable=False),
    Column("procedure_id", Text, nullable=False),
    Column("procedure_title", Text),
    Column("point", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("national_code", String(60), index=True),  # mã hồ sơ, typed in by an officer
    # what stands on the citizen's slip before the ward has even seen the dossier
    Column("follow_number", String(24), index=True),
    Column("follow_sha256", String(64)),
    # The inbox: all, and what waits, in their order; how many wait, and since when.
    Index("ix_dossier_received", "received_at", "id"),
    Index("ix_dossier_waiting", "received_at", "id", sqlite_where=_waits, postgresql_where=_waits),
    Index(
        "ix_dossier_waiting_since",
        "moved_at",
        "state",  # SQLite looks at it again, and need not leave the index for it
        sqlite_where=_waits,
        postgresql_where=_waits,
    ),
)

revision = Table(
    "revision",
    metadata,
    Column("dossier_id", ForeignKey("dossier.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("manifest_sha256", String(64), nullable=False),
    Column("manifest", LargeBinary, nullable=False),  # the very bytes that were hashed
    Column("receipt", LargeBinary, nullable=False),  # the very bytes that were answered
    Column("received_at", Moment, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("device_id", ForeignKey("device.id"), nullable=False),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("officer", String(80), nullable=False),
    Column("body", Text, nullable=False),  # the wire message without its seq
    Index("ix_event_device_seq", "device_id", "seq"),
    sqlite_autoincrement=True,  # a number is never given twice, even after a delete
)

brake_pass = Table(
    "brake_pass",
    metadata,
    # Who passed a brake and when, for wards of several processes; swept after an hour.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(64), nullable=False),  # a keyed digest of an address or a code
    Column("at", Moment, nullable=False, index=True),
    Index("ix_brake_pass_key_at", "key", "at"),
)

officer = Table(
    "officer",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("password_hash", Text, nullable=False),  # argon2id
    Column("failures", Integer, nullable=False, default=0),
    Column("rests_until", Moment),
    Column("active", Boolean, nullable=False, default=True),
    Column("role", String(16), nullable=False, default="officer"),
    Column("era", Integer, nullable=False, default=0),  # one more ends every session
)

audit = Table(
    "audit",
    metadata,
    # Who opened what. A dossier's line outlives the dossier, so its id is no foreign key.
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("officer", String(80), nullable=False),
    Column("deed", String(24), nullable=False),
    Column("dossier_id", String(36)),
    Column("told", Text, nullable=False),  # ids and numbers, as JSON
    Column("chain", String(64), nullable=False),  # a digest of this line and the link before
    Index("ix_audit_dossier_seq", "dossier_id", "seq"),
    sqlite_autoincrement=True,
)

figure_month = Table(
    "figure_month",
    metadata,
    # One place's month as one box counted it; whoever reads adds up the boxes of a place.
    Column("device_id", ForeignKey("device.id"), primary_key=True),
    Column("place", String(80), primary_key=True),
    Column("month", String(7), primary_key=True, index=True),  # 2026-11
    Column("revision", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("commune", String(5), nullable=False, default=""),  # code; empty: the box did not say
    Column("commune_name", String(80), nullable=False, default=""),
    Column("told", Text, nullable=False),  # core.figures.Month, as JSON
    Column("told_at", Moment, nullable=False),
)

ward_total = Table(
    "ward_total",
    metadata,
    # All dossiers of a commune, through whatever door: an officer types it in.
    Column("commune", String(5), primary_key=True),  # empty: the office has only one
    Column("month", String(7), primary_key=True),
    Column("dossiers", Integer, nullable=False),
    Column("officer", String(80), nullable=False),
    Column("at", Moment, nullable=False),
)
