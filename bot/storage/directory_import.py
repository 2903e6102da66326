"""Load the delivered tables into the database: everything, or nothing when one row is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.logic.contact_rows import Problem, Sheet, Vocabulary, read_contacts
from bot.storage.engine import upgrade
from bot.storage.repository import LoadedFile, replace_contacts


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


def import_directory(engine: Engine, sheets: Sequence[Sheet], vocabulary: Vocabulary, now: datetime) -> ImportReport:
    """Validate all the sheets and replace the directory in one transaction; tables are created when absent."""
    contacts, problems = read_contacts(sheets, vocabulary, now.date())
    report = ImportReport(len(contacts), problems, loaded=False)
    if report.errors:
        return report
    upgrade(engine)
    files = [LoadedFile(sheet.file, sheet.fingerprint, len(sheet.rows)) for sheet in sheets]
    with Session(engine, future=True) as session, session.begin():
        replace_contacts(session, contacts, now, files)
    return replace(report, loaded=True)


def check_directory(sheets: Sequence[Sheet], vocabulary: Vocabulary, now: datetime) -> ImportReport:
    """Validate all the sheets without touching any database."""
    contacts, problems = read_contacts(sheets, vocabulary, now.date())
    return ImportReport(len(contacts), problems, loaded=False)
