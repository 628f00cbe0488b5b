"""Every table of the point's database. The words are those of docs/architecture.md."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from appliance.store.schema.columns import Moment, metadata

volunteer = Table(
    "volunteer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("pin_hash", String, nullable=False),
    Column("wrong_pins", Integer, nullable=False, server_default="0"),
    Column("rests_until", Moment),
    Column("made_at", Moment, nullable=False),
    Column("recipient", String),  # age1… of a key that the PIN opens; none before the first sign-in
    Column("wrapped_identity", LargeBinary),  # its private half, wrapped under the PIN
    Column("left_at", Moment),  # no longer helps here; the row stays for what was done
    Column("changes", Integer, nullable=False, server_default="0"),  # of PIN, key and leaving
)

procedure_version = Table(  # a form as it was when dossiers were opened with it
    "procedure_version",
    metadata,
    Column("digest", String, primary_key=True),  # of the text, unpacked
    Column("text", LargeBinary, nullable=False),  # JSON, zlib; no personal data
)

number_given = Table(  # outlives the dossiers, so that no number is given twice
    "number_given",
    metadata,
    Column("day", String, primary_key=True),  # all of a number but its last digits
    Column("newest", Integer, nullable=False),
)

dossier = Table(
    "dossier",
    metadata,
    Column("id", String, primary_key=True),
    Column("number", String, nullable=False, unique=True),
    Column("procedure_id", String, nullable=False),
    Column("procedure_version", String, nullable=False),
    Column("state", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", ForeignKey("volunteer.id"), nullable=False),
    Column("desk_key", String, nullable=False),  # the age1… that its pages are sealed to
    Column("answers", LargeBinary),  # sealed to the desk key; gone after the seal
    Column("answers_revision", Integer, nullable=False, server_default="0"),
    Column("consent_at", Moment),
    Column("consent_by", ForeignKey("volunteer.id")),
    Column("sealed_at", Moment),
    Column("held_by", Integer),  # the volunteer who works on it, for a while
    Column("held_at", Moment),
    Column("revision", Integer, nullable=False, server_default="1"),  # the one being made, or made
    Column("supplement", String),  # JSON: what revision 2 and later take the place of
    Column("confirmed", String),  # JSON: keys of answers that were left as they stood at first
    Column("national_code", String),  # mã hồ sơ, as a volunteer typed it
    Column("follow_secret", String),  # on the citizen's slip; opens state words at the ward
    Column("ward_asks", Integer),  # the newest request nobody answered; worked out, for lists
    Column("touched_at", Moment),  # the last sign that somebody worked on it
    Column("warned_at", Moment),  # since when the first screen says that it is erased soon
    Column("erased_at", Moment),
    Column("erased_why", String),
    Column("procedure_digest", ForeignKey("procedure_version.digest")),  # pinned
    Column("place", String),  # where the box stood when it was opened; NULL: the point itself
    Column("taken_at", Moment),  # since when its files are on the citizen's own phone
)
Index("dossier_by_state", dossier.c.state, dossier.c.id)
Index("dossier_ward_asks", dossier.c.ward_asks, sqlite_where=dossier.c.ward_asks.is_not(None))

on_desk = Table(  # one row at most: where the next press goes
    "on_desk",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False),
    Column("slot_key", String, nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("replaces", String),  # the page that the next one takes the place of
)

walk_up = Table(  # papers of somebody who pressed while no dossier was on the desk
    "walk_up",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", Integer, nullable=False),  # the short one that people say
    Column("day", String, nullable=False),  # on the wall calendar; a number comes once a day
    Column("desk_key", String, nullable=False),
    Column("state", String, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("due_s", Float, nullable=False),  # uptime of this boot, which its key does not outlive
    Column("opened_by", ForeignKey("volunteer.id")),
    Column("ended_at", Moment),
    Column("dossier_id", ForeignKey("dossier.id")),  # where its pages went
    Column("old_files", String),  # JSON names: resealed for a dossier, not yet removed
    UniqueConstraint("day", "number", name="walk_up_once_a_day"),
    sqlite_autoincrement=True,
)
Index(
    "walk_up_held",
    walk_up.c.number,
    unique=True,
    sqlite_where=walk_up.c.state == "held",
)

scan_request = Table(
    "scan_request",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("dossier_id", ForeignKey("dossier.id")),  # none: asked for by somebody without one
    Column("walk_up_id", ForeignKey("walk_up.id")),  # from its first page on
    Column("slot_key", String, nullable=False),
    Column("asked_by", String, nullable=False),  # panel or screen
    Column("asked_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("pages", Integer, nullable=False, server_default="0"),
    Column("error_code", String),
    Column("ended_at", Moment),
    Column("replaces", String),  # as the desk said when it was asked for
    Column("sheets", Integer),  # counted by a person who put them in
    sqlite_autoincrement=True,
)
Index(  # a second press cannot become a second batch, whoever asks
    "one_open_scan_request",
    text("(1)"),
    unique=True,
    sqlite_where=scan_request.c.state.in_(("asked", "scanning")),
    _table=scan_request,
)
Index("scan_request_by_dossier", scan_request.c.dossier_id)

page = Table(
    "page",
    metadata,
    Column("id", String, primary_key=True),
    Column("dossier_id", ForeignKey("dossier.id")),  # either in a dossier
    Column("walk_up_id", ForeignKey("walk_up.id")),  # or in a walk-up
    Column("scan_request_id", ForeignKey("scan_request.id"), nullable=False),
    Column("number", Integer, nullable=False),  # in its batch, from 1
    Column("slot_key", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("master", String, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("resolution_dpi", Integer, nullable=False),
    Column("mode", String, nullable=False),
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("removed", Boolean, nullable=False, server_default=text("0")),
    Column("made_at", Moment, nullable=False),
    Column("preview", String),
    Column("rendition", String),
    Column("rendition_dpi", Integer),
    Column("clean_error", String),
    Column("item", Integer, nullable=False, server_default="0"),
    Column("kind", String, nullable=False, server_default="auto"),
    Column("kept", Boolean, nullable=False, server_default=text("0")),
    Column("plain", Boolean, nullable=False, server_default=text("0")),
    Column("crop", String),  # JSON, four corners on the master; NULL: where the box sees it
    Column("is_blank", Boolean, nullable=False, server_default=text("0")),
    Column("angle_deg", Float, nullable=False, server_default="0"),
    Column("auto_turn", Integer, server_default="0"),
    Column("warnings", String, nullable=False, server_default="[]"),  # JSON, no personal data
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("cleaned_edits", Integer),
    Column("clean_bytes", Integer),
    Column("findings", String),
    Column("text", String),
    # a replayed event cannot double a page
    UniqueConstraint("scan_request_id", "number", "item", name="page_once"),
)
Index("page_by_dossier", page.c.dossier_id, page.c.slot_key, page.c.position)
Index("page_by_walk_up", page.c.walk_up_id, sqlite_where=page.c.walk_up_id.is_not(None))

tried_address = Table(  # of nobody in particular; forgotten after half a day
    "tried_address",
    metadata,
    Column("address", String, primary_key=True),
    Column("wrong_pins", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("rests_until", Moment),
)

phone_link = Table(  # a citizen's phone at one dossier; the secrets themselves are kept nowhere
    "phone_link",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False),
    Column("token_sha256", String, nullable=False, unique=True),
    Column("made_by", ForeignKey("volunteer.id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("claim_sha256", String, unique=True),  # of what only the first phone holds
    Column("claimed_at", Moment),
    Column("ended_at", Moment),
    sqlite_autoincrement=True,
)
Index("phone_link_by_dossier", phone_link.c.dossier_id)

photo = Table(  # brought by a phone, waiting for the station to make a page of it
    "photo",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False),
    Column("slot_key", String, nullable=False),
    Column("file", String),  # encrypted like a page; gone once it is one, or refused
    Column("state", String, nullable=False),
    Column("error_code", String),
    Column("asked_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
Index("photo_by_dossier", photo.c.dossier_id)

takeaway = Table(  # papers as files for the citizen's own phone
    "takeaway",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("link_id", ForeignKey("phone_link.id"), nullable=False),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False),
    Column("shows", String, nullable=False),  # digest of the pages as they were
    Column("state", String, nullable=False),
    Column("error_code", String),
    Column("asked_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
Index(
    "one_takeaway_a_dossier",
    takeaway.c.dossier_id,
    unique=True,
)

takeaway_file = Table(
    "takeaway_file",
    metadata,
    Column("takeaway_id", ForeignKey("takeaway.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # from 1, in the order of the papers
    Column("slot_key", String, nullable=False),
    Column("name", String, nullable=False),
    Column("file", String, nullable=False),  # encrypted like a page
    Column("bytes", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
)

seal_request = Table(
    "seal_request",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False),
    Column("asked_by", ForeignKey("volunteer.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("step", Integer, nullable=False, server_default="0"),
    Column("steps", Integer, nullable=False, server_default="0"),
    Column("error_code", String),
    Column("ended_at", Moment),
    sqlite_autoincrement=True,
)
Index(
    "one_open_seal_request",
    seal_request.c.dossier_id,
    unique=True,
    sqlite_where=seal_request.c.state.in_(("asked", "sealing")),
)
Index("seal_request_by_dossier", seal_request.c.dossier_id)

submission = Table(
    "submission",
    metadata,
    Column("id", String, primary_key=True),
    Column("dossier_id", ForeignKey("dossier.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("destination", String, nullable=False),
    Column("state", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("manifest_sha256", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try_at", Moment),
    Column("held_by", String),
    Column("error_code", String),
    Column("error_text", String),
    Column("answers_seq", Integer),  # the newest of the ward's requests that it answers
    Column("brought", String),  # JSON: what it brings of requests that it answers in part
    Column("copied_at", Moment),  # whole on a stick since then
    Column("copied_to", String),  # the stick's own id
    UniqueConstraint("dossier_id", "revision"),
)
Index(
    "submission_due",
    submission.c.state,
    submission.c.destination,
    submission.c.next_try_at,
    submission.c.created_at,
)
Index("submission_oldest", submission.c.state, submission.c.created_at)

outbox_count = Table(  # kept by triggers, so that no look at the outbox counts its rows
    "outbox_count",
    metadata,
    Column("state", String, primary_key=True),
    Column("submissions", Integer, nullable=False),
)

submission_file = Table(
    "submission_file",
    metadata,
    Column("submission_id", ForeignKey("submission.id"), primary_key=True),
    Column("slot", String, nullable=False),  # several files when a paper travels in parts
    Column("sha256", String, primary_key=True),
    Column("bytes", Integer, nullable=False),
    Column("content_sha256", String, nullable=False),
    Column("content_bytes", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("upload_url", String),
)

receipt = Table(
    "receipt",
    metadata,
    Column("submission_id", ForeignKey("submission.id"), primary_key=True),
    Column("code", String, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("message", LargeBinary, nullable=False),  # canonical JSON as verified
)

ward_event = Table(
    "ward_event",
    metadata,
    Column("seq", String, primary_key=True),
    Column("dossier_id", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("message", LargeBinary, nullable=False),  # without the officer's own words
    Column("words", LargeBinary),  # those, under a key that is in memory only
    Column("words_key", String),  # its public half; NULL: no words were said
)
Index("ward_event_by_dossier", ward_event.c.dossier_id)
Index(
    "ward_event_with_words",
    ward_event.c.at,
    sqlite_where=ward_event.c.words_key.is_not(None),
)

cursor = Table(
    "cursor",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

service_status = Table(
    "service_status",
    metadata,
    Column("service", String, primary_key=True),
    Column("state", String, nullable=False),  # the station's is its lamp Signal
    Column("error_code", String),
    Column("at", Moment, nullable=False),
)
