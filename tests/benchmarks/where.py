"""Vigie beside a bare Sanic in one run, and where the rest of a turn goes."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks.crowd import percentiles
from tests.benchmarks.installation import FIRST_QUESTION, ROOT, Shape, ask, await_reply, installation, load_directory
from tests.benchmarks.load import Job, Measured
from tests.benchmarks.measures import run_job
from tests.benchmarks.systems import BenchError, Tell, clean_environ, running
from tests.benchmarks.workload import Workload
from tests.ports import free_port

CLIENTS = 16
_LIMIT = 600.0  # seconds
_FUNCTIONS = 25  # shown

# Function of ours -> what it is for; the rest of bot/ is told by its room.
_ROOMS = (
    ("bot/nlu/", "Vigie: understanding"),
    ("bot/logic/", "Vigie: decisions, masking, words"),
    ("bot/channels/", "Vigie: channel and walls"),
    ("bot/engine/live_tracker.py", "Vigie: copy and snapshot of a conversation"),
    ("bot/engine/", "Vigie: what replaces parts of Rasa"),
    ("bot/storage/", "Vigie: storage"),
    ("bot/content/", "Vigie: content"),
    ("actions/", "Vigie: actions"),
    ("bot/", "Vigie: the rest"),
)


def measure_echo(work: Path, workload: Workload, turns: int, tell: Tell) -> dict[str, Any]:
    """One user, then sixteen, on the echo then on Vigie."""
    found: dict[str, Any] = {}
    with installation(Shape("sqlite"), work, tell) as vigie, _echo(vigie.port, work) as echo:
        for name, port in (("echo", echo), ("vigie", vigie.port)):
            tell(f"{name}: one user, then {CLIENTS}")
            alone, together = _sent(port, 1, turns, workload), _sent(port, CLIENTS, 5 * turns, workload)
            found[name] = {
                "alone": percentiles(alone.latencies),
                "together": percentiles(together.latencies)
                | {"per_second": round(len(together.latencies) / together.seconds, 1)},
            }
    alone = {name: one["alone"]["p50_ms"] for name, one in found.items()}
    rate = {name: one["together"]["per_second"] for name, one in found.items()}
    found["latency_ratio"] = round(alone["vigie"] / alone["echo"], 1)
    found["rate_ratio"] = round(rate["echo"] / rate["vigie"], 1)
    return found


def measure_profile(work: Path, workload: Workload, turns: int, tell: Tell) -> dict[str, Any]:
    """Shares of the CPU of a turn, by whose work it is and by function."""
    port, output, log = free_port(), work / "samples.json", work / "sampled.log"
    output.unlink(missing_ok=True)
    environ = clean_environ(
        VIGIE_PORT=str(port),
        VIGIE_DATABASE_URL=f"sqlite:///{work / 'sampled-directory.sqlite'}",
        VIGIE_CONVERSATIONS_URL=f"sqlite:///{work / 'sampled.sqlite'}",
        VIGIE_RATE_CONVERSATION="1000000/1",
        VIGIE_RATE_ADDRESS="1000000/1",
    )
    load_directory(ROOT, environ)
    tell("profile: a sampled server")
    with running((sys.executable, "-m", "tests.benchmarks.sampled", str(output)), ROOT, environ, log) as process:
        await_reply(process, port, log)
        _sent(port, 1, 50, workload)
        began = time.time()
        _sent(port, CLIENTS, turns, workload)
        ended = time.time()
    samples = [(owner, function) for at, owner, function in json.loads(output.read_text()) if began <= at <= ended]
    if not samples:
        raise BenchError("profile: no sample")
    whose = Counter(_room(function) if owner == "Vigie" else owner for owner, function in samples)
    functions = Counter(function for _, function in samples if function)
    total = len(samples)
    return {
        "turns": turns,
        "samples": total,
        "shares": {name: round(count / total, 4) for name, count in whose.most_common()},
        "functions": {name: round(count / total, 4) for name, count in functions.most_common(_FUNCTIONS)},
    }


@contextmanager
def _echo(vigie: int, work: Path) -> Iterator[int]:
    """The echo, repeating a real turn of the Vigie that listens on port `vigie`."""
    turn = ask(vigie, FIRST_QUESTION)
    port, log = free_port(), work / "echo.log"
    (work / "turn.json").write_text(json.dumps(turn, ensure_ascii=False), encoding="utf-8")
    command = (sys.executable, "-m", "tests.benchmarks.echo", str(port), str(work / "turn.json"))
    with running(command, ROOT, clean_environ(), log) as process:
        await_reply(process, port, log)
        yield port


def _room(function: str) -> str:
    return next((name for where, name in _ROOMS if function.startswith(where)), "Vigie: the rest")


def _sent(port: int, clients: int, count: int, workload: Workload) -> Measured:
    job = Job(port, clients, 30, count, 10, f"echo{clients}", "", workload.mix)
    output = run_job([sys.executable, "-m", "tests.benchmarks.load"], ROOT, None, asdict(job), _LIMIT)
    seen = Measured(**json.loads(output))
    if seen.errors:
        raise BenchError(f"echo: {seen.errors} errors")
    return seen
