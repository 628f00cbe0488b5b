"""Months of the points in counts, and the office's own number of dossiers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "figure_month",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("commune", sa.String(5), nullable=False),
        sa.Column("commune_name", sa.String(80), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name="fk_figure_month_device_id"),
        sa.PrimaryKeyConstraint("device_id", "place", "month", name="pk_figure_month"),
    )
    op.create_index("ix_figure_month_month", "figure_month", ["month"])
    op.create_table(
        "ward_total",
        sa.Column("commune", sa.String(5), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("dossiers", sa.Integer(), nullable=False),
        sa.Column("officer", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("commune", "month", name="pk_ward_total"),
    )


def downgrade() -> None:
    op.drop_table("ward_total")
    op.drop_index("ix_figure_month_month", "figure_month")
    op.drop_table("figure_month")
