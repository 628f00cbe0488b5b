"""Each version of a procedure once, numbers that outlive their dossiers, people's rows counted"""

import hashlib
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_AT_ONCE = 100  # dossiers in memory; each brings twelve thousand bytes and more


def upgrade() -> None:
    op.create_table(
        "procedure_version",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
    )
    # as plain SQL: to make the table anew would write every form a second time
    op.execute(
        "ALTER TABLE dossier ADD COLUMN procedure_digest VARCHAR"
        " REFERENCES procedure_version (digest)"
    )
    _move_forms()
    op.execute("ALTER TABLE dossier DROP COLUMN procedure_json")
    op.create_table(
        "number_given",
        sa.Column("day", sa.String(), primary_key=True),
        sa.Column("newest", sa.Integer(), nullable=False),
    )
    op.execute(
        "INSERT INTO number_given SELECT rtrim(number, '0123456789'),"
        " max(CAST(substr(number, length(rtrim(number, '0123456789')) + 1) AS INTEGER))"
        " FROM dossier GROUP BY 1"
    )
    op.add_column(
        "volunteer", sa.Column("changes", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index("seal_request_by_dossier", "seal_request", ["dossier_id"])


def _move_forms() -> None:
    """One transaction with everything else, so a cut leaves the database as it was.

    What goes is no secret, so that its blocks need not be overwritten: else ten thousand dossiers
    would write a hundred million bytes of zeros into the log of a card that may be nearly full.
    """
    connection = op.get_bind()
    known: set[str] = set()
    connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    try:
        last = ""
        while rows := connection.exec_driver_sql(
            "SELECT id, procedure_json FROM dossier WHERE id > ? ORDER BY id LIMIT ?",
            (last, _AT_ONCE),
        ).all():
            for dossier_id, form in rows:
                digest = _keep(connection, bytes(form), known)
                connection.exec_driver_sql(
                    "UPDATE dossier SET procedure_digest = ?, procedure_json = x'' WHERE id = ?",
                    (digest, dossier_id),
                )
            last = rows[-1][0]
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def _keep(connection: sa.Connection, form: bytes, known: set[str]) -> str:
    plain = form if form.startswith(b"{") or not form else zlib.decompress(form)
    digest = hashlib.sha256(plain).hexdigest()
    if digest not in known:
        connection.exec_driver_sql(
            "INSERT INTO procedure_version VALUES (?, ?)", (digest, zlib.compress(plain))
        )
        known.add(digest)
    return digest


def downgrade() -> None:
    raise RuntimeError("an older release looks for the form in each dossier's own row")
