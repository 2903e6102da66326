"""Read and replace the contacts of the directory; frozen dataclasses in and out, the session is passed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from bot.logic.directory_model import Contact
from bot.storage.tables import contacts, former_contacts, former_files, loaded_files

_SEPARATOR = "|"
_LISTS = ("services", "phones", "doubtful_phones", "emails")
_FIELDS = tuple(column.name for column in contacts.columns if column.name not in ("id", "file"))


@dataclass(frozen=True)
class LoadedFile:
    """A table that was loaded: its name, SHA-256, number of rows, and when (UTC)."""

    file: str
    fingerprint: str
    rows: int
    loaded_at: datetime


@dataclass(frozen=True)
class Part:
    """What one file brought to the directory; `file` is None for contacts loaded before files were recorded."""

    file: LoadedFile | None
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class Stats:
    """What the directory holds; `loaded_at` (UTC) is None when nothing was ever loaded."""

    contacts: int
    territories: int
    verified: int
    by_kind: Mapping[str, int]
    files: tuple[LoadedFile, ...]
    loaded_at: datetime | None


def hold_directory(session: Session) -> None:
    """Let nobody else load until the transaction ends; whoever reads goes on. Call before reading what to replace."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = '60s'"))  # a large directory, or another who loads
        session.execute(text("LOCK TABLE contacts IN SHARE ROW EXCLUSIVE MODE"))


def replace_directory(session: Session, parts: Sequence[Part]) -> None:
    """Put `parts` in place of the whole directory, which becomes the former one; the caller commits."""
    for former, current in ((former_contacts, contacts), (former_files, loaded_files)):
        session.execute(delete(former))
        session.execute(insert(former).from_select(current.columns.keys(), select(current)))
        session.execute(delete(current))
    entries = [(one, part.file.file if part.file else "") for part in parts for one in part.contacts]
    if entries:
        session.execute(
            insert(contacts), [_row(number, one, file) for number, (one, file) in enumerate(entries, start=1)]
        )
    files = [dict(vars(part.file)) for part in parts if part.file]
    if files:
        session.execute(insert(loaded_files), files)


def read_parts(session: Session, *, former: bool = False) -> tuple[Part, ...]:
    """The directory file by file, in the order of loading; with `former`, the one before the last load."""
    table, listed = (former_contacts, former_files) if former else (contacts, loaded_files)
    rows = session.execute(select(table).order_by(table.c.id))
    files = session.execute(select(listed).order_by(listed.c.file))
    return parts_of((row._mapping for row in rows), (row._mapping for row in files))


def parts_of(rows: Iterable[Mapping[str, Any]], files: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    """Rows of `contacts`, in their order, and of `loaded_files`, as the parts of a directory."""
    listed = {row["file"]: LoadedFile(**row) for row in files}
    found: dict[str, list[Contact]] = {}
    for row in rows:
        found.setdefault(row["file"], []).append(_contact(row))
    # A file without contacts, or whose contacts do not say where they come from, stays listed.
    return tuple(Part(listed.get(name), tuple(found.get(name, ()))) for name in {**found, **listed})


def all_contacts(session: Session) -> tuple[Contact, ...]:
    """Every contact, in the order of the delivered tables."""
    return _read(session)


def loaded_version(session: Session) -> tuple[object, ...]:
    """What changes whenever a directory is loaded: its files, their fingerprints and when they were loaded."""
    return tuple(tuple(row) for row in session.execute(select(loaded_files).order_by(loaded_files.c.file)))


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
        files=tuple(LoadedFile(**one._mapping) for one in files),
        loaded_at=max((one.loaded_at for one in files), default=None),
    )


def _read(session: Session, *conditions: Any) -> tuple[Contact, ...]:
    query = select(*(contacts.c[name] for name in _FIELDS)).where(*conditions).order_by(contacts.c.id)
    return tuple(_contact(row._mapping) for row in session.execute(query))


def _row(number: int, contact: Contact, file: str) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(contact, name) for name in _FIELDS}
    row.update({name: _SEPARATOR.join(getattr(contact, name)) for name in _LISTS})
    return {"id": number, "file": file, **row}


def _contact(row: Mapping[str, Any]) -> Contact:
    values = {name: row[name] for name in _FIELDS}
    values.update({name: tuple(row[name].split(_SEPARATOR)) if row[name] else () for name in _LISTS})
    return Contact(**values)
