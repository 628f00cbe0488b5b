"""Orders to erase everything on a box, and what it said of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("device", sa.Column("erase_number", sa.Integer(), nullable=True))
    op.add_column("device", sa.Column("erase_at", sa.DateTime(), nullable=True))
    op.add_column("device", sa.Column("erased_number", sa.Integer(), nullable=True))
    op.add_column("device", sa.Column("erased_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    for name in ("erased_at", "erased_number", "erase_at", "erase_number"):
        op.drop_column("device", name)
