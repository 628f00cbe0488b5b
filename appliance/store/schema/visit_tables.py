"""Who came, who waits, where the box stands, and months added up: tables without a name in them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, text

from appliance.store.schema.columns import Moment, metadata

place = Table(  # where the box serves people, beside the point that the configuration names
    "place",
    metadata,
    Column("key", String, primary_key=True),  # as it is counted under
    Column("name", String, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("closed_at", Moment),  # offered no more; its figures stay
)

visit = Table(
    "visit",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("day", String, nullable=False),  # on the wall calendar
    Column("place", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("how", String),
    # that somebody answered, never what: the face is a count of the month and stands nowhere else
    Column("has_answered", Boolean, nullable=False, server_default=text("0")),
    Column("ask_sha256", String, unique=True),  # of the code that lets one answer in
    Column("ask_until", Moment),
)
Index("visit_by_day", visit.c.day, visit.c.place, visit.c.purpose, visit.c.how)

queue_number = Table(
    "queue_number",
    metadata,
    Column("day", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("number", Integer, primary_key=True),  # from 1, each day and place anew
    Column("state", String, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("called_at", Moment),
    Column("called_by", ForeignKey("volunteer.id")),
)

figure_month = Table(  # what rows counted for that are gone, and faces from the first touch on
    "figure_month",
    metadata,
    Column("month", String, primary_key=True),
    Column("place", String, primary_key=True),
    Column("counts", String, nullable=False),  # JSON, ``core.point.figures.Figures``
)

ward_total = Table(  # all dossiers of the ward, through whatever door
    "ward_total",
    metadata,
    Column("month", String, primary_key=True),
    Column("dossiers", Integer, nullable=False),
    Column("told_by", String, nullable=False),  # a person, or the ward itself
    Column("told_at", Moment, nullable=False),
)
