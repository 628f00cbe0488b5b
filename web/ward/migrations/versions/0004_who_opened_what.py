"""An inbox of fifty thousand dossiers, roles of officers, and a line for whatever they open."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WAITS = sa.text("state IN ('received', 'checking')")


def upgrade() -> None:
    op.drop_index("ix_dossier_state", "dossier")
    op.drop_index("ix_dossier_received_at", "dossier")
    op.create_index("ix_dossier_received", "dossier", ["received_at", "id"])
    for name, columns in (
        ("ix_dossier_waiting", ["received_at", "id"]),
        ("ix_dossier_waiting_since", ["moved_at", "state"]),
    ):
        op.create_index(name, "dossier", columns, sqlite_where=WAITS, postgresql_where=WAITS)
    op.create_index("ix_dossier_national_code", "dossier", ["national_code"])
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("officer", sa.String(length=80), nullable=False),
        sa.Column("deed", sa.String(length=24), nullable=False),
        sa.Column("dossier_id", sa.String(length=36), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_dossier_seq", "audit", ["dossier_id", "seq"])
    # Until now every officer could do everything there was: who worked here goes on as before
    # and the office's command names a head (`tramhoso ward role`).
    op.add_column(
        "officer",
        sa.Column("role", sa.String(length=16), nullable=False, server_default="officer"),
    )
    op.add_column("officer", sa.Column("era", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("officer", "era")
    op.drop_column("officer", "role")
    op.drop_table("audit")
    op.drop_index("ix_dossier_national_code", "dossier")
    op.drop_index("ix_dossier_waiting_since", "dossier")
    op.drop_index("ix_dossier_waiting", "dossier")
    op.drop_index("ix_dossier_received", "dossier")
    op.create_index("ix_dossier_received_at", "dossier", ["received_at"])
    op.create_index("ix_dossier_state", "dossier", ["state"])
