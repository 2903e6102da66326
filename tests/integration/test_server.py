"""The running assistant, started as `make run` starts it, over real HTTP."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.server

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT = 90  # seconds, on a loaded machine; the real figure is in docs/benchmarks


class Server:
    """A Vigie process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.start()

    def start(self) -> None:
        environ = {**os.environ, "VIGIE_PORT": str(self.port), "VIGIE_LOG_LEVEL": "INFO"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if httpx.get(f"{self.url}/webhooks/rest/", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the server did not start:\n" + self.log.read_text())

    def stop(self, how: int = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=20)

    def post(self, body: bytes | str, **params: str) -> httpx.Response:
        return httpx.post(f"{self.url}/webhooks/rest/webhook", content=body, params=params, timeout=30)

    def say(self, sender: str, text: str) -> str:
        answer = self.post(json.dumps({"sender": sender, "message": text}))
        assert answer.status_code == 200
        return "\n".join(message["text"] for message in answer.json())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server"))
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
    assert httpx.get(server.url + "/page.js").status_code == 200
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
    assert time.monotonic() - start < 5
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
    for file in ROOT.glob("*.sqlite*"):
        kept += file.read_bytes()
    for trace in ("Secr", "98 76 54", "zoe.secrete", "zanzibar"):
        assert trace.encode() not in kept


def test_killed_and_restarted_it_answers_again(server: Server) -> None:
    server.stop(signal.SIGKILL)
    server.start()
    assert "119" in server.say("revenu", "bonjour")


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
