"""Visits, queue numbers, places and months added up; where and how a dossier was made"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=True),
        sa.Column("has_answered", sa.Boolean(), nullable=False, server_default=sa.text("0")),
        sa.Column("ask_sha256", sa.String(), nullable=True, unique=True),
        sa.Column("ask_until", sa.String(length=32), nullable=True),
    )
    op.create_index("visit_by_day", "visit", ["day", "place", "purpose", "how"])
    op.create_table(
        "queue_number",
        sa.Column("day", sa.String(), primary_key=True),
        sa.Column("place", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("given_at", sa.String(length=32), nullable=False),
        sa.Column("called_at", sa.String(length=32), nullable=True),
        sa.Column("called_by", sa.Integer(), sa.ForeignKey("volunteer.id"), nullable=True),
    )
    op.create_table(
        "figure_month",
        sa.Column("month", sa.String(), primary_key=True),
        sa.Column("place", sa.String(), primary_key=True),
        sa.Column("counts", sa.String(), nullable=False),
    )
    op.create_table(
        "ward_total",
        sa.Column("month", sa.String(), primary_key=True),
        sa.Column("dossiers", sa.Integer(), nullable=False),
        sa.Column("told_by", sa.String(), nullable=False),
        sa.Column("told_at", sa.String(length=32), nullable=False),
    )
    # NULL: the point that the configuration names
    op.add_column("dossier", sa.Column("place", sa.String(), nullable=True))
    op.add_column("dossier", sa.Column("taken_at", sa.String(length=32), nullable=True))


def downgrade() -> None:
    raise RuntimeError("visits and figures have no place in older tables")
