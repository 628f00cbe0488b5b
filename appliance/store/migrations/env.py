"""Runs migrations on the connection that Database.migrate hands over."""

from alembic import context

from appliance.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot ALTER most things
    transaction_per_migration=False,
)
context.run_migrations()
