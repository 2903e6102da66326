"""Three hundred messages with planted personal data, through every door and fault: no trace on disk or in logs."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import ROOT, Server

pytestmark = pytest.mark.server

SHORTEST = 5  # characters of a fragment that nothing else could hold by chance


def planted() -> list[tuple[str, list[str]]]:
    """(message, fragments) of both masking sets."""
    rows = []
    for file in ("donnees.tsv", "donnees_dev.tsv"):
        for line in (ROOT / "tests/nlu" / file).read_text(encoding="utf-8").splitlines():
            message, _, fragments = line.partition("\t")
            if fragments and not line.startswith("#"):
                rows.append((message, [one for one in fragments.split("|") if len(one) >= SHORTEST]))
    return rows


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    shutil.copy(ROOT / "vigie.sqlite", tmp_path / "vigie.sqlite")
    running = Server(
        tmp_path,
        VIGIE_DATABASE_URL=f"sqlite:///{tmp_path / 'vigie.sqlite'}",
        VIGIE_RATE_CONVERSATION="100000/10",
        VIGIE_RATE_ADDRESS="1000000/10",
    )
    yield running
    if running.process.poll() is None:
        running.stop(signal.SIGKILL)


def kept(server: Server) -> str:
    """Everything that the server has written, wherever."""
    files = [*server.folder.rglob("*"), *ROOT.glob("*.sqlite*"), *ROOT.glob("*.log"), *ROOT.glob("core*")]
    return "\n".join(file.read_bytes().decode("utf-8", "replace") for file in files if file.is_file())


def traces(server: Server, rows: list[tuple[str, list[str]]]) -> list[str]:
    written = kept(server)
    seen = [one for _, ones in rows for one in ones if one in written]
    return [one for one in seen if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", written)]


def test_nothing_planted_is_written_whatever_happens(server: Server) -> None:
    rows = planted()
    assert len(rows) >= 290
    # « Victoire » is also a street of the directory.
    known = set(traces(server, rows))
    rows = [(message, [one for one in ones if one not in known]) for message, ones in rows]
    for number, (message, _) in enumerate(rows):
        sender = f"essai-{number % 40}"
        body = json.dumps({"sender": sender, "message": message, "metadata": {"nom": message}})
        server.post(body, **({"stream": "true"} if number % 3 == 0 else {}))
        if number % 5 == 0:
            # The same words where they do not belong: refused, and not logged either.
            server.post(body[:-4])
            server.post(json.dumps({"sender": message, "message": "bonjour"}))
            server.http.get(f"{server.url}/{message}", params={"q": message})
    assert not traces(server, rows)
    with sqlite3.connect(server.folder / "conversations.sqlite", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        for message, _ in rows[:40]:
            assert "119" in server.say("verrou", message)
        other.execute("ROLLBACK")
    (server.folder / "vigie.sqlite").write_bytes(b"x" * 5000)
    for message, _ in rows[40:80]:
        assert "119" in server.say("annuaire", message + " la crip du 93")
    server.stop(signal.SIGKILL)
    assert not traces(server, rows)
    server.start()
    for message, _ in rows[80:120]:
        assert "119" in server.say("verrou", message)
    assert not traces(server, rows)


def test_after_erasing_nothing_of_the_conversation_is_left_anywhere(server: Server) -> None:
    file = server.folder / "conversations.sqlite"
    server.say("a", "/preparer_entretien/etape_4")
    server.say("a", "elle a deux téléphones et elle fugue, je suis dans le 93")
    with sqlite3.connect(file) as reader:
        assert reader.execute("SELECT count(*) FROM conversations").fetchone() == (1,)
    assert b"plusieurs_telephones" in b"".join(one.read_bytes() for one in server.folder.glob("conversations.sqlite*"))
    assert httpx.post(f"{server.url}/webhooks/rest/effacer", json={"sender": "a"}).status_code == 204
    with sqlite3.connect(file) as reader:
        assert reader.execute("SELECT count(*) FROM conversations").fetchone() == (0,)
    left = b"".join(one.read_bytes() for one in server.folder.glob("conversations.sqlite*"))
    assert b"plusieurs_telephones" not in left
    assert b"etape_4" not in left
