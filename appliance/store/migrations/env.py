"""Runs migrations on the connection that Database.migrate hands over."""

from alembic import context

from appliance.store.schema import tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.dossier.metadata,
    render_as_batch=True,  # SQLite cannot ALTER most things
    transaction_per_migration=False,
)
context.run_migrations()
