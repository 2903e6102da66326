"""Metrics, statistics and JSON logs of a running server: what they hold, and no planted word."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import Server

pytestmark = pytest.mark.server

PLANTED = "zanzibar"
ID = "identifiant-de-kigali"
MESSAGES = [
    f"bonjour je suis {PLANTED}",
    f"elle s'appelle Zoé {PLANTED}, que risque le client ?",
    f"contact crip dans le 93 pour {PLANTED}",
    f"il la retient de force en ce moment rue {PLANTED}",
    f"{PLANTED} {PLANTED}",
    f"/preparer_entretien/etape_4{PLANTED}",
    "/preparer_entretien/etape_4",
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(
        tmp_path,
        VIGIE_DATABASE_URL=f"sqlite:///{tmp_path / 'vigie.sqlite'}",
        VIGIE_LOG_FORMAT="json",
        VIGIE_RATE_CONVERSATION="100000/10",
    )
    yield running
    if running.process.poll() is None:
        running.stop(signal.SIGKILL)


def counts(server: Server) -> dict[tuple[str, str, str], int]:
    with sqlite3.connect(server.folder / "vigie.sqlite") as reader:
        rows = reader.execute("SELECT traffic, measure, value, count FROM statistics").fetchall()
    return {(traffic, measure, value): count for traffic, measure, value, count in rows}


def test_a_conversation_leaves_counts_and_nothing_else(server: Server) -> None:
    for message in MESSAGES:
        server.say(ID, message)
    server.post(json.dumps({"sender": f"{ID}-2", "message": "que risque le client ?"}), stream="true")
    rating = {"sender": ID, "answer": "loi/client_peines", "useful": False, "reason": "pas_clair"}
    for body in (rating, {**rating, "answer": PLANTED}, {**rating, "reason": PLANTED}, {**rating, "texte": PLANTED}):
        server.http.post(f"{server.url}/webhooks/rest/avis", json=body)
    server.http.post(f"{server.url}/webhooks/rest/clic", json={"sender": ID, "what": "119", "nom": PLANTED})
    for traffic in ("formation", PLANTED):
        body = json.dumps({"sender": f"{ID}-{traffic}", "message": "que risque le client ?"})
        address = f"{server.url}/webhooks/rest/webhook"
        assert server.http.post(address, content=body, headers={"X-Vigie-Traffic": traffic}).status_code == 200
        # Sanic logs the address of a request whose body nobody reads.
        server.http.request("OPTIONS", f"{server.url}/{PLANTED}?q={PLANTED}", content=PLANTED)
    exposed = server.http.get(f"{server.url}/metrics").text
    server.stop()

    found = counts(server)
    # The traffic that nobody knows is real use.
    assert found["reel", "tours", ""] == len(MESSAGES) + 2
    assert found["reel", "conversations", ""] == 3
    assert found["formation", "tours", ""] == found["formation", "conversations", ""] == 1
    assert found["reel", "avis", "pas_clair"] == found["reel", "avis_reponse", "loi/client_peines"] == 2
    assert found["reel", "clic", "119"] == 1
    assert found["reel", "etape", "preparer_entretien/etape_4"] == 1
    assert found["reel", "numero", "17"] >= 1
    topics = sum(count for (traffic, measure, _), count in found.items() if (traffic, measure) == ("reel", "sujet"))
    assert topics == found["reel", "tours", ""]

    turns = re.findall(r'^vigie_turns_total\{channel="rest",outcome="(\w+)"\} (\S+)', exposed, re.MULTILINE)
    assert sum(float(count) for _, count in turns) == len(MESSAGES) + 3
    assert "danger" in dict(turns)
    assert re.search(r'^vigie_model_info\{fingerprint="[0-9a-f]{12}",trained="[\d-]{10}"\} 1.0', exposed, re.MULTILINE)
    assert "vigie_conversations 4.0" in exposed

    log = server.log.read_text(encoding="utf-8")
    for line in log.splitlines():
        assert {"event", "level", "logger", "timestamp"} <= set(json.loads(line))
    database = (server.folder / "vigie.sqlite").read_bytes().decode("utf-8", "replace")
    for kept in (log, exposed, str(found), database):
        for trace in (PLANTED, "kigali", "Zoé"):
            assert trace not in kept


def test_a_database_that_is_locked_when_the_server_stops_keeps_nobody_waiting(server: Server) -> None:
    server.say(ID, "que risque le client ?")
    with sqlite3.connect(server.folder / "vigie.sqlite", isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "119" in server.say(ID, "que risque le client ?")
        server.stop()  # within its own limit
        other.execute("ROLLBACK")
    assert "OperationalError" in server.log.read_text(encoding="utf-8")
