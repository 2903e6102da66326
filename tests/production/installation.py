"""What a national platform runs, on this machine: PostgreSQL, Redis, nginx and two servers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.ports import free_port
from tests.postgresql import Cluster
from tests.proxy import start_nginx
from tests.redis_server import Redis
from tests.server import ROOT, Server


class Installation:
    """Everything started; `urls` are the servers, `url` is nginx in front of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.models = folder / "models"
        self._stops = ExitStack()
        with ExitStack() as starting:  # what was started is stopped when the rest cannot be
            self._start(starting)
            self._stops = starting.pop_all()

    def _start(self, stops: ExitStack) -> None:
        shutil.copytree(ROOT / "models", self.models)
        self.postgresql = Cluster()
        stops.callback(self.postgresql.remove)
        # In memory alone, as locks need.
        self.redis = Redis(self.folder, "--save", "")
        stops.callback(self.redis.stop)
        self.environ = {
            "VIGIE_REDIS_URL": self.redis.url,
            "VIGIE_CONVERSATIONS_URL": self.postgresql.url,
            "VIGIE_DATABASE_URL": self.postgresql.url,
            "VIGIE_MODELS_DIR": str(self.models),
            "VIGIE_SECRET": "production" * 8,
            "VIGIE_PROXIES": "1",
            "VIGIE_RATE_ADDRESS": "9000000/1",  # every user of the test has the same address
            "VIGIE_LOG_LEVEL": "WARNING",
        }
        self.run("directory", "load")
        self.servers: list[Server] = []
        for name in ("un", "deux"):
            (self.folder / name).mkdir()
            self.servers.append(Server(self.folder / name, **self.environ))
            stops.callback(self._kill, self.servers[-1])
        self.urls = [server.url for server in self.servers]
        port = free_port()
        self.url = f"https://127.0.0.1:{port}"
        self.nginx = start_nginx(self.folder, port, *(server.port for server in self.servers))
        stops.callback(self.nginx.wait, timeout=20)
        stops.callback(self.nginx.terminate)

    def stop(self) -> None:
        """Stop everything, the last started first."""
        self._stops.close()

    @staticmethod
    def _kill(server: Server) -> None:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)

    def run(self, *command: str) -> None:
        """`python -m bot` with a command of the operators."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *command],
            cwd=ROOT,
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def ready(self, number: int) -> dict[str, str]:
        """What /ready says of a server."""
        return dict(self.servers[number].http.get(f"{self.urls[number]}/ready").json())

    def wait_for(self, number: int, **said: str) -> float:
        """Seconds until /ready of a server says this."""
        start = time.monotonic()
        while time.monotonic() < start + 60:
            if said.items() <= self.ready(number).items():
                return time.monotonic() - start
            time.sleep(0.1)
        raise AssertionError(f"{said} expected, {self.ready(number)} seen")
