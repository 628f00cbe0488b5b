"""Times that people book, their details sealed"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("secret_sha256", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("begins_at", sa.String(32), nullable=False),
        sa.Column("ends_at", sa.String(32), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("desk_key", sa.String(), nullable=False),
        sa.Column("details", sa.LargeBinary()),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("volunteer.id")),
        sa.Column("asked_from", sa.String()),
        sa.Column("consent_at", sa.String(32), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ended_at", sa.String(32)),
        sqlite_autoincrement=True,
    )
    op.create_index("appointment_by_begin", "appointment", ["begins_at"])
    op.create_index(
        "appointment_kept",
        "appointment",
        ["desk_key"],
        sqlite_where=sa.text("details IS NOT NULL"),
    )
