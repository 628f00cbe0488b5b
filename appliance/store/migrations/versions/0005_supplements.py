"""Later revisions of a dossier, officers' words under a key of their own, lists that stay flat"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NO_KEY = "none"  # as store.ward_events.NO_KEY: the words were not kept, the ward still has them


def upgrade() -> None:
    op.add_column(
        "dossier", sa.Column("revision", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("dossier", sa.Column("supplement", sa.String(), nullable=True))
    op.add_column("dossier", sa.Column("national_code", sa.String(), nullable=True))
    op.add_column("dossier", sa.Column("follow_secret", sa.String(), nullable=True))
    op.add_column("dossier", sa.Column("ward_asks", sa.Integer(), nullable=True))
    op.create_index(
        "dossier_ward_asks", "dossier", ["ward_asks"], sqlite_where=sa.text("ward_asks IS NOT NULL")
    )
    op.add_column("submission", sa.Column("answers_seq", sa.Integer(), nullable=True))
    op.add_column("ward_event", sa.Column("words", sa.LargeBinary(), nullable=True))
    op.add_column("ward_event", sa.Column("words_key", sa.String(), nullable=True))
    _forget_plain_words()
    op.drop_index("dossier_by_state", "dossier")
    op.create_index("dossier_by_state", "dossier", ["state", "id"])
    op.drop_index("submission_waiting", "submission")
    op.create_index("submission_due", "submission", ["state", "next_try_at", "created_at"])
    op.create_index("submission_oldest", "submission", ["state", "created_at"])
    op.create_index(
        "ward_event_with_words",
        "ward_event",
        ["at"],
        sqlite_where=sa.text("words_key IS NOT NULL"),
    )


def _forget_plain_words() -> None:
    """What officers wrote stood here in plain; the uploader asks the ward for it again."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT seq, message FROM ward_event")).all()
    for seq, message in rows:
        told = json.loads(message)
        had = [told.pop(name, None) for name in ("text_vi", "pickup")]
        had += [item.pop("note_vi", None) for item in told.get("items", ())]
        if any(had):
            connection.execute(
                sa.text("UPDATE ward_event SET message = :m, words_key = :k WHERE seq = :s"),
                {"m": json.dumps(told).encode(), "k": NO_KEY, "s": seq},
            )


def downgrade() -> None:
    raise RuntimeError("later revisions of a dossier have no place in older tables")
