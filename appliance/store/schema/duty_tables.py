"""The roster, who was really there, what one shift leaves to the next, and calendar links."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from appliance.store.schema.columns import Moment, metadata

shift = Table(  # a volunteer at the point, planned
    "shift",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("volunteer_id", ForeignKey("volunteer.id"), nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("place", String, nullable=False, server_default=""),  # a key; empty: our own point
    Column("takes", String, nullable=False, server_default="none"),
    Column("sequence", Integer, nullable=False, server_default="0"),
    Column("changed_at", Moment, nullable=False),
    Column("cancelled_at", Moment),
    Column("source", String),  # digest of the UID in a calendar file that it came from
    Column("occurrence", String),  # which of that event's days
    UniqueConstraint("source", "occurrence", name="shift_once_a_source"),
    sqlite_autoincrement=True,
)
Index("shift_by_begin", shift.c.begins_at)

presence = Table(  # somebody was signed in from the first to the last sign of life
    "presence",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("volunteer_id", ForeignKey("volunteer.id"), nullable=False),
    Column("begins_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("place", String, nullable=False, server_default=""),  # where the box stood
    sqlite_autoincrement=True,
)
Index("presence_by_volunteer", presence.c.volunteer_id, presence.c.id)

duty_name = Table(  # how visitors call a volunteer, where the box would guess wrong
    "duty_name",
    metadata,
    Column("volunteer_id", ForeignKey("volunteer.id"), primary_key=True),
    Column("called", String, nullable=False),
)

handover = Table(  # what one shift says to the next; about nobody in particular
    "handover",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("given_by", ForeignKey("volunteer.id"), nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("note", String, nullable=False),
    Column("open_dossiers", Integer, nullable=False),
    Column("taken_by", ForeignKey("volunteer.id")),
    Column("taken_at", Moment),
    Column("place", String, nullable=False, server_default=""),  # where the box stood
    sqlite_autoincrement=True,
)

calendar_link = Table(  # a calendar reads the roster there; the secret itself is kept nowhere
    "calendar_link",
    metadata,
    Column("whose", Integer, primary_key=True),  # a volunteer's number; 0: everybody
    Column("token_sha256", String, nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),
)
