"""One count of who passes the brakes, for wards that several processes serve."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "brake_pass",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brake_pass")),
    )
    op.create_index(op.f("ix_brake_pass_at"), "brake_pass", ["at"], unique=False)
    op.create_index("ix_brake_pass_key_at", "brake_pass", ["key", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("brake_pass")
