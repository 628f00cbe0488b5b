"""Alembic's entry: works on the connection the ward hands over, in its transaction."""

from alembic import context

from web.ward.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a table in place
)
context.run_migrations()
