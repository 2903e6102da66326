"""The directory in a database: load everything or nothing, read back, export, command line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.content.directory import load_policy, load_sheets, load_vocabulary
from bot.directory_cli import main
from bot.logic.contact_rows import read_contacts
from bot.logic.contacter_departement import select
from bot.storage.directory import Directory, DirectoryUnavailableError
from bot.storage.directory_import import import_directory
from bot.storage.engine import open_engine, upgrade
from bot.storage.repository import all_contacts, stats
from bot.storage.tables import metadata

DATA = Path(__file__).resolve().parents[2] / "data"
DIRECTORY = DATA / "directory"
NOW = datetime(2026, 11, 21, 12)
SHEETS = load_sheets(DIRECTORY)
VOCABULARY = load_vocabulary(DIRECTORY)


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = open_engine("sqlite://")
    yield engine
    engine.dispose()


def broken_copy(folder: Path) -> Path:
    path = folder / "france.csv"
    text = (DIRECTORY / "france.csv").read_text(encoding="utf-8")
    path.write_text(
        text.replace("0 805 40 06 06", "0 805 40").replace("crip@finistere.fr", "crip.finistere.fr"), "utf-8"
    )
    return path


def test_what_is_read_is_what_was_delivered(engine: Engine) -> None:
    report = import_directory(engine, SHEETS, VOCABULARY, NOW)
    assert (report.loaded, report.contacts, report.errors, report.warnings) == (True, 500, 0, 2)
    delivered, _ = read_contacts(SHEETS, VOCABULARY, NOW.date())
    with Session(engine, future=True) as session:
        assert all_contacts(session) == delivered


def test_a_department_and_the_country(engine: Engine) -> None:
    import_directory(engine, SHEETS, VOCABULARY, NOW)
    policy = load_policy(DIRECTORY)
    read = Directory(engine).reader(policy.territories)
    assert {one.department_code for one in read("93")} == {"93", "IDF", "FR"}
    assert {one.department_code for one in read("")} == {"FR"} and len(read("")) == 20
    selection = select(read("93"), "93", "crip", policy, date(2026, 11, 21))
    assert selection.shown[0].phones == ("01 43 93 10 35",)


def test_a_database_that_goes_away_leaves_the_contacts_in_memory(engine: Engine) -> None:
    import_directory(engine, SHEETS, VOCABULARY, NOW)
    now = [0.0]
    directory = Directory(engine, clock=lambda: now[0])
    read = directory.reader({})
    before = read("93")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE contacts")
    now[0] = 3600.0
    assert read("93") == before
    with pytest.raises(DirectoryUnavailableError):
        Directory(engine).reader({})("93")


def test_loading_twice_replaces(engine: Engine) -> None:
    import_directory(engine, SHEETS, VOCABULARY, NOW)
    import_directory(engine, SHEETS[:1], VOCABULARY, NOW)
    with Session(engine, future=True) as session:
        found = stats(session)
    assert (found.contacts, found.verified, found.loaded_at) == (68, 0, NOW)
    assert [one.file for one in found.files] == ["ile-de-france.csv"]
    assert found.by_kind["crip"] == 8


def test_a_fault_leaves_the_database_as_it_was(engine: Engine, tmp_path: Path) -> None:
    import_directory(engine, SHEETS, VOCABULARY, NOW)
    report = import_directory(engine, load_sheets(DIRECTORY, [broken_copy(tmp_path)]), VOCABULARY, NOW)
    assert not report.loaded
    assert [one.key for one in report.problems if one.severity == "error"] == ["telephone", "courriel"]
    with Session(engine, future=True) as session:
        assert stats(session).contacts == 500


def test_migrations_build_the_declared_tables(engine: Engine) -> None:
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert {"contacts", "conversations", "loaded_files", "alembic_version"} == set(
            inspect(connection).get_table_names()
        )


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--data", str(DATA), "--database", f"sqlite:///{tmp_path / 'vigie.sqlite'}"]
    assert main(["stats", *options]) == 1
    assert "python -m bot directory load" in capsys.readouterr().err
    assert main(["load", *options]) == 0
    assert "500 contacts" in capsys.readouterr().out
    assert main(["stats", *options]) == 0
    exported = tmp_path / "export.csv"
    assert main(["export", *options, "--output", str(exported)]) == 0
    with exported.open(encoding="utf-8", newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 500
    assert main(["check", *options, str(exported)]) == 0
    capsys.readouterr()
    assert main(["load", *options, str(broken_copy(tmp_path))]) == 1
    errors = capsys.readouterr().err
    assert "france.csv, ligne 11" in errors and "Rien n'a été chargé" in errors
    assert main(["check", *options, str(tmp_path / "absent.csv")]) == 1
    assert "illisible" in capsys.readouterr().err


def test_database_down_is_said_without_the_password(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'no' / 'folder' / 'secret.sqlite'}"
    assert main(["stats", "--data", str(DATA), "--database", url]) == 1
    error = capsys.readouterr().err
    assert "VIGIE_DATABASE_URL" in error and "secret" not in error
