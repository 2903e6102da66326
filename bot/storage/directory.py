"""The directory as the dialogue reads it: one engine per database, contacts of a département with the national ones."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.logic.directory_model import NATIONAL, Contact
from bot.storage.engine import open_engine
from bot.storage.repository import all_contacts

logger = logging.getLogger(__name__)

FRESH = 60.0  # seconds during which a loaded directory is not read again


class DirectoryUnavailableError(RuntimeError):
    """The directory's database cannot be read."""


class Directory:
    """Read access to a loaded directory: a few hundred contacts, read again every minute."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is read before the first question."""
        self._engine = engine
        self._clock = clock
        self._contacts: tuple[Contact, ...] = ()
        self._read_at = -math.inf

    def reader(self, territories: Mapping[str, Sequence[str]]) -> Callable[[str], tuple[Contact, ...]]:
        """A function from a département's code ("" for none) to its contacts and the national ones.

        Raises DirectoryUnavailableError when the database was never read and cannot be.
        """

        def read(code: str) -> tuple[Contact, ...]:
            wanted = {NATIONAL, code, *(territory for territory, members in territories.items() if code in members)}
            return tuple(contact for contact in self._current() if contact.department_code in wanted)

        return read

    def answers(self) -> bool:
        """Whether the database can be read now."""
        try:
            with Session(self._engine, future=True) as session:
                session.execute(select(1))
        except SQLAlchemyError:
            return False
        return True

    def _current(self) -> tuple[Contact, ...]:
        """The contacts as they were less than a minute ago; the last ones read when the database does not answer."""
        if self._clock() - self._read_at < FRESH:
            return self._contacts
        try:
            with Session(self._engine, future=True) as session:
                self._contacts = all_contacts(session)
        except SQLAlchemyError as error:
            logger.error("The directory cannot be read (%s).", type(error).__name__)
            if not self._contacts:
                raise DirectoryUnavailableError(type(error).__name__) from error
        self._read_at = self._clock()
        return self._contacts


@lru_cache(maxsize=4)
def open_directory(url: str) -> Directory:
    """The directory of the database at `url`."""
    return Directory(open_engine(url))
