"""The running assistant, started as `make run` starts it, over real HTTP."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import Server

pytestmark = pytest.mark.server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    fast = {"VIGIE_RATE_CONVERSATION": "100000/10", "VIGIE_RATE_ADDRESS": "1000000/10"}
    running = Server(tmp_path_factory.mktemp("server"), **fast)
    yield running
    running.stop()


def test_it_listens_on_loopback_only(server: Server) -> None:
    with socket.socket() as probe:
        probe.settimeout(1)
        own = socket.gethostbyname(socket.gethostname())
        if own.startswith("127."):
            own = next((line.split()[0] for line in os.popen("hostname -I") if line.strip()), own)
        if not own.startswith("127."):
            assert probe.connect_ex((own, server.port)) != 0


def test_the_page_is_served_and_names_no_version(server: Server) -> None:
    page = httpx.get(server.url + "/")
    assert page.status_code == 200
    assert "Vigie" in page.text
    assert "Rasa" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert httpx.get(server.url + "/vigie-chat.js").status_code == 200
    assert httpx.get(server.url + "/page.css").status_code == 200


@pytest.mark.parametrize("path", ["/model", "/conversations/x/tracker", "/domain", "/version", "/status"])
def test_rasas_http_api_is_closed(server: Server, path: str) -> None:
    assert httpx.get(server.url + path).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "",
        "[]",
        '"x"',
        "null",
        '{"message": 3}',
        '{"message": {"a": 1}}',
        '{"sender": 3, "message": "x"}',
        '{"sender": "../../etc", "message": "x"}',
        '{"sender": "' + "a" * 300 + '", "message": "x"}',
    ],
)
def test_a_malformed_request_is_a_400_that_says_why(server: Server, body: str) -> None:
    for params in ({}, {"stream": "true"}):
        answer = server.post(body, **params)
        assert answer.status_code == 400
        assert "Traceback" not in answer.text
        assert answer.json()["error"]


def test_a_huge_body_is_refused_at_once(server: Server) -> None:
    start = time.monotonic()
    # The server may close the connection before everything is sent.
    with contextlib.suppress(httpx.TransportError):
        assert server.post(b"x" * 20_000_000).status_code == 413
    assert time.monotonic() - start < 2  # the figure is in docs/securite.md
    assert "119" in server.say("apres-le-gros", "bonjour")


def test_a_missing_sender_is_never_shared(server: Server) -> None:
    first, second = (server.post('{"message": "bonjour"}').json()[0]["recipient_id"] for _ in range(2))
    assert first != second


def test_streaming_gives_the_same_turn_line_by_line(server: Server) -> None:
    server.say("flux", "/preparer_entretien/etape_4")
    body = json.dumps({"sender": "flux", "message": "que risque le client ?"})
    streamed = [json.loads(line) for line in server.post(body, stream="true").text.splitlines()]
    assert len(streamed) >= 2
    assert "119" in streamed[-1]["text"]


def test_sixteen_users_at_once_are_never_mixed(server: Server) -> None:
    def walk(number: int) -> bool:
        sender = f"foule-{number}"
        step = number % 8 + 1
        server.say(sender, f"/preparer_entretien/etape_{step}")
        server.say(sender, "que risque le client ?")
        return f"Étape {step} " in server.say(sender, "reprendre")

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert all(pool.map(walk, range(64)))


def test_nothing_that_names_somebody_reaches_the_disk_or_the_log(server: Server) -> None:
    for sender in ("secret-1", "secret-2"):
        server.say(sender, "elle s'appelle Zoé Secrète, 06 98 76 54 32, zoe.secrete@exemple.fr, elle fugue")
    server.say("secret-3", "phrase-temoin-zanzibar elle a fugué hier soir")
    kept = server.log.read_bytes()
    for file in (*ROOT.glob("*.sqlite*"), *server.folder.glob("*.sqlite*")):
        kept += file.read_bytes()
    for trace in ("Secr", "98 76 54", "zoe.secrete", "zanzibar"):
        assert trace.encode() not in kept


def test_without_a_model_it_refuses_to_start_and_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "serve"],
        cwd=ROOT,
        env={**os.environ, "VIGIE_MODELS_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "make train" in done.stderr
