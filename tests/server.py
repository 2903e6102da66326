"""A Vigie process of its own, started as `make run` starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT = 90  # seconds, on a loaded machine; the real figure is in docs/benchmarks


class Server:
    """One server, its log and its databases in `folder`; `environ` adds to its environment."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.log = folder / "server.log"
        self.environ = {"VIGIE_CONVERSATIONS_URL": f"sqlite:///{folder / 'conversations.sqlite'}", **environ}
        # A connection for each request, as many users would open; no certificate to read for a loopback address.
        self.http = httpx.Client(timeout=30, verify=False, limits=httpx.Limits(max_keepalive_connections=0))
        self.start()

    def start(self) -> None:
        environ = {**os.environ, "VIGIE_PORT": str(self.port), "VIGIE_LOG_LEVEL": "INFO", **self.environ}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.http.get(f"{self.url}/ready", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the server did not start:\n" + self.log.read_text())

    def stop(self, how: int = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=20)

    def post(self, body: bytes | str, **params: str) -> httpx.Response:
        return self.http.post(f"{self.url}/webhooks/rest/webhook", content=body, params=params)

    def say(self, sender: str, text: str) -> str:
        answer = self.post(json.dumps({"sender": sender, "message": text}))
        assert answer.status_code == 200
        return "\n".join(message["text"] for message in answer.json())
