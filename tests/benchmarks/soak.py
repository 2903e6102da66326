"""`python -m tests.benchmarks.soak`: half an hour at half the maximum; memory, faults, latency; docs/benchmarks/soak.*.

The maximum is measured first, on the same installation. Conversations end as users go on to others, and fall silent:
with VIGIE_IDLE_MINUTES=5 those that are kept are as many after the warm-up of 5 minutes as at the end, so that what
grows afterwards is a leak.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.content.training_sentences import read_sentences
from tests.benchmarks.bench import describe_run
from tests.benchmarks.crowd import Crowd, Observed, machine_load, observe, percentiles, summarise
from tests.benchmarks.installation import ROOT, Shape, installation
from tests.benchmarks.production_report import met, table
from tests.benchmarks.systems import BenchError, Tell, stop_cleanly

DOCS = ROOT / "docs/benchmarks"
WARMUP_MIN = 5
SLICE_MIN = 5
BAR = 0.03  # growth of the servers' resident memory

_SATURATING = Crowd(users=16, think_s=0.0, seconds=30.0, warmup_s=10.0)
_THINK_S = 5.0
_EVERY_S = 10.0  # between two samples of memory
_COMPARED = 6  # samples whose median is a point of comparison: one minute
_PLOT = "soak.png"


def main(argv: list[str]) -> int:
    """Run the soak; 0 when it went to its end, whatever the figures."""
    options = _parse(argv)
    stop_cleanly()
    console = Console(highlight=False)
    began = time.monotonic()

    def tell(text: str) -> None:
        console.print(f"[{time.monotonic() - began:5.0f} s] {text}", markup=False)

    try:
        with tempfile.TemporaryDirectory(prefix="vigie-soak-") as folder:
            results = _measure(options, argv, Path(folder), tell)
    except BenchError as error:
        print(f"soak: {error}", file=sys.stderr)
        return 1
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "soak.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    page = _page(results)
    (options.output / "soak.md").write_text(page, encoding="utf-8")
    _draw(results, options.output / _PLOT)
    console.print(page, markup=False, soft_wrap=True)
    return 0


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="after the warm-up (default: 30)")
    parser.add_argument("--warmup", type=float, default=float(WARMUP_MIN), help="minutes (default: 5)")
    parser.add_argument("--store", default="sqlite", choices=["sqlite", "postgresql", "postgresql+redis"])
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--output", type=Path, default=DOCS, help="where to write (default: docs/benchmarks)")
    return parser.parse_args(argv)


def _measure(options: argparse.Namespace, argv: list[str], work: Path, tell: Tell) -> dict[str, Any]:
    typed = [sentence for spoken in read_sentences(ROOT / "data/nlu").values() for sentence in spoken]
    load = machine_load()
    shape = Shape(options.store, options.servers)
    with installation(shape, work, tell, VIGIE_IDLE_MINUTES=str(max(1, round(options.warmup)))) as installed:
        tell("the maximum")
        most = summarise(observe(_SATURATING, installed.port, typed, installed.parts, work))
        users = max(1, round(most["per_second"] / 2 * _THINK_S))
        tell(f"{most['per_second']} turns/s at most; {users} users for {options.warmup + options.minutes:g} minutes")
        crowd = Crowd(users, _THINK_S, 60 * options.minutes, 60 * options.warmup)
        seen = observe(crowd, installed.port, typed, installed.parts, work, every=_EVERY_S)
    memory = [
        [round(sample.at - seen.start, 1), round(sample.rss_mb["servers"], 1)]
        for sample in seen.samples
        if sample.at <= seen.end
    ]
    before, after = _near(memory, 0.0), _near(memory, seen.end - seen.start)
    return {
        **describe_run("python -m tests.benchmarks.soak", argv),
        "load_average_before": load,
        "installation": shape.name,
        "servers": shape.servers,
        "idle_minutes": max(1, round(options.warmup)),
        "maximum": most,
        "users": users,
        "warmup_min": options.warmup,
        "whole": summarise(seen),
        "slices": _slices(seen),
        "memory_mb": memory,
        "memory_before_mb": before,
        "memory_after_mb": after,
        "growth": round(after / before - 1, 4),
    }


def _near(memory: list[list[float]], at: float) -> float:
    """The median of the minute around `at` (seconds after the warm-up), on the measured side."""
    closest = sorted(memory, key=lambda sample: (abs(sample[0] - at), sample[0]))[:_COMPARED]
    return round(statistics.median(megabytes for _, megabytes in closest), 1)


def _slices(seen: Observed) -> list[dict[str, Any]]:
    found = []
    start = seen.start
    while start < seen.end - 30:
        end = min(start + 60 * SLICE_MIN, seen.end)
        turns = [turn for turn in seen.turns if start <= turn[0] < end]
        found.append(
            {
                "from_min": round((start - seen.start) / 60, 1),
                "turns": len(turns),
                **percentiles([ms for _, ms, _ in turns]),
                "errors": dict(Counter(wrong for _, _, wrong in turns if wrong)),
            }
        )
        start = end
    return found


def _page(results: dict[str, Any]) -> str:
    machine, whole, most = results["machine"], results["whole"], results["maximum"]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    slices = [
        [f"{one['from_min']:g}", one["turns"], one["p50_ms"], one["p95_ms"], one["p99_ms"], sum(one["errors"].values())]
        for one in results["slices"]
    ]
    parts = [
        "# Soak: half the maximum, for a long time",
        "Written by `python -m tests.benchmarks.soak` from [soak.json](soak.json); do not edit.",
        f"`{results['command']}`, {results['date']}, {machine['system']}, {machine['processor']}, {machine['cores']} "
        f"cores, {machine['memory_gb']} GB, load average {results['load_average_before']} before. {versions}.",
        f"{results['installation']}. Maximum, 16 users who do not read: {most['per_second']} turns/s. Here "
        f"{results['users']} users who read for {_THINK_S:g} s on average: {whole['per_second']} turns/s over "
        f"{whole['seconds'] / 60:.0f} minutes, {whole['turns']} turns, {sum(whole['errors'].values())} errors, p50 "
        f"{whole['p50_ms']} ms, p95 {whole['p95_ms']} ms.",
        f"Resident memory of the servers: {results['memory_before_mb']} MB after the warm-up of "
        f"{results['warmup_min']:g} minutes, {results['memory_after_mb']} MB at the end, "
        f"{100 * results['growth']:+.1f} % (bar: +{100 * BAR:g} %): {met(results['growth'] <= BAR)}. "
        f"VIGIE_IDLE_MINUTES={results['idle_minutes']}: a conversation that has ended is forgotten as the warm-up is, "
        "so that as many are kept at its end as later; a server holds 2000 at most in memory, its "
        "database the others.",
        table(["minute", "turns", "p50 ms", "p95 ms", "p99 ms", "errors"], slices),
        f"![Memory and latency]({_PLOT})",
    ]
    return "\n\n".join(parts) + "\n"


def _draw(results: dict[str, Any], file: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (memory, latency) = plt.subplots(1, 2, figsize=(11, 3.8))
    minutes = [at / 60 for at, _ in results["memory_mb"]]
    memory.plot(minutes, [megabytes for _, megabytes in results["memory_mb"]], color="#1f6f8b")
    memory.axvline(0, color="grey", linestyle=":", linewidth=1)
    memory.set_ylim(bottom=0)
    memory.set_title("Resident memory of the servers, MB", fontsize=10)
    memory.set_xlabel("minutes after the warm-up")
    starts = [one["from_min"] for one in results["slices"]]
    for percent in (50, 95, 99):
        latency.plot(starts, [one[f"p{percent}_ms"] for one in results["slices"]], marker="o", label=f"p{percent}")
    latency.set_ylim(bottom=0)
    latency.set_title(f"Latency by {SLICE_MIN} minutes, ms", fontsize=10)
    latency.set_xlabel("minutes after the warm-up")
    latency.legend(frameon=False)
    for axes in (memory, latency):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(file, dpi=110, metadata={"Software": ""})
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
