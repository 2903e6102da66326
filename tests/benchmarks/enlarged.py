"""Vigie with 500 answers: a copy of the project in a temporary folder, made-up answers added, trained apart.

A made-up request borrows the words of our own sentences, drawn at random with words of its own, so that the classifier
has as many hyperplanes and features as real answers would give it. Only cost is measured on it, never understanding.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from bot.content.answers import read_answers
from bot.content.training_sentences import read_sentences
from tests.benchmarks.crowd import percentiles
from tests.benchmarks.installation import ROOT, Shape, installation
from tests.benchmarks.load import Job, Measured
from tests.benchmarks.measures import run_job
from tests.benchmarks.systems import BenchError, System, Tell, clean_environ, resident_memory, train
from tests.benchmarks.workload import read_workload

ANSWERS = 500
SENTENCES = 25  # of a made-up request: the mean of the real ones
_TOPIC = "comprendre"
_SEED = 119
_COPIED = ("bot", "actions", "data", "config.yml", "domain.yml", "endpoints.yml", "credentials.yml")
_NOT_COPIED = ("node_modules", "__pycache__")
_TRAINING_LIMIT = 1800.0  # seconds
_LIMIT = 600.0
_SYLLABLES = ("ba", "co", "du", "fi", "gre", "la", "mi", "nou", "pa", "ri", "so", "ta", "ver", "zi")


def measure_answers(work: Path, answers: int, turns: int, tell: Tell) -> dict[str, Any]:
    """The project as it is and with `answers` answers: training, start, a turn, memory."""
    now = len(read_answers(ROOT / "data/responses"))
    copy = _copy(work / "enlarged")
    _add(copy, answers - now)
    models = work / "enlarged-models"
    tell(f"{answers} answers: training")
    trained = train(_trainer(copy, models, work), tell)
    messages = read_workload(ROOT / "data").mix
    environ = {"VIGIE_MODELS_DIR": str(models)}
    return {
        f"{now} (delivered)": _measured(ROOT, work, messages, turns, {}, tell),
        f"{answers}": {**_measured(copy, work, messages, turns, environ, tell), "training_s": round(trained)},
    }


def _measured(
    root: Path, work: Path, messages: list[str], turns: int, environ: dict[str, str], tell: Tell
) -> dict[str, Any]:
    with installation(Shape("sqlite"), work, tell, root=root, **environ) as installed:
        job = Job(installed.port, 1, 30, turns, 10, "answers", "", messages)
        output = run_job([sys.executable, "-m", "tests.benchmarks.load"], ROOT, None, asdict(job), _LIMIT)
        seen = Measured(**json.loads(output))
        if seen.errors:
            raise BenchError(f"answers: {seen.errors} errors")
        return {
            "start_s": installed.start_s[0],
            **percentiles(seen.latencies),
            "rss_mb": round(resident_memory(installed.parts["servers"][0])),
        }


def _copy(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        else:
            shutil.copy2(ROOT / name, folder / name)
    shutil.copy2(ROOT / "requirements.lock", folder)
    return folder


def _add(copy: Path, count: int) -> None:
    chance = random.Random(_SEED)
    spoken = [one for several in read_sentences(ROOT / "data/nlu").values() for one in several]
    responses, requests = {}, []
    for number in range(count):
        key = f"{_TOPIC}/essai_{number}"
        own = ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(4)]
        responses[f"utter_{key}"] = [
            {
                "text": f"{' '.join(own)}. " + " ".join(chance.sample(spoken, 8)),
                "buttons": [{"title": own[0], "payload": f"/{_TOPIC}/definition"}],
                "metadata": {"titre": own[0], "source": ["code_penal"], "reviewed_on": "2026-11-21"},
            }
        ]
        lines = [f"- {_sentence(spoken, own, chance)}" for _ in range(SENTENCES)]
        requests.append({"intent": key, "examples": "\n".join(lines) + "\n"})
    _write(copy / "data/responses/essai.yml", {"version": "3.1", "responses": responses})
    _write(copy / "data/nlu/essai.yml", {"version": "3.1", "nlu": requests})


def _sentence(spoken: Sequence[str], own: Sequence[str], chance: random.Random) -> str:
    words = [word for word in chance.choice(spoken).split() if word[0].isalpha()][:6]
    return " ".join([*words, *chance.sample(own, 2)])


def _trainer(copy: Path, models: Path, work: Path) -> System:
    return System(
        name="enlarged",
        folder=copy,
        environ=clean_environ(VIGIE_MODELS_DIR=str(models), VIGIE_DATABASE_URL=f"sqlite:///{work / 'enlarged.sqlite'}"),
        port=0,
        model=models / "vigie.tar.gz",
        train=(sys.executable, "-m", "bot", "prepare", "--force"),
        training_limit=_TRAINING_LIMIT,
        serve=(),
        logs=work,
    )


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
