"""Clean pages: what the box found, what a person says of it, and papers in several files"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite never told the names of these; the batch below needs one to let go of them
_NAMING = {"uq": "uq_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s"}


def upgrade() -> None:
    with op.batch_alter_table("page", naming_convention=_NAMING) as batch_op:
        batch_op.drop_constraint("uq_page_scan_request_id", type_="unique")
        batch_op.create_unique_constraint("page_once", ["scan_request_id", "number", "item"])
        for column in (
            sa.Column("item", sa.Integer(), server_default="0", nullable=False),
            sa.Column("kind", sa.String(), server_default="auto", nullable=False),
            sa.Column("kept", sa.Boolean(), server_default=sa.text("0"), nullable=False),
            sa.Column("plain", sa.Boolean(), server_default=sa.text("0"), nullable=False),
            sa.Column("is_blank", sa.Boolean(), server_default=sa.text("0"), nullable=False),
            sa.Column("angle_deg", sa.Float(), server_default="0", nullable=False),
            sa.Column("auto_turn", sa.Integer(), server_default="0", nullable=True),
            sa.Column("warnings", sa.String(), server_default="[]", nullable=False),
            sa.Column("edits", sa.Integer(), server_default="0", nullable=False),
            sa.Column("cleaned_edits", sa.Integer(), nullable=True),
            sa.Column("clean_bytes", sa.Integer(), nullable=True),
            sa.Column("findings", sa.String(), nullable=True),
            sa.Column("text", sa.String(), nullable=True),
        ):
            batch_op.add_column(column)
    # what was cleaned before this release is clean: its copies still open
    op.execute("UPDATE page SET cleaned_edits = 0 WHERE preview IS NOT NULL")

    with op.batch_alter_table("submission_file", naming_convention=_NAMING) as batch_op:
        batch_op.drop_constraint("pk_submission_file", type_="primary")
        batch_op.create_primary_key("pk_submission_file", ["submission_id", "sha256"])


def downgrade() -> None:
    raise RuntimeError("papers in several files have no place in the first tables")
