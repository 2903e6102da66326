"""Conversations under way, one row each: what a restart must not lose, gone for good once erased or expired."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.engine import Engine

from bot.storage.engine import open_engine, upgrade
from bot.storage.tables import conversations

# Written once: a statement that is built anew costs more than its execution. These two as text, which SQLite and
# PostgreSQL both read: SQLAlchemy compiles its own « on conflict » at each turn, three times the cost of saving.
_ADD = text(
    "INSERT INTO conversations (key, state, expires_at) VALUES (:key, :state, :expires_at) ON CONFLICT (key) DO NOTHING"
)
_KEEP = text(
    "INSERT INTO conversations (key, state, expires_at) VALUES (:key, :state, :expires_at) ON CONFLICT (key) DO UPDATE"
    " SET state = excluded.state, expires_at = excluded.expires_at"
    " WHERE conversations.expires_at <= excluded.expires_at"
)
_THIS_ONE = conversations.c.key == bindparam("of")
_READ = select(conversations.c.state, conversations.c.expires_at).where(
    _THIS_ONE, conversations.c.expires_at > bindparam("now")
)
_FORGET = delete(conversations).where(_THIS_ONE)


def fingerprint(secret: bytes, sender: str) -> str:
    """What stands for a sender id outside the server's memory: the id itself opens its conversation to its holder."""
    return hmac.new(secret, sender.encode(), hashlib.sha256).hexdigest()


class Conversations:
    """The table `conversations`; times are seconds since the epoch. Methods raise SQLAlchemyError."""

    def __init__(self, engine: Engine, secret: str = "") -> None:
        """Nothing is opened before the first use; `secret` keys the fingerprints of the ids."""
        self._engine = engine
        self._secret = secret.encode()
        self._ready = False

    @property
    def is_local(self) -> bool:
        """Whether the database is a file of this machine."""
        return str(self._engine.dialect.name) == "sqlite"

    def save(self, sender: str, state: str, expires_at: float, replace: bool = True) -> None:
        """Keep `state` of `sender`: in place of what expires before it, or, without `replace`, of nothing only.

        One statement: two servers that save at once leave one of the two states, whole.
        """
        statement = _KEEP if replace else _ADD
        with self._opened().begin() as connection:
            connection.execute(
                statement, {"key": fingerprint(self._secret, sender), "state": state, "expires_at": expires_at}
            )

    def load(self, sender: str, now: float) -> tuple[str, float] | None:
        """The state kept of `sender` and when it expires, None when there is none or it has expired."""
        with self._opened().connect() as connection:
            found = connection.execute(_READ, {"of": fingerprint(self._secret, sender), "now": now}).one_or_none()
        return (str(found.state), float(found.expires_at)) if found else None

    def delete(self, sender: str) -> None:
        """Forget `sender` at once."""
        with self._opened().begin() as connection:
            connection.execute(_FORGET, {"of": fingerprint(self._secret, sender)})
        self._clean()

    def purge(self, now: float) -> int:
        """Forget what has expired; how many conversations that were."""
        with self._opened().begin() as connection:
            gone = int(connection.execute(delete(conversations).where(conversations.c.expires_at <= now)).rowcount)
        if gone:
            self._clean()
        return gone

    def count(self) -> int:
        """How many conversations are kept; the question that tells whether the database answers."""
        with self._opened().connect() as connection:
            return int(connection.execute(select(func.count()).select_from(conversations)).scalar_one())

    def _opened(self) -> Engine:
        """The engine, its tables made at the first use that succeeds."""
        if not self._ready:
            if self.is_local and self._engine.url.database not in (None, "", ":memory:"):
                # Only the account that serves may read who was told what.
                Path(self._engine.url.database).touch(mode=0o600)
            # Tables are made in a transaction.
            making = self._engine if self.is_local else open_engine(self._engine.url)
            upgrade(making)
            if making is not self._engine:
                making.dispose()
            self._ready = True
        return self._engine

    def _clean(self) -> None:
        """Empty SQLite's journal, where a deleted row would stay readable."""
        if self.is_local:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def open_conversations(url: str, secret: str = "") -> Conversations:
    """The conversations kept in the database at `url`; a locked file is waited for a twentieth of a second."""
    return Conversations(open_engine(url, journal=True, patience=0.05), secret)
