"""The audit trail, sessions that end, and when an open dossier was last worked on"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_line",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("who", sa.Integer(), nullable=True),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("volunteer_id", sa.Integer(), sa.ForeignKey("volunteer.id"), nullable=False),
        sa.Column("begun_at", sa.String(length=32), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.text("0")),
    )
    op.create_index("web_session_by_volunteer", "web_session", ["volunteer_id"])
    for name in ("touched_at", "warned_at", "erased_at"):
        op.add_column("dossier", sa.Column(name, sa.String(length=32), nullable=True))
    op.add_column("dossier", sa.Column("erased_why", sa.String(), nullable=True))
    op.execute("UPDATE dossier SET touched_at = coalesce(held_at, opened_at)")


def downgrade() -> None:
    raise RuntimeError("an audit trail has no place in older tables")
