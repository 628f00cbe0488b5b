"""Papers of people without a dossier: pages and requests that belong to no dossier yet"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LOOSENED = ("scan_request", "page")  # the one that the other points to comes first


def upgrade() -> None:
    op.create_table(
        "walk_up",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("desk_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.Column("due_s", sa.Float(), nullable=False),
        sa.Column("opened_by", sa.Integer(), sa.ForeignKey("volunteer.id")),
        sa.Column("ended_at", sa.String(length=32)),
        sa.Column("dossier_id", sa.String(), sa.ForeignKey("dossier.id")),
        sa.Column("old_files", sa.String()),
        sa.UniqueConstraint("day", "number", name="walk_up_once_a_day"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "walk_up_held", "walk_up", ["number"], unique=True, sqlite_where=sa.text("state = 'held'")
    )
    _let_dossiers_be_missing()
    for name in LOOSENED:
        op.execute(f"ALTER TABLE {name} ADD COLUMN walk_up_id INTEGER REFERENCES walk_up (id)")
    op.create_index(
        "page_by_walk_up", "page", ["walk_up_id"], sqlite_where=sa.text("walk_up_id IS NOT NULL")
    )


def _let_dossiers_be_missing() -> None:
    """SQLite cannot drop a NOT NULL: both tables are made anew from their own words.

    Copied aside and dropped from the pointing end, so that no foreign key is broken on the way;
    Alembic's own batch would lose the index over an expression.
    """
    connection = op.get_bind()
    made = {name: _words(connection, name) for name in LOOSENED}
    for name in LOOSENED:
        op.execute(f"CREATE TABLE kept_{name} AS SELECT * FROM {name}")  # noqa: S608
    for name in reversed(LOOSENED):
        op.execute(f"DROP TABLE {name}")
    for name in LOOSENED:
        table, *indexes = made[name]
        loose = table.replace("dossier_id VARCHAR NOT NULL", "dossier_id VARCHAR")
        if loose == table:
            raise RuntimeError(f"table {name} is not as earlier migrations left it")
        connection.exec_driver_sql(loose)
        columns = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info(kept_{name})")]
        listed = ", ".join(f'"{column}"' for column in columns)
        op.execute(
            f"INSERT INTO {name} ({listed}) SELECT {listed} FROM kept_{name}"  # noqa: S608
        )
        op.execute(f"DROP TABLE kept_{name}")
        for index in indexes:
            connection.exec_driver_sql(index)


def _words(connection: sa.Connection, name: str) -> list[str]:
    """How the table was made, then its indexes."""
    found = connection.execute(
        sa.text(
            "SELECT sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"
            " ORDER BY type = 'index'"
        ),
        {"name": name},
    )
    return [row.sql for row in found]


def downgrade() -> None:
    raise RuntimeError("papers without a dossier have no place in older tables")
