"""Sealed dossiers that a stick carries: when they were copied, and to which"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submission", sa.Column("copied_at", sa.String(length=32), nullable=True))
    op.add_column("submission", sa.Column("copied_to", sa.String(), nullable=True))
    # what waits for a stick must not stand in the way of what waits for the network
    op.drop_index("submission_due", "submission")
    op.create_index(
        "submission_due", "submission", ["state", "destination", "next_try_at", "created_at"]
    )


def downgrade() -> None:
    raise RuntimeError("dossiers on a stick have no place in older tables")
