"""The directory on a real PostgreSQL, reached by URL, and what users see when it goes away."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.content.directory import load_sheets, load_vocabulary
from bot.content.location import DATA
from bot.storage.conversations import open_conversations
from bot.storage.directory import Directory, DirectoryUnavailableError
from bot.storage.directory_import import import_directory
from bot.storage.engine import open_engine
from bot.storage.repository import all_contacts

pytestmark = pytest.mark.server

NOW = datetime(2026, 11, 21, 12)


class Cluster:
    """A throw-away PostgreSQL on loopback, run by the user `postgres` when the tests run as root."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            os.chown(folder, pwd.getpwnam(self.user).pw_uid, pwd.getpwnam(self.user).pw_gid)
        self.run("initdb", "-D", str(folder / "data"), "-U", "vigie", "--auth=trust", "-E", "UTF8")
        self.start()
        self.run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "vigie", "vigie")
        self.url = f"postgresql+psycopg2://vigie@127.0.0.1:{self.port}/vigie"

    def run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, user=self.user, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, timeout=60)

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories={self.folder}"
        data, log = str(self.folder / "data"), str(self.folder / "log")
        self.run("pg_ctl", "-D", data, "-w", "-o", options, "-l", log, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "stop")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    assert found, "PostgreSQL is not installed: .ci/run installs it"
    folder = Path(tempfile.mkdtemp(prefix="vigie-pg-"))
    running = Cluster(found[-1].parent, folder)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_the_directory_by_url_and_when_it_goes_away(cluster: Cluster) -> None:
    engine: Engine = open_engine(cluster.url)
    report = import_directory(engine, load_sheets(DATA / "directory"), load_vocabulary(DATA / "directory"), NOW)
    assert (report.loaded, report.contacts) == (True, 500)
    with Session(engine, future=True) as session:
        assert len(all_contacts(session)) == 500
    now = [0.0]
    directory = Directory(engine, clock=lambda: now[0])
    before = directory.reader({})("93")
    cluster.stop()
    now[0] = 3600.0
    assert directory.reader({})("93") == before
    with pytest.raises(DirectoryUnavailableError):
        Directory(open_engine(cluster.url)).reader({})("93")
    cluster.start()
    now[0] = 7200.0
    assert directory.reader({})("93") == before


def test_conversations_by_url_and_when_it_goes_away(cluster: Cluster) -> None:
    kept = open_conversations(cluster.url, "secret")
    kept.save("a", "un", 100.0)
    kept.save("a", "deux", 100.0)
    kept.save("b", "trois", 50.0)
    assert kept.load("a", 10.0) == ("deux", 100.0)
    assert kept.load("b", 60.0) is None
    assert open_conversations(cluster.url, "autre secret").load("a", 10.0) is None
    assert kept.purge(60.0) == 1
    cluster.stop()
    with pytest.raises(SQLAlchemyError):
        kept.load("a", 10.0)
    cluster.start()
    assert kept.load("a", 10.0) == ("deux", 100.0)
    kept.delete("a")
    assert kept.count() == 0
