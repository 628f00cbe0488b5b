"""What waits in the outbox is counted as it comes and goes"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MORE = (
    "INSERT INTO outbox_count (state, submissions) VALUES (NEW.state, 1) "
    "ON CONFLICT (state) DO UPDATE SET submissions = submissions + 1;"
)
_FEWER = "UPDATE outbox_count SET submissions = submissions - 1 WHERE state = OLD.state;"
_WHEN = {
    "came": ("INSERT ON submission", _MORE),
    "went": ("DELETE ON submission", _FEWER),
    "moved": ("UPDATE OF state ON submission", f"{_FEWER} {_MORE}"),
}


def upgrade() -> None:
    op.create_table(
        "outbox_count",
        sa.Column("state", sa.String(), primary_key=True),
        sa.Column("submissions", sa.Integer(), nullable=False),
    )
    op.execute("INSERT INTO outbox_count SELECT state, count(*) FROM submission GROUP BY state")
    for name, (event, steps) in _WHEN.items():
        op.execute(f"CREATE TRIGGER outbox_{name} AFTER {event} BEGIN {steps} END")


def downgrade() -> None:
    for name in _WHEN:
        op.execute(f"DROP TRIGGER outbox_{name}")
    op.drop_table("outbox_count")
