"""Each fault of docs/securite.md on a running server: the user is answered, nothing said is lost, it recovers."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import ROOT, Server

pytestmark = pytest.mark.server

AT_STEP_4 = "Étape 4 "


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    shutil.copy(ROOT / "vigie.sqlite", tmp_path / "vigie.sqlite")
    running = Server(tmp_path, VIGIE_DATABASE_URL=f"sqlite:///{tmp_path / 'vigie.sqlite'}")
    yield running
    running.stop(signal.SIGKILL)


def parts(server: Server) -> dict[str, str]:
    return dict(httpx.get(f"{server.url}/ready", timeout=10).json())


def test_killed_in_mid_conversation_it_goes_on_where_it_was(server: Server) -> None:
    server.say("a", "/preparer_entretien/etape_4")
    server.say("a", "je suis dans le 93")
    server.stop(signal.SIGKILL)
    server.start()
    assert AT_STEP_4 in server.say("a", "reprendre")
    assert "93" in server.say("a", "la crip")


def test_the_conversations_file_locked_by_another(server: Server) -> None:
    server.say("a", "/preparer_entretien/etape_4")
    with sqlite3.connect(server.folder / "conversations.sqlite", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "119" in server.say("a", "que risque le client ?")
        assert AT_STEP_4 in server.say("a", "reprendre")
        other.execute("ROLLBACK")
    assert "119" in server.say("a", "suivant")


@pytest.mark.parametrize("how", ["removed", "damaged"])
def test_the_conversations_file_gone(server: Server, how: str) -> None:
    server.say("a", "/preparer_entretien/etape_4")
    for file in server.folder.glob("conversations.sqlite*"):
        if how == "removed":
            file.unlink()
        else:
            file.write_bytes(b"x" * 10_000)
    assert "119" in server.say("a", "que risque le client ?")
    assert "119" in server.say("b", "bonjour")


@pytest.mark.parametrize("how", ["removed", "damaged", "locked"])
def test_the_directory_gone(server: Server, how: str) -> None:
    file = server.folder / "vigie.sqlite"
    if how == "removed":
        file.unlink()
    elif how == "damaged":
        file.write_bytes(b"x" * 10_000)
    else:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
    server.say("a", "je suis dans le 93")
    answer = server.say("a", "la crip")
    assert "119" in answer
    if how == "locked":
        other.execute("ROLLBACK")
        other.close()
        assert "119" in server.say("a", "la crip")


def test_two_servers_on_one_file_share_each_conversation(server: Server) -> None:
    second = Server(server.folder, **server.environ)
    try:
        server.say("a", "/preparer_entretien/etape_4")
        assert AT_STEP_4 in second.say("a", "reprendre")
        second.say("a", "suivant")
        assert "Étape 5 " in server.say("a", "reprendre")
        assert httpx.post(f"{second.url}/webhooks/rest/effacer", json={"sender": "a"}).status_code == 204
        assert "Étape 5 " not in server.say("a", "reprendre")
    finally:
        second.stop(signal.SIGKILL)


def start_with(tmp_path: Path, **environ: str) -> tuple[int, str]:
    """Exit code and words of a start that should be refused."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env={**os.environ, "VIGIE_PORT": "5999", **environ},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("how", ["missing", "damaged", "cut"])
def test_a_model_that_cannot_be_loaded_is_refused(tmp_path: Path, how: str) -> None:
    model = (ROOT / "models" / "vigie.tar.gz").read_bytes()
    if how != "missing":
        (tmp_path / "vigie.tar.gz").write_bytes(b"x" * 1000 if how == "damaged" else model[: len(model) // 2])
    code, said = start_with(tmp_path, VIGIE_MODELS_DIR=str(tmp_path))
    assert code == 1
    assert "make train" in said


def test_an_open_installation_without_a_secret_is_refused(tmp_path: Path) -> None:
    code, said = start_with(tmp_path, VIGIE_HOST="0.0.0.0")
    assert code == 1
    assert "VIGIE_SECRET" in said
