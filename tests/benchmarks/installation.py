"""A whole installation on loopback: servers, and the PostgreSQL, Redis and nginx that its shape asks for."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.systems import (
    START_LIMIT,
    BenchError,
    Tell,
    check_alive,
    clean_environ,
    running,
)
from tests.ports import free_port
from tests.postgresql import Cluster

ROOT = Path(__file__).resolve().parents[2]
FIRST_QUESTION = "que risque le client ?"

_SECRET = "benchmark" * 8
_LOAD_LIMIT = 600.0  # seconds to load a directory
_NGINX = """
worker_processes 1;
pid {folder}/nginx.pid;
daemon off;
error_log {folder}/nginx.log crit;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    {temporary}
    upstream vigie {{
        {servers}  # no keepalive, as in deploy/nginx.conf
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://vigie;
            proxy_http_version 1.1;
            proxy_set_header Host $host;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_buffering off;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Shape:
    """Where conversations and directory lie, and how many servers; nginx stands in front of more than one."""

    store: str  # sqlite, postgresql, postgresql+redis
    servers: int = 1

    @property
    def name(self) -> str:
        """As the report says it."""
        return f"{self.store} x{self.servers}"


@dataclass
class Installed:
    """A running installation: where to send, the processes of each part, seconds from launch to first reply."""

    port: int
    parts: dict[str, list[psutil.Process]] = field(default_factory=dict)
    start_s: list[float] = field(default_factory=list)
    directory_load_s: float = 0.0


@contextlib.contextmanager
def installation(
    shape: Shape, work: Path, tell: Tell, root: Path = ROOT, directory: str = "", **environ: str
) -> Iterator[Installed]:
    """`shape` running from the project at `root`, its directory loaded (or the database `directory` as it is)."""
    folder = work / shape.name.replace(" ", "-")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with contextlib.ExitStack() as stack:
        installed = Installed(port=0)
        settings = {
            "VIGIE_HOST": "127.0.0.1",
            "VIGIE_SECRET": _SECRET,
            # One address plays all the users.
            "VIGIE_RATE_CONVERSATION": "1000000/1",
            "VIGIE_RATE_ADDRESS": "1000000/1",
            **_stores(shape, folder, stack, installed),
            **environ,
        }
        if directory:
            settings["VIGIE_DATABASE_URL"] = directory
        else:
            installed.directory_load_s = load_directory(root, settings)
        ports = [free_port() for _ in range(shape.servers)]
        if shape.servers > 1:
            settings["VIGIE_PROXIES"] = "1"
            installed.port = _nginx(ports, folder, stack, installed)
        else:
            installed.port = ports[0]
        installed.parts["servers"] = []
        for number, port in enumerate(ports):
            start = time.monotonic()
            environment = clean_environ(**settings, VIGIE_PORT=str(port))
            log = folder / f"server-{number}.log"
            command = (sys.executable, "-m", "bot", "serve")
            process = stack.enter_context(running(command, root, environment, log))
            await_reply(process, port, log)
            installed.start_s.append(round(time.monotonic() - start, 2))
            installed.parts["servers"].append(psutil.Process(process.pid))
        tell(f"{shape.name}: up, started in {installed.start_s} s")
        yield installed


def load_directory(root: Path, settings: Mapping[str, str], *arguments: str) -> float:
    """Seconds that `python -m bot directory load` takes, imports included."""
    start = time.monotonic()
    command = [sys.executable, "-m", "bot", "directory", "load", *arguments]
    done = subprocess.run(
        command,
        cwd=root,
        env=clean_environ(**settings),
        capture_output=True,
        text=True,
        timeout=_LOAD_LIMIT,
        check=False,
    )
    if done.returncode != 0:
        raise BenchError(f"the directory could not be loaded\n{(done.stdout + done.stderr)[-2000:]}")
    return round(time.monotonic() - start, 2)


def _stores(shape: Shape, folder: Path, stack: contextlib.ExitStack, installed: Installed) -> dict[str, str]:
    if shape.store == "sqlite":
        return {
            "VIGIE_DATABASE_URL": f"sqlite:///{folder / 'directory.sqlite'}",
            "VIGIE_CONVERSATIONS_URL": f"sqlite:///{folder / 'conversations.sqlite'}",
        }
    cluster = stack.enter_context(_postgresql(installed))
    settings = {"VIGIE_DATABASE_URL": cluster.url, "VIGIE_CONVERSATIONS_URL": cluster.url}
    if shape.store == "postgresql+redis":
        settings["VIGIE_REDIS_URL"] = _redis(folder, stack, installed)
    return settings


@contextlib.contextmanager
def _postgresql(installed: Installed) -> Iterator[Cluster]:
    """PostgreSQL with its own defaults: every turn waits for the disk."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise BenchError("PostgreSQL is not installed: .ci/run installs it")
    folder = Path(tempfile.mkdtemp(prefix="vigie-pg-"))  # of its own: PostgreSQL does not run as root
    cluster = Cluster(found[-1].parent, folder)
    try:
        first_line = (folder / "data/postmaster.pid").read_text().splitlines()[0]
        installed.parts["postgresql"] = [psutil.Process(int(first_line))]
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _redis(folder: Path, stack: contextlib.ExitStack, installed: Installed) -> str:
    port = free_port()
    log = folder / "redis.log"
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder))
    process = stack.enter_context(running((_program("redis-server"), *options), folder, clean_environ(), log))
    _await_port(process, port, log)
    installed.parts["redis"] = [psutil.Process(process.pid)]
    return f"redis://127.0.0.1:{port}/0"


def _nginx(behind: list[int], folder: Path, stack: contextlib.ExitStack, installed: Installed) -> int:
    """nginx in turn before every server, each message to the next: conversations are mixed over all of them."""
    port = free_port()
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    configuration = folder / "nginx.conf"
    configuration.write_text(
        _NGINX.format(
            folder=folder,
            port=port,
            temporary=" ".join(f"{path}_temp_path {folder / path};" for path in paths),
            servers=" ".join(f"server 127.0.0.1:{one} max_fails=0;" for one in behind),
        )
    )
    command = (_program("nginx"), "-c", str(configuration), "-p", str(folder), "-e", str(folder / "nginx.log"))
    log = folder / "nginx.out"
    process = stack.enter_context(running(command, folder, clean_environ(), log))
    _await_port(process, port, log)
    installed.parts["nginx"] = [psutil.Process(process.pid)]
    return port


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise BenchError(f"{name} is not installed: .ci/run installs it")
    return found


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while True:
        check_alive(process, log, deadline)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def ask(port: int, message: str) -> list[dict[str, Any]]:
    """The answer to one message, in a conversation that the server names itself; raises OSError, BenchError."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_LIMIT)
    try:
        connection.request("POST", "/webhooks/rest/webhook", json.dumps({"message": message}))
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise BenchError(f"a server answers {answer.status}")
        return list(json.loads(content))
    finally:
        connection.close()


def await_reply(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait for the answer to a first question."""
    deadline = time.monotonic() + START_LIMIT
    while True:
        check_alive(process, log, deadline)
        try:
            if ask(port, FIRST_QUESTION):
                return
        except OSError:
            time.sleep(0.02)
