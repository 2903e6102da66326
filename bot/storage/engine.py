"""Open the database: SQLite by default, PostgreSQL by its URL; create or upgrade the tables."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.pool import QueuePool, StaticPool

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_MIGRATING = threading.Lock()  # Alembic keeps the migration under way in its own module: one at a time
_MIGRATION_KEY = 119  # any number, the same for all servers


def open_engine(url: str | URL, *, journal: bool = False, patience: float = 3.0) -> Engine:
    """Engine for a database URL; a SQLite database in memory lives as long as its engine.

    `patience` is how many seconds a locked SQLite file is waited for. With `journal`, SQLite writes ahead (a
    turn does not wait for the disk, a killed process loses nothing) and overwrites what is deleted; PostgreSQL
    commits each statement, and its connections are not tried before use.
    """
    options: dict[str, object] = {}
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        options["connect_args"] = {"check_same_thread": False, "timeout": patience}
        if address.database in (None, "", ":memory:"):
            options["poolclass"] = StaticPool
        elif journal:
            # SQLAlchemy would open the file anew each time, and SQLite empty its journal at each closing: 3 ms a turn.
            options["poolclass"] = QueuePool
    else:
        # A database that does not answer must not keep everybody waiting: an action runs in the server's own loop.
        options["pool_pre_ping"] = not journal
        if journal:
            # One statement at a time, tried again when it fails: a transaction around each, and a question before it
            # whether the connection lives, would be five more exchanges.
            options["isolation_level"] = "AUTOCOMMIT"
        options["pool_timeout"] = 3
        waits = {"connect_timeout": 3, "options": "-c statement_timeout=3000"}
        options["connect_args"] = waits
    engine = create_engine(url, future=True, **options)
    if journal and address.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _write_ahead)
    return engine


def _write_ahead(connection: Any, _: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to `revision`; creates them on an empty database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with _MIGRATING, engine.begin() as connection:
        config.attributes["connection"] = connection
        if connection.dialect.name == "postgresql":  # servers that start together make the tables one after the other
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_KEY})
        command.upgrade(config, revision)
