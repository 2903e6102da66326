"""`python -m tests.quality.public`: Vigie's understanding beside stock Rasa's on public French intents, in one run.

The data (../shared/nlu-public: bot52, 52 intents) never trains Vigie. For each draw, 20 sentences of each intent train
both systems; both then read the same test sentences, clean and noisy. Writes docs/benchmarks/public.json. Stock Rasa
takes half an hour for a draw: `--only` runs one system, and `--beside` takes the other from an earlier record.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.bench import describe_run
from tests.benchmarks.measures import run_job
from tests.benchmarks.stock import STARTER_EPOCHS, starter_config
from tests.benchmarks.systems import clean_environ
from tests.quality.noise import NOISES, noisy

ROOT = Path(__file__).resolve().parents[2]
PER_INTENT = 20
OURS = ["bot.nlu.french_words.FrenchWords", "bot.nlu.intent_classifier.FrenchIntentClassifier"]
_LIMIT = 3600.0  # seconds
Labelled = list[tuple[str, str]]


def main(argv: list[str]) -> int:
    """Train, read, write; 0 when it went to its end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/nlu-public")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=STARTER_EPOCHS, help="of each trained part of stock Rasa")
    parser.add_argument("--only", choices=["vigie", "stock"])
    parser.add_argument("--beside", type=Path, help="an earlier record: the draws of the system that is not run here")
    parser.add_argument("--output", type=Path, default=ROOT / "docs/benchmarks/public.json")
    options = parser.parse_args(argv)
    pool, test = (read(options.data / f"bot52_{part}.tsv") for part in ("pool", "test"))
    configs = {"vigie": {"recipe": "default.v1", "language": "fr", "assistant_id": "public", "pipeline": _parts(OURS)}}
    configs["stock"] = {**starter_config(options.epochs), "policies": []}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in configs if options.only in (None, name)}
    earlier = json.loads(options.beside.read_text(encoding="utf-8")) if options.beside else {"draws": {}}
    described = describe_run("python -m tests.quality.public", argv)
    for draw in range(options.draws):
        for name, runs in found.items():
            with tempfile.TemporaryDirectory(prefix="vigie-public-") as folder:
                runs.append(measure(name, configs[name], drawn(pool, draw), test, Path(folder)))
            print(f"draw {draw + 1}/{options.draws} {name}: {json.dumps(runs[-1])}", flush=True)
        # Written after each draw: stock Rasa takes ten minutes and more for one.
        results = {**described, "epochs": options.epochs, **summarise({**earlier["draws"], **found}, len(test))}
        if options.beside:
            results["beside"] = {key: earlier[key] for key in ("date", "command", "machine", "versions", "epochs")}
        options.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results["mean"], indent=1))
    return 0


def summarise(found: dict[str, list[dict[str, Any]]], test_sentences: int) -> dict[str, Any]:
    """The draws and their means, over the draws that every system has gone through."""
    common = min(map(len, found.values()))
    return {
        "test_sentences": test_sentences,
        "per_intent": PER_INTENT,
        "common_draws": common,
        "draws": found,
        "mean": {name: _mean(runs[:common]) for name, runs in found.items()},
    }


def read(file: Path) -> Labelled:
    """(intent, sentence) of each line."""
    lines = (line.split("\t", 1) for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
    return [(label, text) for label, text in lines]


def drawn(pool: Labelled, draw: int) -> dict[str, list[str]]:
    """PER_INTENT sentences of each intent, the same for every system in the draw number `draw`."""
    chance = random.Random(draw)
    by_intent: dict[str, list[str]] = {}
    for label, text in sorted(pool):
        by_intent.setdefault(label, []).append(text)
    return {label: chance.sample(texts, min(PER_INTENT, len(texts))) for label, texts in by_intent.items()}


def measure(
    name: str, config: dict[str, Any], training: dict[str, list[str]], test: Labelled, at: Path
) -> dict[str, Any]:
    """Training seconds (imports included), model size, accuracy clean and noisy, median parse latency."""
    nlu = [{"intent": label, "examples": "".join(f"- {t}\n" for t in texts)} for label, texts in training.items()]
    for file, content in (("config.yml", config), ("nlu.yml", {"version": "3.1", "nlu": nlu})):
        (at / file).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    environ = clean_environ(PYTHONPATH=str(ROOT), TF_CPP_MIN_LOG_LEVEL="3")
    train = [sys.executable, "-m", "rasa", "train", "nlu", "--nlu", "nlu.yml", "--config", "config.yml"]
    start = time.monotonic()
    run_job([*train, "--out", ".", "--fixed-model-name", "public"], at, environ, None, _LIMIT)
    trained = time.monotonic() - start
    model = at / "public.tar.gz"
    variants = {"clean": [text for _, text in test]}
    variants |= {kind: noisy(variants["clean"], kind) for kind in NOISES}
    sentences = [text for texts in variants.values() for text in texts]
    worker = [sys.executable, "-m", "tests.benchmarks.parse", name, str(model)]
    read_back = json.loads(run_job(worker, ROOT, environ, sentences, _LIMIT).splitlines()[-1])
    accuracy = {}
    for rank, kind in enumerate(variants):
        intents = read_back["intents"][rank * len(test) : (rank + 1) * len(test)]
        accuracy[kind] = round(sum(i == label for i, (label, _) in zip(intents, test, strict=True)) / len(test), 4)
    return {
        "training_s": round(trained, 1),
        "model_mb": round(model.stat().st_size / 1e6, 2),
        "parse_p50_ms": round(statistics.median(read_back["ms"][: len(test)]), 3),
        "accuracy": accuracy,
    }


def _parts(names: list[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def _mean(runs: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = runs[0]["accuracy"]
    plain = {key: round(statistics.mean(run[key] for run in runs), 3) for key in runs[0] if key != "accuracy"}
    return {**plain, "accuracy": {kind: round(statistics.mean(r["accuracy"][kind] for r in runs), 4) for kind in kinds}}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
