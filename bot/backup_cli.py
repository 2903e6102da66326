"""`python -m bot backup FILE` and `python -m bot restore FILE [--apply]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot import VERSION
from bot.content.directory import load_messages
from bot.content.location import load_yaml
from bot.directory_preview import print_changes
from bot.logic.directory_changes import compare
from bot.settings import Settings, load_settings
from bot.storage.address import shown
from bot.storage.backup import (
    Backup,
    BackupError,
    Counts,
    NothingToSaveError,
    count_present,
    lost_counts,
    read,
    read_counts,
    restore,
    save,
)
from bot.storage.directory_import import UnknownOriginError, contacts_of, read_present
from bot.storage.engine import open_engine
from bot.storage.tables import statistics

Words = Mapping[str, Any]


def backup(argv: list[str]) -> int:
    """Save directory and statistics to a file; 0 when it succeeded."""
    return _shielded(argv, "backup", _save)


def restore_backup(argv: list[str]) -> int:
    """Show what a backup would change, and restore it with --apply; 0 when it succeeded."""
    return _shielded(argv, "restore", _restore)


def _shielded(argv: list[str], name: str, work: Callable[[Settings, argparse.Namespace, Words], int]) -> int:
    settings = load_settings()
    words: Words = load_yaml(settings.data_dir / "exploitation/sauvegarde.yml")
    parser = argparse.ArgumentParser(prog=f"python -m bot {name}", description=words[f"aide_{name}"])
    parser.add_argument("file", type=Path, help=words["aide_fichier"])
    parser.add_argument("--database", default=settings.database_url, help=words["aide_database"])
    if name == "restore":
        parser.add_argument("--apply", action="store_true", help=words["aide_apply"])
        parser.add_argument("--all", action="store_true", help=words["aide_all"])
        parser.add_argument("--contacts", action="store_true", help=words["aide_contacts"])
    options = parser.parse_args(argv)
    try:
        print(words["base"].format(base=shown(options.database)), file=sys.stderr)
        return work(settings, options, words)
    except BackupError as error:
        print(words[error.reason].format(fichier=options.file), file=sys.stderr)
    except NothingToSaveError:
        print(words["rien_a_sauver"], file=sys.stderr)
    except OSError as error:
        print(words["illisible"].format(fichier=options.file, raison=error.strerror), file=sys.stderr)
    except SQLAlchemyError as error:  # its text may hold the password of the URL
        print(words["base_indisponible"].format(raison=type(error).__name__), file=sys.stderr)
    return 1


def _save(_: Settings, options: argparse.Namespace, words: Words) -> int:
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    made = save(options.database, options.file, VERSION, now)
    size = options.file.stat().st_size // 1000
    print(words["faite"].format(fichier=options.file, taille=size, empreinte=made.fingerprint[:12]))
    for name, rows in made.rows.items():
        print(words["table"].format(nom=words["tables"].get(name, name), lignes=rows))
    return 0


def _restore(settings: Settings, options: argparse.Namespace, words: Words) -> int:
    found = read(options.file)
    manifest = found.manifest
    print(
        words["lue"].format(
            date=f"{manifest.made_at:%d/%m/%Y %H:%M} UTC",
            version=manifest.version,
            empreinte=manifest.fingerprint[:12],
        )
    )
    for name, present in count_present(options.database).items():
        restored = name in found.tables and not (options.contacts and name == statistics.name)
        key = "table_comparee" if restored else "table_laissee" if name in found.tables else "table_gardee"
        rows = len(found.tables.get(name, ()))
        print(words[key].format(nom=words["tables"].get(name, name), present=present, lignes=rows))
        if restored and name == statistics.name:
            _compare_counts(options.database, found, words)
    try:
        changes = compare(contacts_of(read_present(options.database)), contacts_of(found.directory))
    except UnknownOriginError:
        print(words["origine_inconnue"])
    else:
        print(words["annuaire"])
        print_changes(changes, load_messages(settings.data_dir / "directory"), everything=options.all)
    if not options.apply:
        print(words["pas_ecrit"])
        return 0
    restore(open_engine(options.database), found, with_statistics=not options.contacts)
    print(words["retablie"])
    print(words["pas_durable"])
    return 0


def _compare_counts(url: str, found: Backup, words: Words) -> None:
    """Say what is counted today and in the backup, and what of today's the backup does not have."""
    present = read_counts(url)
    print(words["comptes"].format(present=_told(present, words), sauvegarde=_told(found.counts, words)))
    if lost := lost_counts(present, found.counts):
        print(words["comptes_perdus"].format(nombre=lost))


def _told(counts: Counts, words: Words) -> str:
    if not counts:
        return str(words["comptes_aucun"])
    last = max(day for day, *_ in counts)
    return str(words["comptes_total"].format(total=sum(counts.values()), jour=f"{last:%d/%m/%Y}"))
