"""Shifts, bookings, presence and hand-overs at places: by key, where a shift's was free text"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOST_OFFERED = 100
LONGEST_KEY = 80


def upgrade() -> None:
    # empty: the point that the configuration names
    for table in ("appointment", "presence", "handover"):
        here = sa.Column("place", sa.String(), nullable=False, server_default="")
        op.add_column(table, here)
    connection = op.get_bind()
    told = connection.execute(
        sa.text("SELECT place, MIN(changed_at) FROM shift WHERE place <> '' GROUP BY place")
    ).all()
    known = set(connection.scalars(sa.text("SELECT key FROM place")))
    for name, at in told:
        key = _key(name)
        if key and key not in known:
            connection.execute(
                sa.text(
                    "INSERT INTO place (key, name, made_at, closed_at) VALUES (:key, :name, :at, "
                    ":closed)"
                ),
                {
                    "key": key, "name": name[:60], "at": at,
                    "closed": at if len(known) >= MOST_OFFERED else None,
                },
            )  # fmt: skip
            known.add(key)
        connection.execute(
            sa.text("UPDATE shift SET place = :key WHERE place = :name"), {"key": key, "name": name}
        )


def _key(name: str) -> str:
    """As ``core.point.served.place_key`` made it when this was written."""
    bare = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in bare if c.isascii()))
    return "-".join(words)[:LONGEST_KEY].rstrip("-")
