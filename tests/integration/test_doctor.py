"""The doctor finds what is planted, one fault at a time and several at once, and nothing on a healthy installation."""

from __future__ import annotations

import io
import json
import os
import resource
import shutil
import sqlite3
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot.content.directory import load_sheets, load_vocabulary
from bot.content.location import DATA, load_yaml
from bot.doctor import machine
from bot.doctor.command import TEXTS, as_json, as_text, main
from bot.doctor.examine import CHECKS, examine, read_installation
from bot.doctor.findings import Finding, Installation
from bot.storage.directory_import import import_directory
from bot.storage.engine import open_engine, upgrade
from bot.training import fingerprint, roll_back
from tests.ports import free_port
from tests.postgresql import Cluster
from tests.redis_server import Redis

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 21)
SECRET = "3f9c2a7d51e8b06443f9c2a7d51e8b06"
LINKED = ("actions", "bot", "data", "config.yml", "domain.yml", "endpoints.yml", "credentials.yml", "pyproject.toml")
COPIED = (".python-version", "requirements.lock", ".env.example")


@dataclass
class Patient:
    """An installation of its own in `root`, healthy until something is planted; `environ` is its environment."""

    root: Path
    environ: dict[str, str]
    closing: list[Callable[[], None]] = field(default_factory=list)

    @property
    def conversations(self) -> Path:
        return self.root / "conversations.sqlite"

    def own(self, name: str) -> Path:
        """A file or folder of the project that may be changed here only."""
        path = self.root / name
        if path.is_symlink():
            path.unlink()
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, path, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
            else:
                shutil.copy(ROOT / name, path)
        return path

    def examine(self) -> list[Finding]:
        installation, findings = read_installation(self.environ, TODAY)
        settings = replace(installation.settings, root=self.root, data_dir=(self.root / "data").resolve())
        return [*findings, *examine(replace(installation, settings=settings))]

    def troubles(self) -> set[str]:
        return {one.key for one in self.examine() if one.level != "fine"}

    def mark_model(self) -> None:
        (self.root / "models/vigie.sha256").write_text(fingerprint(self.root))

    def answer(self, status: int, body: bytes, kind: str = "application/json") -> int:
        """A web server that answers the same to everything; its port."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.closing.append(server.shutdown)
        return int(server.server_port)


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a loaded directory and an empty table of conversations."""
    folder = tmp_path_factory.mktemp("databases")
    load_directory(f"sqlite:///{folder / 'vigie.sqlite'}")
    engine = open_engine(f"sqlite:///{folder / 'conversations.sqlite'}", journal=True)
    upgrade(engine)
    engine.dispose()
    (folder / "conversations.sqlite").chmod(0o600)
    return folder


def load_directory(url: str) -> None:
    folder = DATA / "directory"
    engine = open_engine(url)
    import_directory(engine, load_sheets(folder), load_vocabulary(folder), datetime(2026, 11, 21))
    engine.dispose()


@pytest.fixture
def patient(tmp_path: Path, databases: Path) -> Iterator[Patient]:
    root = tmp_path
    for name in ("vigie.sqlite", "conversations.sqlite"):
        shutil.copy(databases / name, root / name)
    for name in LINKED:
        (root / name).symlink_to(ROOT / name)
    for name in COPIED:
        shutil.copy(ROOT / name, root / name)
    (root / ".env").touch(mode=0o600)
    (root / "models").mkdir()
    with tarfile.open(root / "models/vigie.tar.gz", "w:gz") as archive:
        for name, content in (("metadata.json", b"{}"), ("components", os.urandom(200_000))):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    environ = {
        "VIGIE_PORT": str(free_port()),
        "VIGIE_MODELS_DIR": str(root / "models"),
        "VIGIE_DATABASE_URL": f"sqlite:///{root / 'vigie.sqlite'}",
        "VIGIE_CONVERSATIONS_URL": f"sqlite:///{root / 'conversations.sqlite'}",
        "VIGIE_SECRET": SECRET,
    }
    healthy = Patient(root, environ)
    healthy.mark_model()
    yield healthy
    for close in healthy.closing:
        close()


def test_nothing_is_found_on_a_healthy_installation(patient: Patient) -> None:
    before = {file: file.stat().st_mtime_ns for file in patient.root.iterdir()}
    findings = patient.examine()
    assert [one for one in findings if one.level != "fine"] == []
    assert {one.key for one in findings} >= {"modele", "annuaire", "conversations", "port_libre", "secrets"}
    # Looking leaves no trace: no journal of SQLite, no table, no file.
    assert {file: file.stat().st_mtime_ns for file in patient.root.iterdir()} == before


Plant = Callable[[Patient], object]


def edit(name: str, old: str, new: str) -> Plant:
    def plant(patient: Patient) -> None:
        path = patient.own(name)
        content = path.read_text(encoding="utf-8")
        assert old in content
        path.write_text(content.replace(old, new, 1), encoding="utf-8")

    return plant


def setting(**environ: str) -> Plant:
    return lambda patient: patient.environ.update(environ)


def cut_model(patient: Patient) -> None:
    model = patient.root / "models/vigie.tar.gz"
    model.write_bytes(model.read_bytes()[:100_000])


def returned_model(patient: Patient) -> None:
    """As `model rollback` leaves it: the model of the data at hand is the former one."""
    models = patient.root / "models"
    shutil.copy(models / "vigie.tar.gz", models / "vigie-precedent.tar.gz")
    (models / "vigie-precedent.sha256").write_text("0" * 64)
    roll_back(models)


def returned_unmarked_model(patient: Patient) -> None:
    returned_model(patient)
    (patient.root / "models/vigie.sha256").unlink()


def older_former_model(patient: Patient) -> None:
    returned_model(patient)
    (patient.root / "models/vigie-precedent.sha256").write_text("1" * 64)


def older_tables(patient: Patient) -> None:
    (patient.root / "vigie.sqlite").unlink()
    upgrade(open_engine(patient.environ["VIGIE_DATABASE_URL"]), "0002")


def empty_tables(patient: Patient) -> None:
    (patient.root / "vigie.sqlite").unlink()
    upgrade(open_engine(patient.environ["VIGIE_DATABASE_URL"]))


def later_tables(patient: Patient) -> None:
    with closing(sqlite3.connect(patient.conversations)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def expired_contact(patient: Patient) -> None:
    with closing(sqlite3.connect(patient.root / "vigie.sqlite")) as connection, connection:
        connection.execute("UPDATE contacts SET verified_on = '2025-01-01' WHERE id = 1")


def file_from_elsewhere(patient: Patient) -> None:
    with closing(sqlite3.connect(patient.root / "vigie.sqlite")) as connection, connection:
        connection.execute("INSERT INTO loaded_files VALUES ('ailleurs.csv', 'x', 1, '2026-11-21 12:00:00')")


def no_widget(patient: Patient) -> None:
    built = patient.own("bot") / "web/built"
    (built / "vigie-chat.js").unlink()
    patient.mark_model()


def late_review(patient: Patient) -> None:
    edit("data/responses/loi.yml", 'review_by: "2027-05-21"', 'review_by: "2026-10-01"')(patient)
    patient.mark_model()


def own_data(plant: Plant) -> Plant:
    def with_data(patient: Patient) -> None:
        patient.own("data")
        plant(patient)

    return with_data


def taken_port(patient: Patient) -> None:
    patient.environ["VIGIE_PORT"] = str(patient.answer(200, b"<h1>Autre chose</h1>", "text/html"))


def running(**said: str) -> Plant:
    """A Vigie that says so of itself."""
    parts = {"model": "ok", "conversations": "ok", "directory": "ok", **said}
    return lambda patient: patient.environ.update(VIGIE_PORT=str(patient.answer(200, json.dumps(parts).encode())))


def refusing_site(patient: Patient) -> None:
    port = patient.answer(403, b'{"error": "a proxy is in front: say how many in VIGIE_PROXIES"}')
    patient.environ |= {"VIGIE_ORIGINS": "https://www.exemple.fr", "VIGIE_URL": f"http://127.0.0.1:{port}/"}


# What is planted -> what must be found, no more and no less.
PLANTED: dict[str, tuple[Plant, set[str]]] = {
    "python": (lambda patient: (patient.root / ".python-version").write_text("3.9\n"), {"python_autre"}),
    "absent package": (
        edit("pyproject.toml", "dependencies = [\n", 'dependencies = [\n    "paquet-absent>=1",\n'),
        {"bibliotheques_absentes"},
    ),
    "other package": (edit("requirements.lock", "sanic==", "sanic==99."), {"bibliotheques_autres", "modele_ancien"}),
    "setting": (setting(VIGIE_IDLE_MINUTES="une heure"), {"variable_invalide"}),
    "debug": (setting(VIGIE_LOG_LEVEL="debug"), {"journal_bavard"}),
    "mute log": (setting(VIGIE_LOG_LEVEL="ERROR"), {"journal_muet"}),
    "slip": (setting(VIGIE_DATABSE_URL="sqlite://"), {"variable_inconnue"}),
    "mix": (edit("endpoints.yml", "bot.engine.tracker_store.ConversationStore", "SQL"), {"demarrage_refuse"}),
    "Redis without PostgreSQL": (
        setting(VIGIE_REDIS_URL="redis://127.0.0.1:1/0"),
        {"demarrage_refuse", "redis_injoignable"},
    ),
    "Redis address": (setting(VIGIE_REDIS_URL="127.0.0.1:6379"), {"variable_invalide"}),
    "actions": (setting(VIGIE_ACTIONS_URL="http://127.0.0.1:1/webhook"), {"actions_injoignables"}),
    "foreign channel": (edit("credentials.yml", "bot.channels.rest.VigieRest", "rest"), {"demarrage_refuse"}),
    "no secret": (
        setting(VIGIE_SECRET="", VIGIE_PROXIES="1", VIGIE_URL="https://localhost:1/"),
        {"secret_absent", "adresse_muette"},
    ),
    "short secret": (setting(VIGIE_API_TOKEN="court"), {"secret_court"}),
    "simple secret": (setting(VIGIE_SECRET="a" * 40), {"secret_simple"}),
    "one secret twice": (setting(VIGIE_API_TOKEN=SECRET), {"secret_double"}),
    "open .env": (lambda patient: (patient.root / ".env").chmod(0o644), {"env_lisible"}),
    "no address": (setting(VIGIE_HOST="0.0.0.0"), {"adresse_absente"}),
    "proxies not told": (
        setting(VIGIE_ORIGINS="https://www.exemple.fr", VIGIE_URL="https://localhost:1/"),
        {"mandataire_non_dit", "adresse_muette"},
    ),
    "proxy refused, clear address": (refusing_site, {"adresse_en_clair", "mandataire_refuse"}),
    "no model": (lambda patient: (patient.root / "models/vigie.tar.gz").unlink(), {"modele_absent"}),
    "damaged model": (cut_model, {"modele_abime"}),
    "old model": (own_data(edit("data/nlu/loi.yml", "- intent", "# changé\n- intent")), {"modele_ancien"}),
    "returned model": (returned_model, {"modele_retabli"}),
    "returned model without a mark": (returned_unmarked_model, {"modele_retabli"}),
    "old model and an older one": (older_former_model, {"modele_ancien"}),
    "unmarked model": (lambda patient: (patient.root / "models/vigie.sha256").unlink(), {"modele_sans_empreinte"}),
    "no widget": (no_widget, {"page_non_construite"}),
    "late review": (own_data(late_review), {"reponses_a_relire"}),
    "no directory": (lambda patient: (patient.root / "vigie.sqlite").unlink(), {"annuaire_non_cree"}),
    "older tables": (older_tables, {"base_a_migrer"}),
    "empty directory": (empty_tables, {"annuaire_vide"}),
    "directory older than the tables": (
        own_data(edit("data/directory/ile-de-france.csv", "01 42 76 26 17", "01 42 76 26 18")),
        {"annuaire_ancien"},
    ),
    "a file that the next start takes away": (file_from_elsewhere, {"annuaire_ancien"}),
    "expired contact": (expired_contact, {"contacts_a_verifier"}),
    "no database": (lambda patient: (patient.root / "vigie.sqlite").write_text("x" * 4096), {"base_damaged"}),
    "database address": (setting(VIGIE_DATABASE_URL="annuaire"), {"base_address"}),
    "PostgreSQL down": (
        setting(VIGIE_DATABASE_URL="postgresql+psycopg2://v:motdepasse@127.0.0.1:1/v"),
        {"base_unreachable"},
    ),
    "conversations' folder": (setting(VIGIE_CONVERSATIONS_URL="sqlite:////nulle/part/c.sqlite"), {"dossier_absent"}),
    "open conversations": (lambda patient: patient.conversations.chmod(0o644), {"conversations_lisibles"}),
    "later tables": (later_tables, {"base_plus_recente"}),
    "port": (taken_port, {"port_pris"}),
    "part": (running(directory="down"), {"vigie_incomplete"}),
    "reload": (running(reload="failed"), {"vigie_incomplete"}),
    "another model": (running(version="0123456789ab"), {"modele_non_repris"}),
}


@pytest.mark.parametrize("name", PLANTED)
def test_each_planted_fault_is_found_alone(patient: Patient, name: str) -> None:
    plant, expected = PLANTED[name]
    plant(patient)
    assert patient.troubles() == expected


def test_ten_faults_planted_together_are_all_found(patient: Patient) -> None:
    together = (
        "python",
        "setting",
        "short secret",
        "open .env",
        "no address",
        "mix",
        "damaged model",
        "no directory",
        "open conversations",
        "slip",
        "late review",
        "port",
    )
    expected: set[str] = set()
    for name in together:
        PLANTED[name][0](patient)
        expected |= PLANTED[name][1]
    assert len(expected) >= 10
    assert patient.troubles() == expected


def test_a_folder_closed_to_the_account(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    may = os.access  # nothing is closed to root, which the tests may run as
    monkeypatch.setattr(os, "access", lambda path, mode: path != patient.root and may(path, mode))
    assert patient.troubles() == {"dossier_ferme"}


@pytest.mark.parametrize(("free", "level"), [(50_000_000, "fault"), (700_000_000, "warning")])
def test_a_disk_nearly_full(patient: Patient, monkeypatch: pytest.MonkeyPatch, free: int, level: str) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**11, 10**11 - free, free))
    assert [(one.key, one.level) for one in patient.examine() if one.level != "fine"] == [("disque_plein", level)]


@pytest.mark.parametrize(("allowed", "level"), [(100, "fault"), (512, "warning")])
def test_few_descriptors(patient: Patient, monkeypatch: pytest.MonkeyPatch, allowed: int, level: str) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (allowed, 4096))
    assert [(one.key, one.level) for one in patient.examine() if one.level != "fine"] == [("descripteurs_peu", level)]


def test_a_check_that_breaks_is_a_fault_and_stops_no_other(patient: Patient) -> None:
    def broken(_: Installation) -> Iterator[Finding]:
        raise RuntimeError("motdepasse")
        yield

    installation, _ = read_installation(patient.environ, TODAY)
    findings = list(examine(installation, (broken, *CHECKS[:1])))
    assert [one.key for one in findings] == ["controle_casse", "python"]
    assert "motdepasse" not in as_text(findings, load_yaml(DATA / TEXTS))


def test_an_installation_without_its_files_does_not_break_the_doctor(patient: Patient) -> None:
    for name in ("data", "pyproject.toml", "requirements.lock", ".python-version", "endpoints.yml"):
        (patient.root / name).unlink()
    found = patient.troubles()
    assert {"controle_casse", "demarrage_refuse", "modele_ancien"} <= found


def test_what_is_said_of_a_fault(patient: Patient) -> None:
    texts = load_yaml(DATA / TEXTS)
    patient.environ["VIGIE_DATABASE_URL"] = "postgresql+psycopg2://v:motdepasse@127.0.0.1:1/v"
    findings = patient.examine()
    said = as_text(findings, texts)
    assert "La base de l'annuaire ne répond pas" in said and "motdepasse" not in said
    read = json.loads(as_json(findings, texts))
    assert (read["faults"], read["warnings"]) == (1, 0)
    (one,) = (one for one in read["findings"] if one["level"] == "fault")
    assert all(one[part] and "{" not in one[part] for part in ("what", "users", "remedy"))


def test_every_text_has_its_three_parts() -> None:
    texts = load_yaml(DATA / TEXTS)
    for key, text in texts["constats"].items():
        assert set(text) == {"constat", "effet", "remede"} and all(text.values()), key


def test_the_command_ends_with_1_for_a_fault_and_0_for_a_warning(
    patient: Patient, capsys: pytest.CaptureFixture[str]
) -> None:
    def ends(**environ: str) -> tuple[int, set[str]]:
        code = main(["--json"], {**patient.environ, **environ})
        levels = {one["key"]: one["level"] for one in json.loads(capsys.readouterr().out)["findings"]}
        return code, {key for key, level in levels.items() if level == "fault"}

    code, faults = ends(VIGIE_LOG_LEVEL="ERROR")
    assert code == (1 if faults else 0)
    code, more = ends(VIGIE_LOG_LEVEL="DEBUG")
    assert code == 1 and more - faults == {"journal_bavard"}


# With servers.


REDIS: tuple[tuple[tuple[str, ...], str, set[str]], ...] = (
    (("--save", ""), "", set()),
    (("--save", "", "--requirepass", "bon"), "bon", set()),
    (("--save", "", "--requirepass", "bon"), "mauvais", {"redis_mot_de_passe"}),
    (("--save", "", "--requirepass", "bon"), "", {"redis_mot_de_passe"}),
    (("--save", "60 1"), "", {"redis_sur_disque"}),
    (("--save", "", "--appendonly", "yes"), "", {"redis_sur_disque"}),
)


@pytest.mark.server
def test_redis(patient: Patient, cluster: Cluster) -> None:
    load_directory(cluster.url)
    patient.environ["VIGIE_DATABASE_URL"] = patient.environ["VIGIE_CONVERSATIONS_URL"] = cluster.url
    for options, password, expected in REDIS:
        server = Redis(patient.root, *options)
        address = f"{f':{password}@' if password else ''}127.0.0.1:{server.port}"
        try:
            patient.environ["VIGIE_REDIS_URL"] = f"redis://{address}/0"
            assert patient.troubles() == expected, (options, password)
        finally:
            server.stop()
    assert patient.troubles() == {"redis_injoignable"}


@pytest.mark.server
def test_postgresql(patient: Patient, cluster: Cluster) -> None:
    def base(name: str, *options: str) -> str:
        cluster.run("createdb", "-h", "127.0.0.1", "-p", str(cluster.port), "-U", "vigie", *options, name)
        return cluster.url.rpartition("/")[0] + f"/{name}"

    patient.environ["VIGIE_DATABASE_URL"] = patient.environ["VIGIE_CONVERSATIONS_URL"] = cluster.url
    assert patient.troubles() == {"annuaire_non_cree"}
    load_directory(cluster.url)
    assert patient.troubles() == set()
    patient.environ["VIGIE_DATABASE_URL"] = cluster.url + "_absente"
    assert patient.troubles() == {"base_no_database"}
    latin = base("latin", "-E", "LATIN1", "-T", "template0", "-l", "C")
    upgrade(open_engine(latin))
    patient.environ |= {"VIGIE_DATABASE_URL": cluster.url, "VIGIE_CONVERSATIONS_URL": latin}
    assert patient.troubles() == {"base_encodage"}
    patient.environ["VIGIE_CONVERSATIONS_URL"] = base("ancienne")
    upgrade(open_engine(patient.environ["VIGIE_CONVERSATIONS_URL"]), "0002")
    assert patient.troubles() == {"base_a_migrer"}


@pytest.mark.server
def test_a_refused_password_and_another_clock(
    patient: Patient, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_directory(cluster.url)
    patient.environ["VIGIE_DATABASE_URL"] = patient.environ["VIGIE_CONVERSATIONS_URL"] = cluster.url
    real = time.time
    monkeypatch.setattr("bot.storage.inspection.time.time", lambda: real() - 90)
    assert patient.troubles() == {"base_horloge"}
    monkeypatch.undo()
    rules = cluster.folder / "data/pg_hba.conf"
    rules.write_text("host all all 127.0.0.1/32 scram-sha-256\nlocal all all trust\n")
    cluster.stop()
    cluster.start()
    patient.environ["VIGIE_DATABASE_URL"] = cluster.url.replace("vigie@", "vigie:mauvais@")
    patient.environ["VIGIE_CONVERSATIONS_URL"] = "memoire"
    assert patient.troubles() == {"base_password"}
