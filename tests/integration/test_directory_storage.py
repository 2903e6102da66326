"""The directory in a database: load everything or nothing, read back, export, command line."""

from __future__ import annotations

import csv
import subprocess
import sys
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
from bot.storage.directory_import import (
    NothingBeforeError,
    UnknownOriginError,
    import_directory,
    preview_import,
    preview_rollback,
    roll_back,
)
from bot.storage.engine import open_engine, upgrade
from bot.storage.repository import all_contacts, stats
from bot.storage.tables import metadata
from tests.postgresql import Cluster

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


def changed_copy(folder: Path, name: str = "ile-de-france.csv", separator: str = ",") -> Path:
    """A table with a number changed, the row of the CRIP 78 left out and a row added."""
    with (DIRECTORY / "ile-de-france.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[0]["phones"] = "01 42 76 26 18"
    added = {**rows[0], "name": "CRIP neuve", "phones": "01 00 00 00 00", "phones_doubtful": "0 800", "emails": ""}
    path = folder / name
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), delimiter=separator)
        writer.writeheader()
        writer.writerows([*(row for row in rows if not row["name"].startswith("CRIP 78")), added])
    return path


def test_importing_one_file_leaves_the_others_alone(engine: Engine, tmp_path: Path) -> None:
    import_directory(engine, SHEETS, VOCABULARY, NOW)
    sheets = load_sheets(DIRECTORY, [changed_copy(tmp_path, separator=";")])
    import_directory(engine, sheets, VOCABULARY, datetime(2026, 11, 22), keep_others=True)
    with Session(engine, future=True) as session:
        contacts, found = all_contacts(session), stats(session)
    assert {one.file: one.loaded_at.day for one in found.files} == {"ile-de-france.csv": 22, "france.csv": 21}
    delivered, _ = read_contacts(SHEETS, VOCABULARY, NOW.date())
    assert len(contacts) == 500 and contacts[68:] == delivered[68:]
    assert contacts[0].phones == ("01 42 76 26 18",) and contacts[67].name == "CRIP neuve"


def test_a_new_file_is_added_after_the_others(engine: Engine, tmp_path: Path) -> None:
    import_directory(engine, SHEETS[1:], VOCABULARY, NOW)
    import_directory(engine, SHEETS[:1], VOCABULARY, NOW, keep_others=True)
    with Session(engine, future=True) as session:
        delivered, _ = read_contacts((*SHEETS[1:], *SHEETS[:1]), VOCABULARY, NOW.date())
        assert all_contacts(session) == delivered


def test_going_back_and_forth(engine: Engine, tmp_path: Path) -> None:
    def number() -> tuple[str, ...]:
        with Session(engine, future=True) as session:
            return all_contacts(session)[0].phones

    upgrade(engine)
    with pytest.raises(NothingBeforeError):
        roll_back(engine, NOW)
    import_directory(engine, SHEETS, VOCABULARY, NOW)
    changed = load_sheets(DIRECTORY, [changed_copy(tmp_path)])
    import_directory(engine, changed, VOCABULARY, NOW, keep_others=True)
    # Each start loads the tables: the same again leaves the former directory where it is.
    import_directory(engine, changed, VOCABULARY, NOW, keep_others=True)
    assert number() == ("01 42 76 26 18",)
    before = loaded(engine)
    roll_back(engine, datetime(2026, 11, 23))
    assert number() == ("01 42 76 26 17",) and loaded(engine) != before
    roll_back(engine, datetime(2026, 11, 24))
    assert number() == ("01 42 76 26 18",)


def loaded(engine: Engine) -> list[datetime]:
    with Session(engine, future=True) as session:
        return [one.loaded_at for one in stats(session).files]


def test_a_directory_of_an_earlier_version_is_not_replaced_in_part(engine: Engine) -> None:
    import_directory(engine, SHEETS, VOCABULARY, NOW)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contacts SET file = ''")
    with pytest.raises(UnknownOriginError):
        import_directory(engine, SHEETS[:1], VOCABULARY, NOW, keep_others=True)
    import_directory(engine, SHEETS, VOCABULARY, NOW)
    assert import_directory(engine, SHEETS[:1], VOCABULARY, NOW, keep_others=True).loaded


def test_the_commands_import_and_rollback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--data", str(DATA), "--database", f"sqlite:///{tmp_path / 'vigie.sqlite'}"]
    changed = str(changed_copy(tmp_path))
    assert main(["rollback", *options]) == 1
    assert main(["import", *options, changed]) == 0
    assert "+ 68 ajouté(s)" in capsys.readouterr().out
    assert not (tmp_path / "vigie.sqlite").exists()
    assert main(["load", *options]) == 0
    capsys.readouterr()
    assert main(["import", *options, changed]) == 0
    seen = capsys.readouterr().out
    assert "téléphone : 01 42 76 26 17 → 01 42 76 26 18" in seen and "CRIP neuve : 0 800" in seen
    assert "+ 1 ajouté" in seen and "~ 1 modifié" in seen and "- 1 retiré" in seen and "498 contact(s)" in seen
    assert "--apply" in seen
    assert main(["import", *options, changed]) == 0
    assert capsys.readouterr().out == seen  # nothing was written
    assert main(["import", *options, changed, "--apply"]) == 0
    assert "copiez-y ile-de-france.csv" in capsys.readouterr().out
    assert main(["import", *options, changed]) == 0
    assert "Rien ne change" in capsys.readouterr().out
    assert main(["rollback", *options, "--apply"]) == 0
    assert "+ 1 ajouté" in capsys.readouterr().out
    assert main(["import", *options, changed]) == 0
    assert capsys.readouterr().out == seen


def test_an_import_with_refused_rows_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--data", str(DATA), "--database", f"sqlite:///{tmp_path / 'vigie.sqlite'}"]
    main(["load", *options])
    before = (tmp_path / "vigie.sqlite").read_bytes()
    capsys.readouterr()
    assert main(["import", *options, "--apply", str(broken_copy(tmp_path))]) == 1
    said = capsys.readouterr()
    assert "france.csv, ligne 11" in said.err and "2 refusée(s)" in said.out and "parmi les retirées" in said.out
    assert (tmp_path / "vigie.sqlite").read_bytes() == before


def test_loading_a_file_keeps_the_other_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--data", str(DATA), "--database", f"sqlite:///{tmp_path / 'vigie.sqlite'}"]
    main(["load", *options])
    assert main(["load", *options, str(changed_copy(tmp_path))]) == 0
    capsys.readouterr()
    main(["stats", *options])
    assert "500 contacts" in capsys.readouterr().out


def test_what_an_operator_may_get_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'vigie.sqlite'}"
    options = ["--data", str(DATA), "--database", url]
    main(["load", *options])
    assert url in capsys.readouterr().err
    renamed = changed_copy(tmp_path, "annuaire-neuf.csv")
    assert main(["import", *options, str(renamed)]) == 1
    said = capsys.readouterr().err
    assert url in said and "n'a pas de source" in said and "politique.yml" in said
    # With its own sources, it is added beside the file that it was copied from.
    with (DIRECTORY / "ile-de-france.csv").open(encoding="utf-8", newline="") as stream:
        rows = [{**row, "source": "annuaire neuf"} for row in csv.DictReader(stream)]
    rows[0]["name"] = "Un nom que personne n'a"
    with renamed.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert main(["import", *options, "--apply", str(renamed)]) == 0
    said = capsys.readouterr().out
    assert f"+ {len(rows)} ajouté(s)" in said and f"! {len(rows) - 1} contact(s) ajouté(s)" in said
    assert all(command in said for command in ("bot prepare", "make train", "make run", "sous ce même nom"))
    assert main(["import", *options, str(DIRECTORY / "france.csv")]) == 0
    assert "! " not in capsys.readouterr().out
    latin = tmp_path / "latin.csv"
    latin.write_bytes((DIRECTORY / "france.csv").read_text(encoding="utf-8").encode("latin-1", "replace"))
    assert main(["import", *options, str(DIRECTORY / "ile-de-france.csv"), str(latin)]) == 1
    assert f"{latin} est illisible" in capsys.readouterr().err


def test_migrations_build_the_declared_tables(engine: Engine) -> None:
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


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


@pytest.mark.server
def test_servers_that_load_at_once_on_an_empty_postgresql(tmp_path: Path) -> None:
    cluster = Cluster()
    try:
        command = [sys.executable, "-m", "bot", "directory", "load", "--database", cluster.url]
        loading = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(3)]
        said = [one.communicate(timeout=120)[0].decode() for one in loading]
        assert [one.returncode for one in loading] == [0, 0, 0], said
        engine = open_engine(cluster.url)
        with Session(engine, future=True) as session:
            assert stats(session).contacts == 500
        # Those who came second found it loaded: nothing was replaced.
        with pytest.raises(NothingBeforeError):
            roll_back(engine, NOW)
        changed = load_sheets(DIRECTORY, [changed_copy(tmp_path)])
        _, changes = preview_import(cluster.url, changed, VOCABULARY, NOW)
        assert (len(changes.added), len(changes.changed), len(changes.removed)) == (1, 1, 1)
        import_directory(engine, changed, VOCABULARY, NOW, keep_others=True)
        assert not preview_rollback(cluster.url).nothing
        roll_back(engine, NOW)
        engine.dispose()
    finally:
        cluster.remove()
