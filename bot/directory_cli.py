"""`python -m bot directory load|import|rollback|check|export|stats|communes`."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TextIO

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.content.communes_build import read_package, write_tables
from bot.content.directory import describe, load_messages, load_sheets, load_vocabulary
from bot.directory_preview import print_changes, print_namesakes
from bot.logic.contact_rows import Sheet, Vocabulary
from bot.logic.directory_changes import DirectoryChanges
from bot.logic.directory_model import Contact
from bot.settings import load_settings
from bot.storage.address import shown
from bot.storage.directory_import import (
    ImportReport,
    NothingBeforeError,
    UnknownOriginError,
    check_directory,
    contacts_of,
    import_directory,
    preview_import,
    preview_rollback,
    read_present,
    roll_back,
)
from bot.storage.engine import open_engine, upgrade
from bot.storage.repository import all_contacts, stats

Messages = Mapping[str, str]

_WRITING = ("load", "import", "rollback")
_EXPORTED = {  # column of the delivered tables -> field of Contact
    "department_code": "department_code",
    "department_name": "department_name",
    "kind": "kind",
    "service": "services",
    "name": "name",
    "description_short_in_your_own_words": "description",
    "phones": "phones",
    "phones_doubtful": "doubtful_phones",
    "emails": "emails",
    "address": "address",
    "hours": "hours",
    "url": "url",
    "source": "source",
    "source_date": "source_date",
    "confidence": "confidence",
    "note": "note",
    "verified_on": "verified_on",
    "verified_by": "verified_by",
}


def main(argv: list[str]) -> int:
    """Run one command of the directory; 0 when it succeeded, 1 when something must be corrected."""
    settings = load_settings()
    data = _data_dir(argv, settings.data_dir)
    directory = data / "directory"
    messages = load_messages(directory)
    options = _parser(messages).parse_args(argv)
    url = options.database or settings.database_url
    try:
        if options.command in _WRITING:
            print(messages["base"].format(base=shown(url)), file=sys.stderr)
        if options.command == "communes":
            return _communes(options.package, directory, messages)
        if options.command == "export":
            return _export(url, options.output, messages)
        if options.command == "stats":
            return _stats(url, messages)
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        if options.command == "rollback":
            return _rollback(url, options, now, messages)
        sheets = load_sheets(directory, options.files)
        vocabulary = load_vocabulary(directory)
        if options.command == "import":
            return _import(url, options, directory, sheets, vocabulary, now, messages)
        if options.command == "check":
            return _report(check_directory(sheets, vocabulary, now), messages)
        keep_others = bool(options.files)
        return _report(import_directory(open_engine(url), sheets, vocabulary, now, keep_others=keep_others), messages)
    except UnknownOriginError:
        print(messages["origine_inconnue"], file=sys.stderr)
    except NothingBeforeError:
        print(messages["rien_avant"], file=sys.stderr)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        print(messages["illisible"].format(fichier=error.filename or directory, raison=reason), file=sys.stderr)
    except SQLAlchemyError as error:  # its text may hold the password of the URL
        print(messages["base_indisponible"].format(raison=type(error).__name__), file=sys.stderr)
    return 1


def _data_dir(argv: Sequence[str], default: Path) -> Path:
    """The folder of --data, read before the others because the help texts lie in it."""
    early = argparse.ArgumentParser(add_help=False)
    early.add_argument("--data", type=Path, default=default)
    folder: Path = early.parse_known_args(argv)[0].data
    return folder


def _parser(messages: Messages) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot directory", description=messages["aide"])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("load", "import", "rollback", "check", "export", "stats", "communes"):
        command = commands.add_parser(name, help=messages[f"aide_{name}"])
        command.add_argument("--data", type=Path, help=messages["aide_data"])
        command.add_argument("--database", help=messages["aide_database"])
        if name in ("load", "check"):
            command.add_argument("files", nargs="*", type=Path, help=messages["aide_fichiers"])
        if name == "import":
            command.add_argument("files", nargs="+", type=Path, help=messages["aide_fichiers_import"])
        if name in ("import", "rollback"):
            command.add_argument("--apply", action="store_true", help=messages["aide_apply"])
            command.add_argument("--all", action="store_true", help=messages["aide_all"])
        if name == "export":
            command.add_argument("--output", type=Path, help=messages["aide_output"])
        if name == "communes":
            command.add_argument("--from", dest="package", type=Path, required=True, help=messages["aide_from"])
    return parser


def _import(
    url: str,
    options: argparse.Namespace,
    directory: Path,
    sheets: Sequence[Sheet],
    vocabulary: Vocabulary,
    now: datetime,
    messages: Messages,
) -> int:
    """Show what the files would change, and change it with --apply."""
    report, changes = preview_import(url, sheets, vocabulary, now)
    _faults(report, messages)
    print(
        messages["import"].format(
            fichiers=", ".join(sheet.file for sheet in sheets),
            lues=sum(len(sheet.rows) for sheet in sheets),
            refusees=sum(len(sheet.rows) for sheet in sheets) - report.contacts,
            avertissements=report.warnings,
        )
    )
    print_changes(changes, messages, everything=options.all)
    given = {sheet.file for sheet in sheets}
    others = [part for part in read_present(url) if part.file and part.file.file not in given]
    print_namesakes(changes, contacts_of(others), messages, everything=options.all)
    if report.errors:
        print(messages["refusees_retirees"])
        print(messages["pas_ecrit_refus"].format(erreurs=report.errors), file=sys.stderr)
        return 1
    if not options.apply:
        return _say_not_written(changes, messages)
    import_directory(open_engine(url), sheets, vocabulary, now, keep_others=True)
    _say_done(changes, messages)
    delivered = {sheet.file: sheet.fingerprint for sheet in load_sheets(directory)}
    for sheet in sheets:
        if delivered.get(sheet.file) != sheet.fingerprint:
            declare = "" if sheet.file in delivered else messages["pas_durable_declarer"]
            print(messages["pas_durable"].format(dossier=directory, fichier=sheet.file, declarer=declare))
    return 0


def _rollback(url: str, options: argparse.Namespace, now: datetime, messages: Messages) -> int:
    """Show what going back would change, and go back with --apply."""
    changes = preview_rollback(url)
    print(messages["retour"])
    print_changes(changes, messages, everything=options.all)
    if not options.apply:
        return _say_not_written(changes, messages)
    roll_back(open_engine(url), now)
    _say_done(changes, messages)
    return 0


def _say_not_written(changes: DirectoryChanges, messages: Messages) -> int:
    if not changes.nothing:
        print(messages["pas_ecrit"])
    return 0


def _say_done(changes: DirectoryChanges, messages: Messages) -> None:
    if not changes.nothing:
        print(
            messages["importe"].format(
                ajoutes=len(changes.added), modifies=len(changes.changed), retires=len(changes.removed)
            )
        )


def _faults(report: ImportReport, messages: Messages) -> None:
    for problem in report.problems:
        print(describe(problem, messages), file=sys.stderr)


def _report(report: ImportReport, messages: Messages) -> int:
    _faults(report, messages)
    if report.errors:
        print(messages["rien_charge"].format(erreurs=report.errors), file=sys.stderr)
        return 1
    key = "charge" if report.loaded else "verifie"
    print(messages[key].format(contacts=report.contacts, avertissements=report.warnings))
    return 0


def _export(url: str, output: Path | None, messages: Messages) -> int:
    engine = open_engine(url)
    upgrade(engine)
    with Session(engine, future=True) as session:
        found = all_contacts(session)
    if not found:
        print(messages["vide"], file=sys.stderr)
        return 1
    if output is None:
        _write_csv(found, sys.stdout)
    else:
        with output.open("w", encoding="utf-8", newline="") as stream:
            _write_csv(found, stream)
    return 0


def _write_csv(contacts: Sequence[Contact], stream: TextIO) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_EXPORTED)
    for contact in contacts:
        values = (getattr(contact, field) for field in _EXPORTED.values())
        writer.writerow("|".join(value) if isinstance(value, tuple) else value or "" for value in values)


def _stats(url: str, messages: Messages) -> int:
    engine = open_engine(url)
    upgrade(engine)
    with Session(engine, future=True) as session:
        found = stats(session)
    if found.loaded_at is None:
        print(messages["vide"], file=sys.stderr)
        return 1
    print(
        messages["statistiques"].format(
            contacts=found.contacts,
            departements=found.territories,
            verifies=found.verified,
            date=f"{found.loaded_at:%d/%m/%Y}",
        )
    )
    for kind, count in found.by_kind.items():
        print(messages["statistiques_genre"].format(genre=kind, nombre=count))
    for one in found.files:
        print(
            messages["statistiques_fichier"].format(fichier=one.file, nombre=one.rows, empreinte=one.fingerprint[:12])
        )
    return 0


def _communes(package: Path, directory: Path, messages: Messages) -> int:
    tables = read_package(package)
    write_tables(tables, directory)
    print(
        messages["communes"].format(
            dossier=directory,
            communes=len(tables.communes),
            departements=len(tables.departments),
            codes=len(tables.postal_exceptions),
        )
    )
    return 0
