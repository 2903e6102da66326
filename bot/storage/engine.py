"""Open the database: SQLite by default, PostgreSQL by its URL; create or upgrade the tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import StaticPool

MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def open_engine(url: str) -> Engine:
    """Engine for a database URL; a SQLite database in memory lives as long as its engine."""
    options: dict[str, object] = {}
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        options["connect_args"] = {"check_same_thread": False}
        if address.database in (None, "", ":memory:"):
            options["poolclass"] = StaticPool
    else:
        # A database that does not answer must not keep everybody waiting: an action runs in the server's own loop.
        options["pool_pre_ping"] = True
        options["pool_timeout"] = 3
        options["connect_args"] = {"connect_timeout": 3, "options": "-c statement_timeout=3000"}
    return create_engine(url, future=True, **options)


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to `revision`; creates them on an empty database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
