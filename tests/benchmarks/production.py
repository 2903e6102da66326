"""`python -m tests.benchmarks.production`: Vigie as an organisation runs it; writes docs/benchmarks/production.*.

Each part writes its figures as soon as it has them, beside those of the other parts: one may be run again alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.content.training_sentences import read_sentences
from tests.benchmarks.bench import describe_run
from tests.benchmarks.crowd import Crowd, machine_load, observe, summarise
from tests.benchmarks.enlarged import ANSWERS, measure_answers
from tests.benchmarks.growth import measure_growth, measure_kept
from tests.benchmarks.installation import ROOT, Shape, installation
from tests.benchmarks.production_report import write_report
from tests.benchmarks.sheet import ROWS, measure_directory
from tests.benchmarks.systems import BenchError, Tell, stop_cleanly
from tests.benchmarks.where import measure_echo, measure_profile
from tests.benchmarks.workload import Workload, read_workload

DOCS = ROOT / "docs/benchmarks"
# More than one server shares its conversations: PostgreSQL, and Redis for the locks.
SHAPES = (
    Shape("sqlite", 1),
    Shape("postgresql", 1),
    Shape("postgresql+redis", 1),
    Shape("postgresql+redis", 2),
    Shape("postgresql+redis", 4),
)


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    shapes: tuple[Shape, ...] = SHAPES
    users: tuple[int, ...] = (16, 64, 256)
    think_s: float = 5.0  # mean
    saturating: int = 16  # users who do not read
    seconds: float = 45.0
    warmup_s: float = 20.0  # all the users arrive at once: what follows is not what 256 readers cost
    conversations: int = 38  # of the growth
    conversation_turns: int = 120
    kept: int = 3000  # conversations under way at once
    rows: int = ROWS
    answers: int = ANSWERS
    turns: int = 400


QUICK = Plan((SHAPES[0], SHAPES[3]), (256,), 5.0, 16, 6.0, 4.0, 2, 120, 300, 2_000, 320, 40)


def main(argv: list[str]) -> int:
    """Measure the parts asked for; 0 when all went to their end, whatever the figures."""
    options = _parse(argv)
    stop_cleanly()
    console = Console(highlight=False)
    began = time.monotonic()

    def tell(text: str) -> None:
        console.print(f"[{time.monotonic() - began:5.0f} s] {text}", markup=False)

    plan = QUICK if options.quick else Plan()
    if options.seconds:
        plan = replace(plan, seconds=options.seconds)
    try:
        with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
            work = options.work or Path(folder)
            work.mkdir(parents=True, exist_ok=True)
            output = options.output or (work / "report" if options.quick else DOCS)
            workload = read_workload(ROOT / "data")
            for name in options.parts:
                load = machine_load()
                begun = time.monotonic()
                measured = PARTS[name](work, workload, plan, tell)
                _keep(output, name, measured, argv, plan, load, time.monotonic() - begun, options.quick)
            tell(f"written in {'a temporary folder' if output.is_relative_to(folder) else output.name}")
            if options.quick:
                console.print((output / "production.md").read_text(encoding="utf-8"), markup=False, soft_wrap=True)
    except BenchError as error:
        print(f"production: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.production", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS), help="default: all of them")
    parser.add_argument("--quick", action="store_true", help="a few seconds each, to try the benchmark itself")
    parser.add_argument("--work", type=Path, help="keep logs and databases in this folder (default: a temporary one)")
    parser.add_argument("--output", type=Path, help="where to write (default: docs/benchmarks; WORK/report if --quick)")
    parser.add_argument("--seconds", type=float, help="of each crowd, after its warm-up (default: 45)")
    options = parser.parse_args(argv)
    if not (ROOT / "models/vigie.tar.gz").is_file():
        parser.error("no trained model: run `make train` first")
    return options


def _load(work: Path, workload: Workload, plan: Plan, tell: Tell) -> dict[str, Any]:
    """Users who read, then users who do not, before each shape of installation."""
    typed = [sentence for spoken in read_sentences(ROOT / "data/nlu").values() for sentence in spoken]
    crowds = [Crowd(users, plan.think_s, plan.seconds, plan.warmup_s) for users in plan.users]
    crowds.append(Crowd(plan.saturating, 0.0, plan.seconds, plan.warmup_s))
    found: dict[str, Any] = {}
    for shape in plan.shapes:
        with installation(shape, work, tell) as installed:
            rows = []
            for crowd in crowds:
                tell(f"{shape.name}: {crowd.users} users, {crowd.think_s:g} s of reading")
                seen = summarise(observe(crowd, installed.port, typed, installed.parts, work))
                rows.append({"users": crowd.users, "think_s": crowd.think_s, **seen})
            found[shape.name] = {"servers": shape.servers, "start_s": installed.start_s, "runs": rows}
    return found


def _growth(work: Path, workload: Workload, plan: Plan, tell: Tell) -> dict[str, Any]:
    found = {}
    for shape in (Shape("sqlite"), Shape("postgresql")):
        with installation(shape, work, tell) as installed:
            tell(f"{shape.name}: {plan.conversations} conversations of {plan.conversation_turns} turns")
            found[shape.store] = measure_growth(installed, workload, plan.conversations, plan.conversation_turns)
    return found


def _kept(work: Path, workload: Workload, plan: Plan, tell: Tell) -> dict[str, Any]:
    with installation(Shape("sqlite"), work, tell, VIGIE_MAX_CONVERSATIONS="1000000") as installed:
        tell(f"{plan.kept} conversations under way")
        return measure_kept(installed, workload, plan.kept)


def _directory(work: Path, _: Workload, plan: Plan, tell: Tell) -> dict[str, Any]:
    return measure_directory(work, plan.rows, plan.turns, tell)


def _answers(work: Path, _: Workload, plan: Plan, tell: Tell) -> dict[str, Any]:
    return measure_answers(work, plan.answers, plan.turns, tell)


def _echo(work: Path, workload: Workload, plan: Plan, tell: Tell) -> dict[str, Any]:
    compared = measure_echo(work, workload, plan.turns, tell)
    return {**compared, "profile": measure_profile(work, workload, 5 * plan.turns, tell)}


PARTS: dict[str, Callable[[Path, Workload, Plan, Tell], dict[str, Any]]] = {
    "load": _load,
    "growth": _growth,
    "kept": _kept,
    "directory": _directory,
    "answers": _answers,
    "echo": _echo,
}


def _keep(
    output: Path,
    part: str,
    measured: dict[str, Any],
    argv: list[str],
    plan: Plan,
    load: float,
    seconds: float,
    quick: bool,
) -> None:
    """Put the figures of a part beside those of the others, and write the page again."""
    output.mkdir(parents=True, exist_ok=True)
    file = output / "production.json"
    results = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"parts": {}}
    described = describe_run("python -m tests.benchmarks.production", argv)
    results |= {"machine": described["machine"], "versions": described["versions"]}
    results["parts"][part] = {
        "command": described["command"],
        "date": described["date"],
        "quick": quick,
        "load_average_before": load,
        "took_s": round(seconds),
        "plan": asdict(plan),
        "measured": measured,
    }
    file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    write_report(results, output)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
