"""The directory as the dialogue reads it: one engine per database, contacts of a département with the national ones."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from threading import Lock

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.logic.directory_model import NATIONAL, Contact
from bot.storage.engine import open_engine
from bot.storage.repository import all_contacts, loaded_version

logger = logging.getLogger(__name__)

FRESH = 3.0  # seconds during which nobody looks whether another directory was loaded


class DirectoryUnavailableError(RuntimeError):
    """The directory's database cannot be read."""


@dataclass(frozen=True)
class _Contacts:
    """A loaded directory: what tells it from another, and its contacts by territory, each with its place in it."""

    version: tuple[object, ...]
    by_territory: Mapping[str, Sequence[tuple[int, Contact]]]


class Directory:
    """Read access to a loaded directory, read again as soon as another one is loaded."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is read before the first question."""
        self._engine = engine
        self._clock = clock
        self._contacts: _Contacts | None = None
        self._looked_at = -math.inf
        self._looking = Lock()

    def reader(self, territories: Mapping[str, Sequence[str]]) -> Callable[[str], tuple[Contact, ...]]:
        """A function from a département's code ("" for none) to its contacts and the national ones.

        Raises DirectoryUnavailableError when the database was never read and cannot be.
        """

        def read(code: str) -> tuple[Contact, ...]:
            wanted = {NATIONAL, code, *(territory for territory, members in territories.items() if code in members)}
            found = self._current().by_territory
            placed = sorted(chain.from_iterable(found.get(territory, ()) for territory in wanted), key=itemgetter(0))
            return tuple(contact for _, contact in placed)

        return read

    def answers(self) -> bool:
        """Whether the database can be read now; whoever asks for a contact first then finds it read."""
        try:
            with Session(self._engine, future=True) as session:
                session.execute(select(1))
            self._current()
        except (SQLAlchemyError, DirectoryUnavailableError):
            return False
        return True

    def _current(self) -> _Contacts:
        """The directory as it was FRESH seconds ago at most; the last one read when the database does not answer."""
        known = self._contacts
        if known and self._clock() - self._looked_at < FRESH:
            return known
        # One looks; meanwhile the others go on with what is known.
        if not self._looking.acquire(blocking=known is None):
            return known  # type: ignore[return-value]
        try:
            if self._contacts is None or self._clock() - self._looked_at >= FRESH:
                self._contacts = self._look(self._contacts)
                self._looked_at = self._clock()
            return self._contacts
        finally:
            self._looking.release()

    def _look(self, known: _Contacts | None) -> _Contacts:
        try:
            with Session(self._engine, future=True) as session:
                version = loaded_version(session)
                if known and version and known.version == version:
                    return known
                contacts = all_contacts(session)
        except SQLAlchemyError as error:
            logger.error("The directory cannot be read (%s).", type(error).__name__)
            if known is None:
                raise DirectoryUnavailableError(type(error).__name__) from error
            return known
        by_territory: dict[str, list[tuple[int, Contact]]] = {}
        for place, contact in enumerate(contacts):
            by_territory.setdefault(contact.department_code, []).append((place, contact))
        return _Contacts(version, by_territory)


@lru_cache(maxsize=4)
def open_directory(url: str) -> Directory:
    """The directory of the database at `url`."""
    return Directory(open_engine(url))
