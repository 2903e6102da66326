"""Read and replace the contacts of the directory; frozen dataclasses in and out, the session is passed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from bot.logic.directory_model import Contact
from bot.storage.tables import contacts, loaded_files

_SEPARATOR = "|"
_LISTS = ("services", "phones", "doubtful_phones", "emails")
_FIELDS = tuple(column.name for column in contacts.columns if column.name != "id")


@dataclass(frozen=True)
class LoadedFile:
    """A table that was loaded: its name, SHA-256, and number of rows."""

    file: str
    fingerprint: str
    rows: int


@dataclass(frozen=True)
class Stats:
    """What the directory holds; `loaded_at` (UTC) is None when nothing was ever loaded."""

    contacts: int
    territories: int
    verified: int
    by_kind: Mapping[str, int]
    files: tuple[LoadedFile, ...]
    loaded_at: datetime | None


def replace_contacts(
    session: Session, entries: Sequence[Contact], loaded_at: datetime, files: Sequence[LoadedFile]
) -> None:
    """Put `entries` in place of the whole directory; the caller commits."""
    session.execute(delete(contacts))
    session.execute(delete(loaded_files))
    if entries:
        session.execute(insert(contacts), [_row(number, one) for number, one in enumerate(entries, start=1)])
    for one in files:
        session.execute(
            insert(loaded_files).values(file=one.file, fingerprint=one.fingerprint, rows=one.rows, loaded_at=loaded_at)
        )


def all_contacts(session: Session) -> tuple[Contact, ...]:
    """Every contact, in the order of the delivered tables."""
    return _read(session)


def stats(session: Session) -> Stats:
    """Counts of the directory."""
    by_kind = session.execute(
        select(contacts.c.kind, func.count()).group_by(contacts.c.kind).order_by(contacts.c.kind)
    ).all()
    files = session.execute(select(loaded_files).order_by(loaded_files.c.file)).all()
    return Stats(
        contacts=sum(count for _, count in by_kind),
        territories=session.execute(select(func.count(contacts.c.department_code.distinct()))).scalar_one(),
        verified=session.execute(select(func.count()).where(contacts.c.verified_on.is_not(None))).scalar_one(),
        by_kind={kind: count for kind, count in by_kind},
        files=tuple(LoadedFile(one.file, one.fingerprint, one.rows) for one in files),
        loaded_at=max((one.loaded_at for one in files), default=None),
    )


def _read(session: Session, *conditions: Any) -> tuple[Contact, ...]:
    query = select(*(contacts.c[name] for name in _FIELDS)).where(*conditions).order_by(contacts.c.id)
    return tuple(_contact(row._mapping) for row in session.execute(query))


def _row(number: int, contact: Contact) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(contact, name) for name in _FIELDS}
    row.update({name: _SEPARATOR.join(getattr(contact, name)) for name in _LISTS})
    return {"id": number, **row}


def _contact(row: Mapping[str, Any]) -> Contact:
    values = {name: row[name] for name in _FIELDS}
    values.update({name: tuple(row[name].split(_SEPARATOR)) if row[name] else () for name in _LISTS})
    return Contact(**values)
