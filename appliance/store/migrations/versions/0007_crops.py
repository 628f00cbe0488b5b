"""Where a person wants a page cut out"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("page", sa.Column("crop", sa.String(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("what people said about pages has no place in older tables")
