"""The two systems under test as processes: train, start until the first reply, memory, stop."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

Tell = Callable[[str], None]

START_LIMIT = 180.0  # seconds
_STOP_LIMIT = 20.0
_TOLD_EVERY = 20.0
_PASSED_ON = ("VIGIE_", "RASA_", "SANIC_", "TF_")  # variables of the caller that would change what is measured
_EPOCHS = re.compile(r"Epochs:\s+(\d+%)")
_COMPONENT = re.compile(r"Starting to train component '(\w+)'")


class BenchError(RuntimeError):
    """The benchmark cannot go on; the message says why."""


@dataclass(frozen=True)
class System:
    """How to train and serve one of the two; `actions` is a second process that stock Rasa needs."""

    name: str
    folder: Path
    environ: Mapping[str, str]
    port: int
    model: Path
    train: tuple[str, ...]
    training_limit: float  # seconds
    serve: tuple[str, ...]
    logs: Path
    actions: tuple[str, ...] = ()
    actions_port: int = 0


def stop_cleanly() -> None:
    """Let a SIGTERM stop the servers of the benchmark too, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def clean_environ(**more: str) -> dict[str, str]:
    """The caller's environment without what would set up one of the systems, telemetry off, and `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_PASSED_ON)}
    return {**kept, "RASA_TELEMETRY_ENABLED": "false", **more}


def train(system: System, tell: Tell) -> float:
    """Seconds that a full training takes, imports included; raises BenchError when it fails or is too long."""
    log = system.logs / f"{system.name}-train.log"
    start = told = time.monotonic()
    with running(system.train, system.folder, system.environ, log) as process:
        while process.poll() is None:
            time.sleep(0.2)
            now = time.monotonic()
            if now - start > system.training_limit:
                raise BenchError(f"{system.name}: the training took more than {system.training_limit:.0f} s")
            if now - told > _TOLD_EVERY:
                told = now
                tell(f"{system.name}: training for {now - start:.0f} s {_progress(log)}")
    if process.returncode != 0 or not system.model.is_file():
        raise BenchError(f"{system.name}: the training failed\n{tail(log)}")
    return time.monotonic() - start


@contextlib.contextmanager
def action_server(system: System) -> Iterator[psutil.Process | None]:
    """The system's action server while the block lasts; None when it needs none."""
    if not system.actions:
        yield None
        return
    log = system.logs / f"{system.name}-actions.log"
    with running(system.actions, system.folder, system.environ, log) as process:
        deadline = time.monotonic() + START_LIMIT
        while not _listening(system.actions_port):
            check_alive(process, log, deadline)
            time.sleep(0.1)
        yield psutil.Process(process.pid)


@contextlib.contextmanager
def server(system: System, message: str) -> Iterator[tuple[psutil.Process, float]]:
    """The running system and the seconds from its launch to its first reply, to `message`."""
    log = system.logs / f"{system.name}-serve.log"
    start = time.monotonic()
    with running(system.serve, system.folder, system.environ, log) as process:
        while not _replies(system.port, message):
            check_alive(process, log, start + START_LIMIT)
            time.sleep(0.02)
        yield psutil.Process(process.pid), time.monotonic() - start


def resident_memory(process: psutil.Process) -> float:
    """Resident megabytes (10^6 bytes) of a process and its children."""
    family = [process, *process.children(recursive=True)]
    return float(sum(member.memory_info().rss for member in family)) / 1e6


@contextlib.contextmanager
def running(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """The process of `command` while the block lasts, its output in `log`; terminated at the end, killed if need be."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=dict(environ), stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=_STOP_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=_STOP_LIMIT)


def check_alive(process: subprocess.Popen[bytes], log: Path, deadline: float) -> None:
    """Raise BenchError when a server that is awaited has stopped, or is late."""
    if process.poll() is not None:
        raise BenchError(f"a server stopped at start\n{tail(log)}")
    if time.monotonic() > deadline:
        raise BenchError(f"a server was not ready after {START_LIMIT:.0f} s\n{tail(log)}")


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _replies(port: int, message: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_LIMIT)
    try:
        connection.request("POST", "/webhooks/rest/webhook", json.dumps({"sender": "first", "message": message}))
        answer = connection.getresponse()
        return answer.status == 200 and bool(json.loads(answer.read()))
    except OSError:
        return False
    finally:
        connection.close()


def _progress(log: Path) -> str:
    written = log.read_text(errors="replace")
    component, epochs = _COMPONENT.findall(written), _EPOCHS.findall(written)
    return " ".join([*component[-1:], *epochs[-1:]])


def tail(log: Path) -> str:
    """The end of a log, for the message of an error."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
