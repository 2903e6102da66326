"""`python -m bot bench`: Vigie beside stock Rasa, in one run; writes docs/benchmarks."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from tests.benchmarks.measures import QUICK, Plan, Results, measure_parse, measure_running, measure_starts
from tests.benchmarks.report import write_report
from tests.benchmarks.stock import STARTER_EPOCHS, make_stock
from tests.benchmarks.systems import BenchError, System, Tell, clean_environ, train
from tests.benchmarks.workload import read_workload
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
_VIGIE_TRAINING_LIMIT = 600.0  # seconds
_QUICK_EPOCHS = 2
_VERSIONS = ("rasa", "rasa-sdk", "tensorflow", "sanic", "scikit-learn", "spacy", "uvloop")


def main(argv: list[str]) -> int:
    """Run the benchmark; 0 when it went to its end, whatever the figures."""
    options = _parse(argv)
    console = Console(highlight=False)
    start = time.monotonic()

    def tell(text: str) -> None:
        console.print(f"[{time.monotonic() - start:5.0f} s] {text}", markup=False)

    try:
        with _work_folder(options.work) as work:
            if options.only == "stock-training":
                epochs = options.stock_epochs
                _stock_model(make_stock(ROOT, work / "stock", work, epochs), epochs, False, tell)
                return 0
            results = _measure(options, argv, work, tell)
            output = options.output or (work / "report" if options.quick else ROOT / "docs/benchmarks")
            table = write_report(results, output)
            console.print(table, markup=False, soft_wrap=True)
            tell("written" + (" (quick: docs/benchmarks left as it was)" if options.quick else ""))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few turns and epochs, to try the benchmark itself")
    parser.add_argument(
        "--only",
        choices=["vigie", "stock-training"],
        help="vigie: leave stock Rasa out; stock-training: leave a stock model in --work for a later run, and stop",
    )
    parser.add_argument("--work", type=Path, help="keep models and logs in this folder (default: a temporary one)")
    parser.add_argument("--skip-stock-training", action="store_true", help="reuse the stock model left in --work")
    parser.add_argument(
        "--stock-epochs",
        type=int,
        default=STARTER_EPOCHS,
        help="epochs of each trained part of stock Rasa; fewer than the starter's 100 shorten its training only",
    )
    parser.add_argument("--output", type=Path, help="where to write (default: docs/benchmarks; WORK/report if --quick)")
    options = parser.parse_args(argv)
    if (options.skip_stock_training or options.only == "stock-training") and not options.work:
        parser.error("--work is needed: the folder where the stock model is left, and found again")
    return options


@contextlib.contextmanager
def _work_folder(chosen: Path | None) -> Iterator[Path]:
    if chosen is None:
        with tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder:
            yield Path(folder)
        return
    chosen.mkdir(parents=True, exist_ok=True)
    yield chosen.resolve()


def _measure(options: argparse.Namespace, argv: list[str], work: Path, tell: Tell) -> dict[str, Any]:
    plan = QUICK if options.quick else Plan()
    workload = read_workload(ROOT / "data")
    load_average = os.getloadavg()[0]
    vigie = _vigie(work)
    systems = [vigie]
    found: Results = {"vigie": {"training_s": _trained(vigie, tell)}}
    if options.only != "vigie":
        epochs = _QUICK_EPOCHS if options.quick else options.stock_epochs
        stock = make_stock(ROOT, work / "stock", work, epochs)
        systems.append(stock)
        found["stock"] = _stock_model(stock, epochs, options.skip_stock_training, tell)
    for measured in (
        measure_parse(systems, plan, ROOT, workload, tell),
        measure_starts(systems, plan, workload, tell),
        measure_running(systems, plan, ROOT, workload, tell),
    ):
        for name, values in measured.items():
            found[name] |= values
    described = describe_run("python -m bot bench", argv)
    return {
        **described,
        "quick": options.quick,
        "machine": described["machine"] | {"load_average_before": round(load_average, 2)},
        "plan": asdict(plan),
        "systems": found,
    }


def describe_run(command: str, argv: list[str]) -> dict[str, Any]:
    """Date, command, machine and versions: what figures mean nothing without."""
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "command": " ".join([command, *(_shown(argument) for argument in argv)]),
        "machine": _machine(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _VERSIONS},
    }


def _vigie(work: Path) -> System:
    """Vigie as `make run` prepares and serves it, with a model, a database and a port of its own."""
    port = free_port()
    models = work / "vigie"
    return System(
        name="vigie",
        folder=ROOT,
        environ=clean_environ(
            VIGIE_HOST="127.0.0.1",
            VIGIE_PORT=str(port),
            VIGIE_MODELS_DIR=str(models),
            VIGIE_DATABASE_URL=f"sqlite:///{work / 'vigie.sqlite'}",
            VIGIE_CONVERSATIONS_URL=f"sqlite:///{work / 'conversations.sqlite'}",
            # One address plays sixteen users who never stop to read.
            VIGIE_RATE_CONVERSATION="1000000/1",
            VIGIE_RATE_ADDRESS="1000000/1",
        ),
        port=port,
        model=models / "vigie.tar.gz",
        train=(sys.executable, "-m", "bot", "prepare", "--force"),
        training_limit=_VIGIE_TRAINING_LIMIT,
        serve=(sys.executable, "-m", "bot", "serve"),
        logs=work,
    )


def _trained(system: System, tell: Tell) -> float:
    tell(f"{system.name}: training")
    seconds = train(system, tell)
    tell(f"{system.name}: trained in {seconds:.0f} s")
    return round(seconds, 1)


def _stock_model(stock: System, epochs: int, reuse: bool, tell: Tell) -> dict[str, Any]:
    """How long the training took and with how many epochs, now or in the run that left its model here."""
    record = stock.logs / "stock-training.json"
    if not reuse:
        made = {"training_s": _trained(stock, tell), "epochs": epochs, "trained_in_this_run": True}
        record.write_text(json.dumps({**made, "trained_in_this_run": False}))
        return made
    if not record.is_file() or not stock.model.is_file():
        raise BenchError("no stock model was left in --work: run once without --skip-stock-training")
    tell("stock: model of a former run")
    return dict(json.loads(record.read_text()))


def _machine() -> dict[str, Any]:
    """What the figures depend on, and nothing that names the machine."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.is_file() else []
    processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    rasa = find_spec("rasa")
    return {
        "system": platform.system(),
        "processor": processor,
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "bytecode_compiled": bool(rasa and rasa.origin and Path(cache_from_source(rasa.origin)).is_file()),
    }


def _shown(argument: str) -> str:
    """A path may name a user or a machine."""
    return "DIR" if re.search(r"[/\\]", argument) else argument
