"""Read data/formation/formulations.yml, its word patterns, and the weights made by the training."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from bot.content.answers import read_sources
from bot.content.faults import Fault
from bot.content.labelled import read_phrases
from bot.content.location import load_yaml
from bot.content.readings import remember
from bot.logic.formulation import GRAVE, IMPROVE, KEEP, Formulations, Kind, Rule, Verdict, Weights

WEIGHTS_FILE = "formulations.json"

_KINDS_FILE = "formation/formulations.yml"
_RULES_FILE = "formation/reperes.yml"
PHRASES = "formation/phrases"  # learnt
TUNING = "formation/mise_au_point"  # never learnt: thresholds are set on them
_REVIEW_FILE = "formation/relire.yml"
_TEXTS = ("titre", "verdict", "definition", "pourquoi")
_LISTS = ("compte", "ne_compte_pas", "exemples", "contre_exemples", "mieux", "source")
_PATTERNS = {
    "indice": "hints",
    "sur": "surely",
    "doute": "perhaps",
    "sauf": "unless",
    "retirer": "erased",
    "toujours": "always",
}


@remember
def read_formulations(data: Path, models: Path) -> Formulations:
    """Kinds and rules of `data`, weights of `models`; without weights the rules alone decide."""
    return Formulations(read_kinds(data), read_rules(data), _read_weights(models / WEIGHTS_FILE))


@dataclass(frozen=True)
class ReviewWords:
    """How a request to review a sentence is recognised (`asks`, on folded text), and the pieces of its answer.

    `steps` says which step of the interview (1 to 8) helps with each kind.
    """

    asks: tuple[re.Pattern[str], ...]
    pieces: Mapping[str, str]
    steps: Mapping[str, int]


@remember
def read_review_words(data: Path) -> ReviewWords:
    """Words of data/formation/relire.yml."""
    raw = load_yaml(data / _REVIEW_FILE)["relire"]
    pieces = {str(name): str(text) for name, text in raw["morceaux"].items()}
    steps = {str(kind): int(step) for kind, step in raw["etapes"].items()}
    return ReviewWords(tuple(re.compile(one) for one in raw["demandes"]), pieces, steps)


def read_kinds(data: Path) -> Mapping[str, Kind]:
    """The kinds of formulations by id, in the order of the file."""
    raw = load_yaml(data / _KINDS_FILE)["formulations"]["sortes"]
    return {
        str(key): Kind(
            id=str(key),
            title=str(one["titre"]),
            verdict=cast(Verdict, str(one["verdict"])),
            why=" ".join(str(one["pourquoi"]).split()),
            better=tuple(map(str, one["mieux"])),
            sources=tuple(map(str, one["source"])),
        )
        for key, one in raw.items()
    }


def formulations_faults(root: Path, today: date) -> Iterator[Fault]:
    """What is wrong in data/formation/formulations.yml, its patterns and its sentences under `root`."""
    where = f"data/{_KINDS_FILE}"
    raw = load_yaml(root / where)["formulations"]
    known = read_sources(root / "data/sources.yml")
    for key, one in raw["sortes"].items():
        yield from (Fault(f"{where} {fault.where}", fault.what) for fault in _kind_faults(str(key), one, known))
    if date.fromisoformat(str(raw["review_by"])) < today:
        yield Fault(where, "à relire : la date « review_by » est passée", warning=True)
    for key, rule in load_yaml(root / "data" / _RULES_FILE)["reperes"].items():
        if key not in raw["sortes"]:
            yield Fault(f"data/{_RULES_FILE} {key}", "sorte inconnue : voir formulations.yml")
        for name, patterns in rule.items():
            if name not in _PATTERNS:
                yield Fault(f"data/{_RULES_FILE} {key}", f"clé inconnue « {name} » : {', '.join(_PATTERNS)}")
            for pattern in patterns:
                try:
                    re.compile(pattern)
                except re.error as error:
                    yield Fault(f"data/{_RULES_FILE} {key}", f"motif illisible « {pattern} » ({error})")
    for theme, kinds, text in read_phrases(root / "data" / PHRASES):
        for kind in kinds - raw["sortes"].keys():
            yield Fault(f"data/{PHRASES}/{theme}.txt", f"sorte inconnue « {kind} » : « {text} »")


def _kind_faults(key: str, one: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _TEXTS:
        if not isinstance(one.get(name), str) or not one[name].strip():
            yield Fault(key, f"« {name} » doit être un texte")
    for name in _LISTS:
        if not isinstance(one.get(name), list) or not all(isinstance(text, str) for text in one[name]):
            yield Fault(key, f"« {name} » doit être une liste de textes")
    for name in one.keys() - {*_TEXTS, *_LISTS}:
        yield Fault(key, f"clé inconnue « {name} » : la retirer")
    if one.get("verdict") not in (KEEP, IMPROVE):
        yield Fault(key, "« verdict » vaut garder ou ameliorer")
    elif key in GRAVE and one["verdict"] != IMPROVE:
        yield Fault(key, "cette sorte ne peut pas être félicitée")
    for source in one.get("source") or ():
        if source not in known:
            yield Fault(key, f"source inconnue « {source} » : l'ajouter à data/sources.yml")


def read_rules(data: Path) -> Mapping[str, Rule]:
    """Word patterns by kind; raises re.error on an unreadable one."""
    raw = load_yaml(data / _RULES_FILE)["reperes"]
    return {
        str(key): Rule(
            **{_PATTERNS[name]: tuple(re.compile(pattern) for pattern in patterns) for name, patterns in rule.items()}
        )
        for key, rule in raw.items()
    }


def _read_weights(file: Path) -> Weights:
    if not file.is_file():
        return Weights()
    raw = json.loads(file.read_text(encoding="utf-8"))
    kinds = tuple(map(str, raw["kinds"]))
    return Weights(
        kinds=kinds,
        features={
            name: (
                float(rarity),
                tuple((int(at), float(weight)) for at, weight in zip(rows[::2], rows[1::2], strict=True)),
            )
            for name, (rarity, *rows) in raw["features"].items()
        },
        bias=tuple(raw["bias"]),
        **{name: float(raw[name]) for name in ("found", "doubt", "least", "lean")},
    )
