"""Read data/statistiques.yml: the words of the statistics page, and the names of what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.answers import read_titles
from bot.content.location import load_yaml
from bot.content.orientation import department_name
from bot.content.paths import read_paths
from bot.logic.statistics import DEPARTMENT, FALLBACK_TOPIC, NOT_USEFUL, STEP, TOPIC


@dataclass(frozen=True)
class Part:
    """A table of the page; `lines` (measure, value, label) gathers single counts of several measures."""

    measure: str
    title: str
    reading: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Words:
    """The words of the page; `labels` names values by measure."""

    title: str
    traffics: Mapping[str, str]
    hidden: str
    small: str
    nothing: str
    withheld: str
    too_few: str
    delay: str
    measures: Mapping[str, str]
    parts: tuple[Part, ...]
    labels: Mapping[str, Mapping[str, str]]
    caveats: tuple[str, ...]


def read_words(data: Path) -> Words:
    """The words of `data`/statistiques.yml; raises OSError, or KeyError when a field is missing."""
    raw = load_yaml(data / "statistiques.yml")
    steps = {
        f"{path.name}/{step.id}": f"{path.title} : {step.title}"
        for path in read_paths(data / "parcours").values()
        for step in path.steps
    }
    topics = raw["libelles"][TOPIC]
    return Words(
        title=raw["titre"],
        traffics=raw["trafics"],
        hidden=raw["masque"],
        small=raw["petit"],
        nothing=raw["aucune"],
        withheld=raw["retenu"],
        too_few=raw["trop_peu"],
        delay=raw["delai"],
        measures=raw["mesures"],
        parts=tuple(_part(one) for one in raw["parties"]),
        labels={**raw["libelles"], STEP: steps, FALLBACK_TOPIC: topics, NOT_USEFUL: read_titles(data / "responses")},
        caveats=tuple(raw["reserves"]),
    )


def name_of(words: Words, data: Path, measure: str, value: str) -> str:
    """What a human reads for `value` of `measure`; the value itself when it has no name."""
    if measure == DEPARTMENT:
        return department_name(data / "directory", value) or value
    return words.labels.get(measure, {}).get(value) or value or words.measures.get(measure, measure)


def _part(raw: Mapping[str, Any]) -> Part:
    lines = tuple((measure, value, label) for measure, value, label in raw.get("lignes") or ())
    return Part(raw["mesure"], raw["titre"], raw["lecture"], tuple(raw["colonnes"]), lines)
