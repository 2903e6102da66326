"""Directory and statistics in one file that any installation reads, whatever its database. Never conversations."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Date, DateTime, Table, delete, func, insert, inspect, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.storage.engine import upgrade
from bot.storage.inspection import look, open_read_only
from bot.storage.repository import Part, hold_directory, parts_of, replace_directory
from bot.storage.tables import contacts, loaded_files, statistics

FORMAT = "vigie-sauvegarde"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
# What is kept, by name: a table that is added one day is not saved unless somebody writes it here.
DIRECTORY: tuple[Table, ...] = (contacts, loaded_files)
STATISTICS: tuple[Table, ...] = (statistics,)
_LARGEST = 1_000_000_000  # bytes of a table, unpacked

Row = Mapping[str, Any]
Counts = Mapping[tuple[Any, ...], int]  # of the statistics, by day, traffic, measure and value


class BackupError(RuntimeError):
    """A file that cannot be restored; `reason` is one of "foreign", "later", "damaged", "unknown"."""

    def __init__(self, reason: str) -> None:
        """`reason` names its text in data/exploitation/sauvegarde.yml."""
        super().__init__(reason)
        self.reason = reason


class NothingToSaveError(RuntimeError):
    """The database has no table of this version."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: version of Vigie, when (UTC), rows by table, SHA-256 of everything."""

    version: str
    made_at: datetime
    revision: str
    rows: Mapping[str, int]
    fingerprint: str


@dataclass(frozen=True)
class Backup:
    """A backup that was read and found whole."""

    manifest: Manifest
    tables: Mapping[str, tuple[Row, ...]]

    @property
    def directory(self) -> tuple[Part, ...]:
        """The directory that it holds, file by file."""
        return parts_of(self.tables[contacts.name], self.tables[loaded_files.name])

    @property
    def counts(self) -> Counts:
        """The statistics that it holds."""
        return _counts(self.tables.get(statistics.name, ()))


def save(url: str, file: Path, version: str, now: datetime) -> Manifest:
    """Write the directory and the statistics of the database at `url` to `file`, all at once; nothing else changes.

    Raises NothingToSaveError, OSError, SQLAlchemyError.
    """
    seen = look(url)
    if (not seen.trouble and not seen.is_current) or seen.trouble == "absent":
        raise NothingToSaveError
    members: dict[str, bytes] = {}
    rows: dict[str, int] = {}
    # One transaction: contacts and files of one moment.
    with Session(open_read_only(url), future=True) as session:
        for table in (*DIRECTORY, *STATISTICS):
            lines = [_line(row._mapping) for row in session.execute(select(table).order_by(*table.primary_key))]
            members[f"{table.name}.jsonl"] = "".join(lines).encode()
            rows[table.name] = len(lines)
    manifest = Manifest(version, now, seen.revision, rows, _fingerprint(members))
    members[MANIFEST] = _manifest_bytes(manifest)
    _write(file, members)
    return manifest


def read(file: Path) -> Backup:
    """The backup in `file`; raises BackupError, OSError."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if MANIFEST not in names:
                raise BackupError("foreign")
            if any(archive.getinfo(name).file_size > _LARGEST for name in names):
                raise BackupError("damaged")
            members = {name: archive.read(name) for name in names}
    except zipfile.BadZipFile as error:
        # Cut or altered, a zip is still known by its first bytes.
        with file.open("rb") as stream:
            raise BackupError("damaged" if stream.read(2) == b"PK" else "foreign") from error
    except (NotImplementedError, RuntimeError, EOFError) as error:
        raise error if isinstance(error, BackupError) else BackupError("damaged") from error
    manifest = _read_manifest(members.pop(MANIFEST))
    if _fingerprint(members) != manifest.fingerprint:
        raise BackupError("damaged")
    tables = {table.name: table for table in (*DIRECTORY, *STATISTICS)}
    given = {name.removesuffix(".jsonl"): body for name, body in members.items()}
    if not set(given) <= set(tables) or not {table.name for table in DIRECTORY} <= set(given):
        raise BackupError("unknown")
    return Backup(manifest, {name: _rows(tables[name], body) for name, body in given.items()})


def count_present(url: str) -> dict[str, int]:
    """Rows of each saved table in the database at `url`, 0 for a table that is not there; nothing is written."""
    if look(url).trouble == "absent":
        return {table.name: 0 for table in (*DIRECTORY, *STATISTICS)}
    engine = open_read_only(url)
    there = set(inspect(engine).get_table_names())
    with Session(engine, future=True) as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            if table.name in there
            else 0
            for table in (*DIRECTORY, *STATISTICS)
        }


def read_counts(url: str) -> Counts:
    """The statistics of the database at `url`, empty when there are none; nothing is written."""
    if look(url).trouble == "absent":
        return {}
    engine = open_read_only(url)
    if statistics.name not in inspect(engine).get_table_names():
        return {}
    with Session(engine, future=True) as session:
        return _counts([row._mapping for row in session.execute(select(statistics))])


def lost_counts(present: Counts, saved: Counts) -> int:
    """How much of what is counted today would be lost by putting `saved` in its place."""
    return sum(max(0, count - saved.get(key, 0)) for key, count in present.items())


def restore(engine: Engine, backup: Backup, *, with_statistics: bool = True) -> None:
    """Put a backup in place of directory and statistics, in one transaction; the present directory becomes the former.

    Statistics that the backup does not hold, or that are not wanted, stay as they are.
    """
    upgrade(engine)
    with Session(engine, future=True) as session, session.begin():
        hold_directory(session)
        replace_directory(session, backup.directory)
        for table in STATISTICS if with_statistics else ():
            if table.name in backup.tables:
                session.execute(delete(table))
                if rows := backup.tables[table.name]:
                    session.execute(insert(table), [dict(row) for row in rows])


def _counts(rows: Iterable[Row]) -> Counts:
    return {tuple(row[column.name] for column in statistics.primary_key): row["count"] for row in rows}


def _line(row: Row) -> str:
    return json.dumps(dict(row), ensure_ascii=False, default=lambda value: value.isoformat()) + "\n"


def _rows(table: Table, body: bytes) -> tuple[Row, ...]:
    """Rows of a table; a column that this version added takes its default. Raises BackupError."""
    columns = {column.name: column for column in table.columns}
    found = []
    for line in body.decode().splitlines():
        row = json.loads(line)
        if not set(row) <= set(columns):
            raise BackupError("unknown")
        found.append({name: _value(columns[name].type, value) for name, value in row.items()})
    return tuple(found)


def _value(kind: object, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _fingerprint(members: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, body in sorted(members.items()):
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    return digest.hexdigest()


def _manifest_bytes(manifest: Manifest) -> bytes:
    said = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "vigie": manifest.version,
        "made_at": manifest.made_at.isoformat(timespec="seconds"),
        "revision": manifest.revision,
        "rows": dict(manifest.rows),
        "sha256": manifest.fingerprint,
    }
    return json.dumps(said, ensure_ascii=False, indent=2).encode() + b"\n"


def _read_manifest(body: bytes) -> Manifest:
    try:
        said = json.loads(body)
        if said["format"] != FORMAT:
            raise BackupError("foreign")
        if said["format_version"] > FORMAT_VERSION:
            raise BackupError("later")
        made_at = datetime.fromisoformat(said["made_at"])
        return Manifest(said["vigie"], made_at, said["revision"], dict(said["rows"]), said["sha256"])
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError("foreign") from error


def _write(file: Path, members: Mapping[str, bytes]) -> None:
    """Write beside, then rename: a backup cut short never takes the place of a whole one."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=file.name, delete=False) as beside:
        try:
            with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, body in members.items():
                    archive.writestr(name, body)
        except BaseException:
            Path(beside.name).unlink()
            raise
    Path(beside.name).replace(file)
