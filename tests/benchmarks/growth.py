"""What a turn costs as its conversation grows: many conversations, one after the other, by one user."""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import asdict
from typing import Any

from tests.benchmarks.installation import ROOT, Installed
from tests.benchmarks.load import Job, Measured
from tests.benchmarks.measures import run_job
from tests.benchmarks.systems import BenchError, resident_memory
from tests.benchmarks.workload import Workload

BAR = 1.3  # turn 100 over turn 5
EARLY, LATE = 5, 100
CYCLE = 19  # messages; LATE - EARLY is five times that: both turns of a conversation answer the same message
_AROUND = 2  # turns on either side, measured with them
_LIMIT = 900.0  # seconds
_CLIENT = [sys.executable, "-m", "tests.benchmarks.load"]
_KEPT_TURNS = 3
_WARMUP_CONVERSATIONS = 100


def measure_growth(installed: Installed, workload: Workload, conversations: int, turns: int) -> dict[str, Any]:
    """Median milliseconds of each turn over all the conversations, and the ratio of the late ones to the early ones."""
    job = Job(installed.port, 1, turns, conversations * turns, turns, "growth", "", _messages(workload))
    seen = Measured(**json.loads(run_job(_CLIENT, ROOT, None, asdict(job), _LIMIT)))
    if seen.errors:
        raise BenchError(f"growth: {seen.errors} errors")
    by_turn = [seen.latencies[turn::turns] for turn in range(turns)]
    early, late = _near(by_turn, EARLY), _near(by_turn, LATE)
    return {
        "conversations": conversations,
        "median_ms": [round(statistics.median(one), 2) for one in by_turn],
        "early_ms": round(statistics.median(early), 2),
        "late_ms": round(statistics.median(late), 2),
        "ratio": round(statistics.median(late) / statistics.median(early), 3),
        "ratio_of_means": round(statistics.fmean(late) / statistics.fmean(early), 3),
    }


def measure_kept(installed: Installed, workload: Workload, conversations: int) -> dict[str, Any]:
    """Memory that conversations under way take: `conversations` of three turns, none of which ends."""
    server = installed.parts["servers"][0]
    messages = _messages(workload)
    megabytes = []
    for prefix, count in (("before", _WARMUP_CONVERSATIONS), ("kept", conversations)):
        job = Job(installed.port, 8, 0, count * _KEPT_TURNS, _KEPT_TURNS, prefix, "", messages)
        seen = Measured(**json.loads(run_job(_CLIENT, ROOT, None, asdict(job), _LIMIT)))
        if seen.errors:
            raise BenchError(f"kept: {seen.errors} errors")
        megabytes.append(resident_memory(server))
    before, after = megabytes
    return {
        "conversations": conversations,
        "before_mb": round(before, 1),
        "after_mb": round(after, 1),
        "kb_per_conversation": round(1000 * (after - before) / conversations, 1),
    }


def _messages(workload: Workload) -> list[str]:
    """Typed questions of both kinds and buttons, none of which ends or restarts the conversation."""
    buttons = [one for one in workload.mix if one.startswith("/") and not one.startswith(("/naviguer", "/accueil"))]
    chosen = [*_spread(workload.rule, 8), *_spread(workload.action, 5), *_spread(buttons, CYCLE - 13)]
    return chosen[::2] + chosen[1::2]


def _spread(messages: list[str], count: int) -> list[str]:
    return messages[:: len(messages) // count][:count]


def _near(by_turn: list[list[float]], turn: int) -> list[float]:
    return [ms for one in by_turn[turn - 1 - _AROUND : turn + _AROUND] for ms in one]
