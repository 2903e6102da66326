"""Load tables into the directory's database: everything, or nothing when one row is wrong; and go back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.logic.contact_rows import Problem, Sheet, Vocabulary, read_contacts
from bot.logic.directory_changes import DirectoryChanges, compare
from bot.logic.directory_model import Contact
from bot.storage.engine import upgrade
from bot.storage.inspection import look, open_read_only
from bot.storage.repository import LoadedFile, Part, hold_directory, read_parts, replace_directory


class UnknownOriginError(RuntimeError):
    """The directory was loaded before its contacts said which file they come from: none can be replaced alone."""


class NothingBeforeError(RuntimeError):
    """No directory was loaded before the present one."""


@dataclass(frozen=True)
class ImportReport:
    """What an import found; `loaded` is False when an error left the database as it was."""

    contacts: int
    problems: tuple[Problem, ...]
    loaded: bool

    @property
    def errors(self) -> int:
        """Number of faults that prevent loading."""
        return sum(one.severity == "error" for one in self.problems)

    @property
    def warnings(self) -> int:
        """Number of rows loaded without their address."""
        return len(self.problems) - self.errors


def import_directory(
    engine: Engine, sheets: Sequence[Sheet], vocabulary: Vocabulary, now: datetime, *, keep_others: bool = False
) -> ImportReport:
    """Validate all the sheets and load them in one transaction; tables are created when absent.

    They replace the whole directory, or, with `keep_others`, only what files of the same names had brought. Raises
    UnknownOriginError.
    """
    parts, report = _read(sheets, vocabulary, now)
    if report.errors:
        return report
    upgrade(engine)
    with Session(engine, future=True) as session, session.begin():
        hold_directory(session)
        present = read_parts(session)
        wanted = _merge(present, parts) if keep_others else parts
        # Loading the same files again, as each start does, leaves the former directory where it is.
        if _undated(wanted) != _undated(present):
            replace_directory(session, wanted)
    return replace(report, loaded=True)


def preview_import(
    url: str, sheets: Sequence[Sheet], vocabulary: Vocabulary, now: datetime
) -> tuple[ImportReport, DirectoryChanges]:
    """What importing `sheets` beside the other files would change, refused rows left out; nothing is written.

    Raises UnknownOriginError, also when the tables are of another version.
    """
    parts, report = _read(sheets, vocabulary, now)
    present = read_present(url)
    return report, compare(contacts_of(present), contacts_of(_merge(present, parts)))


def preview_rollback(url: str) -> DirectoryChanges:
    """What going back to the former directory would change; raises NothingBeforeError, UnknownOriginError."""
    former = read_present(url, former=True)
    if not former:
        raise NothingBeforeError
    return compare(contacts_of(read_present(url)), contacts_of(former))


def read_present(url: str, *, former: bool = False) -> tuple[Part, ...]:
    """The directory of the database at `url`, empty when there is none; nothing is written.

    Raises UnknownOriginError when its tables are of another version.
    """
    seen = look(url)
    if seen.trouble == "absent" or (not seen.trouble and not seen.revision):
        return ()
    if not seen.trouble and not seen.is_current:
        raise UnknownOriginError
    with Session(open_read_only(url), future=True) as session:
        return read_parts(session, former=former)


def roll_back(engine: Engine, now: datetime) -> None:
    """Put the former directory in place of the present one, which becomes the former; raises NothingBeforeError."""
    with Session(engine, future=True) as session, session.begin():
        hold_directory(session)
        former = read_parts(session, former=True)
        if not former:
            raise NothingBeforeError
        # Dated of now: whoever keeps a copy of the directory sees that it changed.
        dated = (Part(part.file and replace(part.file, loaded_at=now), part.contacts) for part in former)
        replace_directory(session, tuple(dated))


def check_directory(sheets: Sequence[Sheet], vocabulary: Vocabulary, now: datetime) -> ImportReport:
    """Validate all the sheets without touching any database."""
    return _read(sheets, vocabulary, now)[1]


def contacts_of(parts: Sequence[Part]) -> tuple[Contact, ...]:
    """The contacts of all the parts, in their order."""
    return tuple(contact for part in parts for contact in part.contacts)


def _read(sheets: Sequence[Sheet], vocabulary: Vocabulary, now: datetime) -> tuple[tuple[Part, ...], ImportReport]:
    parts: list[Part] = []
    problems: list[Problem] = []
    for sheet in sheets:
        contacts, found = read_contacts((sheet,), vocabulary, now.date())
        parts.append(Part(LoadedFile(sheet.file, sheet.fingerprint, len(sheet.rows), now), contacts))
        problems.extend(found)
    count = sum(len(part.contacts) for part in parts)
    return tuple(parts), ImportReport(count, tuple(problems), loaded=False)


def _merge(present: Sequence[Part], given: Sequence[Part]) -> tuple[Part, ...]:
    """`given` in the place of the parts of the same files, then the new ones."""
    if any(part.file is None for part in present):
        raise UnknownOriginError
    merged = {part.file.file: part for part in (*present, *given) if part.file}
    return tuple(merged.values())


def _undated(parts: Sequence[Part]) -> list[object]:
    return [(part.file and (part.file.file, part.file.fingerprint), part.contacts) for part in parts]
