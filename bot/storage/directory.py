"""The directory as the dialogue reads it: one engine per database, contacts of a département with the national ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.logic.directory_model import Contact
from bot.storage.engine import open_engine
from bot.storage.repository import contacts_for, national_contacts


class Directory:
    """Read access to a loaded directory."""

    def __init__(self, engine: Engine) -> None:
        """Keep the engine; each read opens and closes its own session."""
        self._engine = engine

    def reader(self, territories: Mapping[str, Sequence[str]]) -> Callable[[str], tuple[Contact, ...]]:
        """A function from a département's code ("" for none) to its contacts and the national ones.

        Raises sqlalchemy.exc.SQLAlchemyError when the database cannot be read.
        """

        def read(code: str) -> tuple[Contact, ...]:
            covering = [territory for territory, members in territories.items() if code in members]
            with Session(self._engine, future=True) as session:
                local = contacts_for(session, code, covering) if code else ()
                return (*local, *national_contacts(session))

        return read


@lru_cache(maxsize=4)
def open_directory(url: str) -> Directory:
    """The directory of the database at `url`."""
    return Directory(open_engine(url))
