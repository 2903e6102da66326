"""The measures, each on every system in turn so that a noisy machine disturbs all alike."""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.load import Job, Measured
from tests.benchmarks.stock import ANSWER
from tests.benchmarks.systems import BenchError, System, Tell, action_server, resident_memory, server
from tests.benchmarks.workload import Workload

_CLIENT_LIMIT = 900.0  # seconds
_PARSE_LIMIT = 600.0

Results = dict[str, dict[str, Any]]  # by system, then by measure


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    starts: int = 3
    memory_turns: int = 200
    warmup: int = 30
    turns: int = 300
    clients: int = 16
    messages: int = 1500
    rounds: int = 3  # of the concurrent measure; the median is kept
    conversation: int = 10  # turns before a user starts another conversation
    parses: int = 300


QUICK = Plan(starts=1, memory_turns=20, warmup=3, turns=15, clients=16, messages=96, rounds=1, parses=15)


def measure_parse(systems: Sequence[System], plan: Plan, root: Path, workload: Workload, tell: Tell) -> Results:
    """Understanding alone, without dialogue nor HTTP."""
    sentences = [*workload.rule, *workload.action][: plan.parses]
    found: Results = {}
    for system in systems:
        tell(f"{system.name}: understanding {len(sentences)} sentences")
        command = [sys.executable, "-m", "tests.benchmarks.parse", system.name, str(system.model)]
        output = run_job(command, root, dict(system.environ), sentences, _PARSE_LIMIT)
        found[system.name] = {"parse": summarise(Measured(latencies=json.loads(output.splitlines()[-1])["ms"]))}
    return found


def measure_starts(systems: Sequence[System], plan: Plan, workload: Workload, tell: Tell) -> Results:
    """Seconds from launch to first reply; the action server of stock Rasa is already up."""
    seconds: dict[str, list[float]] = {system.name: [] for system in systems}
    for _ in range(plan.starts):
        for system in systems:
            with action_server(system), server(system, workload.rule[0]) as (_process, elapsed):
                seconds[system.name].append(round(elapsed, 2))
            tell(f"{system.name}: first reply after {elapsed:.1f} s")
    return {
        name: {"start": {"runs_s": runs, "median_s": round(statistics.median(runs), 2)}}
        for name, runs in seconds.items()
    }


def measure_running(systems: Sequence[System], plan: Plan, root: Path, workload: Workload, tell: Tell) -> Results:
    """Memory, one turn at a time, then many users at once, all systems up together and idle but one."""
    found: Results = {system.name: {"load_rounds": []} for system in systems}
    with contextlib.ExitStack() as running:
        processes: dict[str, list[psutil.Process]] = {}
        for system in systems:
            actions = running.enter_context(action_server(system))
            process, _ = running.enter_context(server(system, workload.rule[0]))
            processes[system.name] = [process, *([actions] if actions else [])]

        def client(system: System, phase: str, messages: list[str], clients: int, count: int, warmup: int) -> Measured:
            tell(f"{system.name}: {phase}, {count} messages")
            job = Job(system.port, clients, warmup, count, plan.conversation, phase, ANSWER, messages)
            output = run_job([sys.executable, "-m", "tests.benchmarks.load"], root, None, asdict(job), _CLIENT_LIMIT)
            return Measured(**json.loads(output))

        for system in systems:
            client(system, "memory", workload.mix, 1, plan.memory_turns, 0)
            parts = [round(resident_memory(process)) for process in processes[system.name]]
            found[system.name]["memory"] = {"processes_mb": parts, "total_mb": sum(parts)}
        for case, messages in (("rule", workload.rule), ("action", workload.action)):
            for system in systems:
                seen = client(system, case, messages, 1, plan.turns, plan.warmup)
                found[system.name][case] = summarise(seen)
        for number in range(plan.rounds):
            for system in systems:
                seen = client(system, f"load{number}", workload.mix, plan.clients, plan.messages, plan.warmup)
                found[system.name]["load_rounds"].append(summarise(seen))
    for measured in found.values():
        rounds = sorted(measured["load_rounds"], key=lambda one: one["per_second"])
        measured["load"] = rounds[len(rounds) // 2]
    return found


def summarise(seen: Measured) -> dict[str, Any]:
    """Percentiles (ms), counts and rates of one measure; raises BenchError when there were only errors."""
    if len(seen.latencies) < 2:
        raise BenchError(f"no answer to measure: {seen.errors} errors")
    cuts = statistics.quantiles(seen.latencies, n=20, method="inclusive")
    summary: dict[str, Any] = {f"p{percent}_ms": round(cuts[percent // 5 - 1], 2) for percent in (5, 25, 50, 75, 95)}
    summary |= {"n": len(seen.latencies), "errors": seen.errors, "empty": seen.empty, "stock_action": seen.marked}
    if seen.seconds:
        summary["per_second"] = round(len(seen.latencies) / seen.seconds, 1)
        summary["client_cpu_share"] = round(seen.client_cpu_seconds / seen.seconds, 3)
    return summary


def run_job(command: list[str], folder: Path, environ: dict[str, str] | None, job: object, limit: float) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environ,
            input=json.dumps(job),
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BenchError(f"{command[2]}: more than {limit:.0f} s") from None
    if done.returncode != 0:
        raise BenchError(f"{command[2]} failed\n{done.stderr[-2000:]}")
    return done.stdout
