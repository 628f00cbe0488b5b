"""Booked times: when, where and how it stands in plain; who and what for sealed to a key."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from appliance.store.schema.columns import Moment, metadata

appointment = Table(
    "appointment",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("secret_sha256", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("desk_key", String, nullable=False),  # its own; destroyed with the details
    Column("details", LargeBinary),  # sealed; gone a few days after it is over
    Column("made_at", Moment, nullable=False),
    Column("made_by", ForeignKey("volunteer.id")),  # none: the citizen booked
    Column("asked_from", String),  # keyed digest of an address, to count by; gone with the details
    Column("consent_at", Moment, nullable=False),
    Column("moves", Integer, nullable=False, server_default="0"),
    Column("ended_at", Moment),
    Column("place", String, nullable=False, server_default=""),  # a key; empty: our own point
    sqlite_autoincrement=True,
)
Index("appointment_by_begin", appointment.c.begins_at)
Index("appointment_kept", appointment.c.desk_key, sqlite_where=appointment.c.details.is_not(None))
