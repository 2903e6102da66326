"""Look at a database without writing anything to it, not even an empty file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, SQLAlchemyError

from bot.storage.engine import MIGRATIONS, open_engine
from bot.storage.tables import statistics

Trouble = Literal["", "address", "absent", "password", "no_database", "unreachable", "damaged"]

# What PostgreSQL says, in the languages that its packages ship in France; its codes do not reach the driver.
_SAID: tuple[tuple[Trouble, tuple[str, ...]], ...] = (
    ("password", ("password authentication", "authentification par mot de passe", "no password supplied", "role ")),
    ("no_database", ("does not exist", "n'existe pas")),
    ("damaged", ("not a database", "malformed", "disk image")),
)


@dataclass(frozen=True)
class Look:
    """What was seen of a database; `trouble` is empty when it answers, the rest is then filled.

    `skew` is the seconds by which its clock is ahead of this machine's; `revision` is "" when no table was made.
    """

    trouble: Trouble
    dialect: str = ""
    revision: str = ""
    encoding: str = ""
    skew: float = 0.0

    @property
    def is_current(self) -> bool:
        """Whether its tables are those of this version."""
        return not self.trouble and self.revision == head()


def head() -> str:
    """The revision of the tables of this version."""
    return str(_scripts().get_current_head())


def is_known(revision: str) -> bool:
    """Whether this version has heard of `revision`; a later version of Vigie made the tables otherwise."""
    return any(one.revision == revision for one in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def file_of(url: str) -> Path | None:
    """The SQLite file at `url`, None for a server, a database in memory, or what is no address."""
    try:
        address = make_url(url)
    except ArgumentError:
        return None
    in_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(address.database) if in_file else None


def open_read_only(url: str) -> Engine:
    """An engine that cannot write; raises FileNotFoundError when the SQLite file does not exist."""
    file = file_of(url)
    if file is None:
        return open_engine(url).execution_options(postgresql_readonly=True)
    if not file.is_file():
        raise FileNotFoundError(file.name)
    # Read while nobody has it open, a file in WAL mode would be given two more, which the server's account may not own.
    journal = all(file.with_name(file.name + end).exists() for end in ("-wal", "-shm"))
    query = {"mode": "ro", "uri": "true", **({} if journal else {"immutable": "1"})}
    address = make_url(url).set(database=f"file:{quote(str(file))}", query=query)
    return open_engine(address.render_as_string(hide_password=False))


def look(url: str) -> Look:
    """Look at the database at `url`; never raises for what the database does."""
    try:
        with _connected(url) as connection:
            dialect = str(connection.dialect.name)
            encoding, skew = "", 0.0
            if dialect == "postgresql":
                encoding = str(connection.execute(text("SHOW server_encoding")).scalar_one())
                before = time.time()
                told = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
                skew = told - (before + time.time()) / 2
            revision = MigrationContext.configure(connection).get_current_revision() or ""
            return Look("", dialect, revision, encoding, skew)
    except (ArgumentError, NoSuchModuleError):
        return Look("address")
    except FileNotFoundError:
        return Look("absent")
    except SQLAlchemyError as error:
        return Look(_trouble(error))


def last_counted(url: str) -> tuple[int, date | None]:
    """(lines, last day) of the statistics in the database at `url`, whose tables are of this version."""
    with _connected(url) as connection:
        query = select(func.count(), func.max(statistics.c.day)).select_from(statistics)
        lines, day = connection.execute(query).one()
        return int(lines), day


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    engine = open_read_only(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _trouble(error: SQLAlchemyError) -> Trouble:
    said = str(error.orig).lower() if isinstance(error, DatabaseError) else ""
    return next((trouble for trouble, words in _SAID if any(word in said for word in words)), "unreachable")
