"""Answers left as they stood at first, and supplements that bring a part of what was asked for"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dossier", sa.Column("confirmed", sa.String(), nullable=True))
    op.add_column("submission", sa.Column("brought", sa.String(), nullable=True))


def downgrade() -> None:
    raise RuntimeError("a supplement in part would be taken for a whole one by an older release")
