"""The key with which a box signs what is carried by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("device", sa.Column("verify_key", sa.String(length=43), nullable=True))
    op.create_index("ix_device_verify_key", "device", ["verify_key"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_device_verify_key", "device")
    op.drop_column("device", "verify_key")
