"""Simulated users by locust, a process of its own, and what the processes of an installation use meanwhile."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.systems import BenchError, clean_environ, running, tail

ROOT = Path(__file__).resolve().parents[2]
LOCUST = ROOT / ".venv-tools/bin/locust"
SEED = 119
BUTTONS = 0.4  # share of the messages that press a button of the last answer
TURNS = (10, 12)  # of a conversation

_ARRIVAL = 30.0  # seconds before the first answer comes, at most
_STOP_LIMIT = 90.0
_WAITED = 15  # seconds that locust gives to the turns under way at the end

Parts = Mapping[str, Sequence[psutil.Process]]


@dataclass(frozen=True)
class Crowd:
    """How many users, how long they read between two messages (mean, 0: not at all), and for how long."""

    users: int
    think_s: float
    seconds: float  # measured, after the warm-up
    warmup_s: float = 10.0


@dataclass(frozen=True)
class Sample:
    """What each part used at one moment: CPU seconds since its start, resident megabytes."""

    at: float  # epoch
    cpu_s: dict[str, float]
    rss_mb: dict[str, float]


@dataclass(frozen=True)
class Observed:
    """The measured part of a run: turns (end, ms, fault), samples, and the CPU seconds of the client in all."""

    start: float  # epoch
    end: float
    turns: list[tuple[float, float, str]]
    samples: list[Sample]
    client_cores: float


def observe(crowd: Crowd, port: int, typed: Sequence[str], parts: Parts, work: Path, every: float = 1.0) -> Observed:
    """Let the crowd talk; raises BenchError when locust is missing or fails."""
    if not LOCUST.is_file():
        raise BenchError("locust is missing: .ci/tools makes its environment")
    output, job, log = work / "seen.json", work / "job.json", work / "locust.log"
    output.unlink(missing_ok=True)
    length = crowd.warmup_s + crowd.seconds
    described = {
        "seconds": length,
        "think_s": crowd.think_s,
        "turns": TURNS,
        "buttons": BUTTONS,
        "seed": SEED,
        "output": str(output),
    }
    job.write_text(json.dumps({**described, "typed": list(typed)}, ensure_ascii=False), encoding="utf-8")
    command = [str(LOCUST), "-f", str(Path(__file__).with_name("users.py")), "--headless", "--only-summary"]
    command += ["--host", f"http://127.0.0.1:{port}", "-u", str(crowd.users), "-r", str(crowd.users)]
    command += ["-t", f"{length + _ARRIVAL:.0f}s", "--stop-timeout", str(_WAITED), "--loglevel", "ERROR"]
    samples = []
    began = time.time()
    with running(command, work, clean_environ(VIGIE_BENCH_JOB=str(job)), log) as locust:
        while locust.poll() is None:
            samples.append(_sample(parts))
            if time.time() > began + length + _STOP_LIMIT:
                raise BenchError(f"locust did not stop\n{tail(log)}")
            _wait(locust, every)
    if not output.is_file():
        raise BenchError(f"locust failed\n{tail(log)}")
    found = json.loads(output.read_text(encoding="utf-8"))
    turns = [(at, ms, wrong) for at, ms, wrong in found["seen"]]
    if len(turns) < 2:
        raise BenchError(f"locust saw nothing\n{tail(log)}")
    # The last answers come when the end has already been called.
    start = turns[0][0] + crowd.warmup_s
    end = min(turns[-1][0], start + crowd.seconds)
    return Observed(start, end, turns, samples, found["cpu_s"] / (time.time() - began))


def summarise(seen: Observed) -> dict[str, Any]:
    """Rate, percentiles (ms), faults, cores used by each part, CPU milliseconds per turn, memory at the end."""
    turns = [turn for turn in seen.turns if seen.start <= turn[0] <= seen.end]
    if len(turns) < 2:
        raise BenchError("no turn to measure")
    seconds = seen.end - seen.start
    first, last = _around(seen.samples, seen.start), _around(seen.samples, seen.end)
    cores = {name: (last.cpu_s[name] - first.cpu_s[name]) / (last.at - first.at) for name in last.cpu_s}
    rate = len(turns) / seconds
    return {
        "seconds": round(seconds, 1),
        "turns": len(turns),
        "per_second": round(rate, 1),
        **percentiles([ms for _, ms, _ in turns]),
        "errors": dict(Counter(wrong for _, _, wrong in turns if wrong)),
        "cores": {name: round(value, 3) for name, value in cores.items()} | {"client": round(seen.client_cores, 3)},
        "server_cpu_ms_per_turn": round(1000 * cores["servers"] / rate, 2),
        "rss_mb": {name: round(value) for name, value in last.rss_mb.items()},
    }


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the worst."""
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return {f"p{percent}_ms": round(cuts[percent - 1], 1) for percent in (50, 95, 99)} | {
        "max_ms": round(max(milliseconds), 1)
    }


def _sample(parts: Parts) -> Sample:
    cpu: dict[str, float] = {}
    memory: dict[str, float] = {}
    for name, processes in parts.items():
        family = [one for process in processes for one in (process, *process.children(recursive=True))]
        cpu[name] = memory[name] = 0.0
        for one in family:
            try:
                times = one.cpu_times()
                cpu[name] += times.user + times.system
                memory[name] += one.memory_info().rss / 1e6
            except psutil.NoSuchProcess:
                continue
    return Sample(time.time(), cpu, memory)


def _around(samples: Sequence[Sample], at: float) -> Sample:
    return min(samples, key=lambda sample: abs(sample.at - at))


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return


def machine_load() -> float:
    """Load average of the last minute: what else the machine was doing."""
    return round(os.getloadavg()[0], 2)
