"""By which number and secret a citizen may ask from the seal on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("dossier", sa.Column("follow_number", sa.String(length=24), nullable=True))
    op.add_column("dossier", sa.Column("follow_sha256", sa.String(length=64), nullable=True))
    op.create_index("ix_dossier_follow_number", "dossier", ["follow_number"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_dossier_follow_number", "dossier")
    op.drop_column("dossier", "follow_sha256")
    op.drop_column("dossier", "follow_number")
