"""Run by Alembic: migrate over the connection that bot.storage.engine passes in, or offline as SQL."""

from __future__ import annotations

from alembic import context

from bot.storage.tables import metadata


def run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:
        url = context.config.get_main_option("sqlalchemy.url")
        context.configure(url=url, target_metadata=metadata, literal_binds=True)
    else:
        # SQLite cannot alter a table in place: batch mode rebuilds it.
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


run()
