"""A page scanned again in the place of another, sheets counted by hand, who holds a dossier"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("on_desk", sa.Column("replaces", sa.String(), nullable=True))
    op.add_column("scan_request", sa.Column("replaces", sa.String(), nullable=True))
    op.add_column("scan_request", sa.Column("sheets", sa.Integer(), nullable=True))
    op.add_column("dossier", sa.Column("held_by", sa.Integer(), nullable=True))
    op.add_column("dossier", sa.Column("held_at", sa.String(length=32), nullable=True))


def downgrade() -> None:
    raise RuntimeError("what people said about sheets and pages has no place in older tables")
