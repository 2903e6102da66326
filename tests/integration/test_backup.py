"""Backup and restore: from one database to another and back, and what is refused."""

from __future__ import annotations

import json
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.backup_cli import backup, restore_backup
from bot.content.directory import load_sheets, load_vocabulary
from bot.content.location import DATA
from bot.storage.backup import (
    DIRECTORY,
    MANIFEST,
    STATISTICS,
    BackupError,
    NothingToSaveError,
    read,
    read_counts,
    restore,
    save,
)
from bot.storage.conversations import open_conversations
from bot.storage.directory_import import import_directory, preview_rollback
from bot.storage.engine import open_engine
from bot.storage.tables import statistics
from tests.postgresql import Cluster

NOW = datetime(2026, 11, 21, 12)
COUNTS = [
    {"day": date(2026, 11, 20), "traffic": "reel", "measure": "incompris_sujet", "value": "loi", "count": 12},
    {"day": date(2026, 11, 21), "traffic": "essai", "measure": "tours", "value": "", "count": 1},
]


def fill(url: str) -> None:
    folder = DATA / "directory"
    engine = open_engine(url)
    import_directory(engine, load_sheets(folder), load_vocabulary(folder), NOW)
    with engine.begin() as connection:
        connection.execute(insert(statistics), COUNTS)
    open_conversations(url, "secret").save("une", "CONFIE", 9e9)


def content(url: str) -> dict[str, list[tuple[object, ...]]]:
    with Session(open_engine(url), future=True) as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in (*DIRECTORY, *STATISTICS)
        }


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('full') / 'vigie.sqlite'}"
    fill(url)
    return url


@pytest.fixture
def saved(full: str, tmp_path: Path) -> Path:
    save(full, tmp_path / "s.zip", "1.0", NOW)
    return tmp_path / "s.zip"


def test_what_is_restored_is_what_was_saved(full: str, saved: Path, tmp_path: Path) -> None:
    found = read(saved)
    assert (found.manifest.version, found.manifest.made_at) == ("1.0", NOW)
    assert found.manifest.rows == {"contacts": 500, "loaded_files": 2, "statistics": 2}
    other = f"sqlite:///{tmp_path / 'autre.sqlite'}"
    restore(open_engine(other), found)
    assert content(other) == content(full)
    # What was there becomes the former directory.
    restore(open_engine(other), found)
    assert preview_rollback(other).nothing


def test_conversations_are_never_saved(saved: Path) -> None:
    with zipfile.ZipFile(saved) as archive:
        assert set(archive.namelist()) == {MANIFEST, "contacts.jsonl", "loaded_files.jsonl", "statistics.jsonl"}
        assert not any(b"CONFIE" in archive.read(name) for name in archive.namelist())
    assert saved.stat().st_mode & 0o077 == 0


def rewritten(saved: Path, **members: bytes | None) -> Path:
    """The backup with members replaced or, when None, left out."""
    file = saved.with_name("autre.zip")
    with zipfile.ZipFile(saved) as archive, zipfile.ZipFile(file, "w") as other:
        kept = {name: archive.read(name) for name in archive.namelist()} | {
            name.replace("__", "."): body for name, body in members.items()
        }
        for name, body in kept.items():
            if body is not None:
                other.writestr(name, body)
    return file


def with_manifest(saved: Path, **said: object) -> Path:
    with zipfile.ZipFile(saved) as archive:
        manifest = json.loads(archive.read(MANIFEST))
    return rewritten(saved, manifest__json=json.dumps({**manifest, **said}).encode())


def refusal(file: Path) -> str:
    with pytest.raises(BackupError) as refused:
        read(file)
    return refused.value.reason


def test_a_damaged_or_foreign_file_is_refused(saved: Path) -> None:
    foreign = saved.with_name("foreign")
    foreign.write_text("autre chose")
    assert refusal(foreign) == "foreign"
    assert refusal(rewritten(saved, manifest__json=None)) == "foreign"
    assert refusal(rewritten(saved, manifest__json=b"[]")) == "foreign"
    assert refusal(with_manifest(saved, format="autre")) == "foreign"
    assert refusal(with_manifest(saved, format_version=99)) == "later"
    assert refusal(rewritten(saved, statistics__jsonl=b"")) == "damaged"
    assert refusal(rewritten(saved, contacts__jsonl=None)) == "damaged"
    assert refusal(rewritten(saved, conversations__jsonl=b"")) == "damaged"
    body = saved.read_bytes()
    foreign.write_bytes(body[: len(body) // 2])
    assert refusal(foreign) == "damaged"
    foreign.write_bytes(body[:5000] + b"\0\0\0\0" + body[5004:])
    assert refusal(foreign) == "damaged"


def test_a_table_or_a_column_of_another_version_is_refused(saved: Path) -> None:
    from bot.storage import backup as module

    for members in (
        {"conversations.jsonl": b"{}\n"},
        {"loaded_files.jsonl": b'{"file": "a", "inconnue": 1}\n'},
    ):
        with zipfile.ZipFile(saved) as archive:
            kept = {name: archive.read(name) for name in archive.namelist()} | members
        manifest = json.loads(kept.pop(MANIFEST))
        manifest["sha256"] = module._fingerprint(kept)
        named = {name.replace(".", "__"): body for name, body in members.items()}
        assert refusal(rewritten(saved, manifest__json=json.dumps(manifest).encode(), **named)) == "unknown"


def test_nothing_is_saved_of_a_database_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NothingToSaveError):
        save(f"sqlite:///{tmp_path / 'absente.sqlite'}", tmp_path / "s.zip", "1.0", NOW)
    assert list(tmp_path.iterdir()) == []


def test_the_commands(full: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, other = str(tmp_path / "s.zip"), f"sqlite:///{tmp_path / 'autre.sqlite'}"
    assert backup([file, "--database", full]) == 0
    assert "contacts : 500" in capsys.readouterr().out
    assert restore_backup([file, "--database", other]) == 0
    said = capsys.readouterr().out
    assert "+ 500 ajouté(s)" in said and "--apply" in said
    assert not (tmp_path / "autre.sqlite").exists()
    assert restore_backup([file, "--database", other, "--apply"]) == 0
    assert content(other) == content(full)
    capsys.readouterr()
    assert restore_backup([file, "--database", other]) == 0
    assert "Rien ne change" in capsys.readouterr().out
    (tmp_path / "faux.zip").write_text("faux")
    assert restore_backup([str(tmp_path / "faux.zip"), "--database", other, "--apply"]) == 1
    assert "n'est pas une sauvegarde" in capsys.readouterr().err
    assert restore_backup([str(tmp_path / "absent.zip"), "--database", other]) == 1
    assert "absent.zip" in capsys.readouterr().err


def test_counts_newer_than_the_backup_are_said_and_may_be_kept(
    full: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, file = f"sqlite:///{tmp_path / 'vigie.sqlite'}", str(tmp_path / "s.zip")
    save(full, tmp_path / "s.zip", "1.0", NOW)
    restore(open_engine(url), read(tmp_path / "s.zip"))
    assert restore_backup([file, "--database", url]) == 0
    assert "ATTENTION" not in capsys.readouterr().out
    # As many lines, and more counted.
    with open_engine(url).begin() as connection:
        connection.execute(statistics.update().where(statistics.c.traffic == "essai").values(count=8))
        connection.execute(statistics.update().where(statistics.c.traffic == "essai").values(day=date(2026, 11, 22)))
    before = content(url)
    assert restore_backup([file, "--database", url]) == 0
    said = capsys.readouterr().out
    assert (
        "20 en tout, dernier jour le 22/11/2026 ; dans la sauvegarde : 13 en tout, dernier jour le 21/11/2026" in said
    )
    assert "ATTENTION : --apply efface 8 de ces comptes" in said and "--contacts" in said
    assert restore_backup([file, "--database", url, "--contacts", "--apply"]) == 0
    said = capsys.readouterr().out
    assert "laissée telle quelle (--contacts)" in said and "ATTENTION" not in said
    assert content(url) == before
    assert restore_backup([file, "--database", url, "--apply"]) == 0
    assert content(url) == content(full)


def test_the_database_is_said_without_its_password(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = "postgresql+psycopg2://vigie:motdepasse@127.0.0.1:1/vigie?password=motdepasse"
    assert backup([str(tmp_path / "s.zip"), "--database", url]) == 1
    said = capsys.readouterr().err
    assert "vigie:***@127.0.0.1:1/vigie" in said and "motdepasse" not in said
    assert backup([str(tmp_path / "s.zip"), "--database", "pas une adresse"]) == 1
    assert "VIGIE_DATABASE_URL" in capsys.readouterr().err


@pytest.mark.server
def test_from_sqlite_to_postgresql_and_back(full: str, saved: Path, cluster: Cluster, tmp_path: Path) -> None:
    open_conversations(cluster.url, "secret").save("autre", "GARDEE", 9e9)
    restore(open_engine(cluster.url), read(saved))
    assert content(cluster.url) == content(full)
    assert read_counts(cluster.url) == read(saved).counts
    assert open_conversations(cluster.url, "secret").count() == 1
    back = tmp_path / "retour.zip"
    made = save(cluster.url, back, "1.0", NOW)
    assert made.fingerprint == read(saved).manifest.fingerprint
    other = f"sqlite:///{tmp_path / 'autre.sqlite'}"
    restore(open_engine(other), read(back))
    assert content(other) == content(full)
