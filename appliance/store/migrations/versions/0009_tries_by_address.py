"""Wrong PINs counted by the address they came from"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tried_address",
        sa.Column("address", sa.String(), primary_key=True),
        sa.Column("wrong_pins", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.String(length=32), nullable=False),
        sa.Column("rests_until", sa.String(length=32), nullable=True),
    )


def downgrade() -> None:
    raise RuntimeError("wrong PINs that were counted have no place in older tables")
