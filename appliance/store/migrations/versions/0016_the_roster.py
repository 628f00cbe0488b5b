"""The roster, who was there, what a shift leaves to the next, calendar links"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("volunteer_id", sa.Integer(), sa.ForeignKey("volunteer.id"), nullable=False),
        sa.Column("begins_at", sa.String(32), nullable=False),
        sa.Column("ends_at", sa.String(32), nullable=False),
        sa.Column("place", sa.String(), nullable=False, server_default=""),
        sa.Column("takes", sa.String(), nullable=False, server_default="none"),
        sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("changed_at", sa.String(32), nullable=False),
        sa.Column("cancelled_at", sa.String(32)),
        sa.Column("source", sa.String()),
        sa.Column("occurrence", sa.String()),
        sa.UniqueConstraint("source", "occurrence", name="shift_once_a_source"),
        sqlite_autoincrement=True,
    )
    op.create_index("shift_by_begin", "shift", ["begins_at"])
    op.create_table(
        "presence",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("volunteer_id", sa.Integer(), sa.ForeignKey("volunteer.id"), nullable=False),
        sa.Column("begins_at", sa.String(32), nullable=False),
        sa.Column("ends_at", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("presence_by_volunteer", "presence", ["volunteer_id", "id"])
    op.create_table(
        "duty_name",
        sa.Column("volunteer_id", sa.Integer(), sa.ForeignKey("volunteer.id"), primary_key=True),
        sa.Column("called", sa.String(), nullable=False),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("given_by", sa.Integer(), sa.ForeignKey("volunteer.id"), nullable=False),
        sa.Column("given_at", sa.String(32), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("open_dossiers", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.Integer(), sa.ForeignKey("volunteer.id")),
        sa.Column("taken_at", sa.String(32)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "calendar_link",
        sa.Column("whose", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("token_sha256", sa.String(), nullable=False, unique=True),
        sa.Column("made_at", sa.String(32), nullable=False),
    )
