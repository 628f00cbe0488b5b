"""A key of each volunteer, opened by the PIN; volunteers who left"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("volunteer", sa.Column("recipient", sa.String(), nullable=True))
    op.add_column("volunteer", sa.Column("wrapped_identity", sa.LargeBinary(), nullable=True))
    op.add_column("volunteer", sa.Column("left_at", sa.String(length=32), nullable=True))


def downgrade() -> None:
    raise RuntimeError("keys of volunteers have no place in older tables")
