"""Who is signed in, and the audit trail: tables that no dossier hangs on."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from appliance.store.schema.columns import Moment, metadata

web_session = Table(  # who is signed in on which browser; ended by deleting the row
    "web_session",
    metadata,
    Column("id", String, primary_key=True),  # digest of what the browser holds
    Column("volunteer_id", ForeignKey("volunteer.id"), nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("locked", Boolean, nullable=False, server_default=text("0")),
)
Index("web_session_by_volunteer", web_session.c.volunteer_id)

audit_line = Table(  # each holds on to the one before it; see audit.py
    "audit_line",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("what", String, nullable=False),
    Column("who", Integer),  # a volunteer's number; none: the box itself
    Column("about", String),
    Column("facts", String, nullable=False),  # JSON: codes and counts
    Column("digest", String, nullable=False),
)
