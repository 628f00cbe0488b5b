"""Citizens' phones: who may look, photographs they bring, files they take along"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_link",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("dossier_id", sa.String(), sa.ForeignKey("dossier.id"), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False, unique=True),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("volunteer.id"), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("claim_sha256", sa.String(), unique=True),
        sa.Column("claimed_at", sa.String(length=32)),
        sa.Column("ended_at", sa.String(length=32)),
        sqlite_autoincrement=True,
    )
    op.create_index("phone_link_by_dossier", "phone_link", ["dossier_id"])
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("dossier_id", sa.String(), sa.ForeignKey("dossier.id"), nullable=False),
        sa.Column("slot_key", sa.String(), nullable=False),
        sa.Column("file", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error_code", sa.String()),
        sa.Column("asked_at", sa.String(length=32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("photo_by_dossier", "photo", ["dossier_id"])
    op.create_table(
        "takeaway",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("link_id", sa.Integer(), sa.ForeignKey("phone_link.id"), nullable=False),
        sa.Column("dossier_id", sa.String(), sa.ForeignKey("dossier.id"), nullable=False),
        sa.Column("shows", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error_code", sa.String()),
        sa.Column("asked_at", sa.String(length=32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("one_takeaway_a_dossier", "takeaway", ["dossier_id"], unique=True)
    op.create_table(
        "takeaway_file",
        sa.Column("takeaway_id", sa.Integer(), sa.ForeignKey("takeaway.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("slot_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("takeaway_file")
    op.drop_table("takeaway")
    op.drop_table("photo")
    op.drop_table("phone_link")
