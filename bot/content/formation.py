"""Read data/formation: the rules of the exercise, its audiences, the words of its interface and reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.alerts import read_messages
from bot.content.formulations import read_kinds
from bot.content.labelled import read_phrases
from bot.content.location import load_yaml
from bot.content.paths import read_paths
from bot.content.readings import remember
from bot.logic.formulation import IMPROVE
from bot.logic.own_distress import OwnDistress, learn
from bot.logic.scenario import STEPS, Advice, Change, Effect, Rules

_PATH = "preparer_entretien"
_MOODS = {"confiance": "trust", "ouverture": "openness", "peur": "fear"}
_CASES = ("question_avant_cadre", "insistance", "silence", "silence_qui_dure", "phrase_repetee")


@dataclass(frozen=True)
class Formation:
    """What every scenario shares: `audiences` are titles by id, `phrases` the texts of interface and reports by key."""

    rules: Rules
    audiences: Mapping[str, str]
    phrases: Mapping[str, Any]


@remember
def read_practice(data: Path) -> Formation:
    """data/formation under `data`; raises ValueError saying what is wrong in regles.yml, OSError, yaml.YAMLError."""
    return Formation(
        _rules(data),
        audience_titles(data),
        load_yaml(data / "formation/phrases.yml")["phrases"],
    )


@remember
def audience_titles(data: Path) -> Mapping[str, str]:
    """Titles of the audiences, by id."""
    return {str(key): str(title) for key, title in load_yaml(data / "formation/publics.yml").items()}


@remember
def kind_ids(data: Path) -> tuple[str, ...]:
    """Ids of the kinds of formulations."""
    return tuple(read_kinds(data))


@remember
def clumsy_kinds(data: Path) -> frozenset[str]:
    """Ids of the kinds of formulations that are to be improved."""
    return frozenset(kind.id for kind in read_kinds(data).values() if kind.verdict == IMPROVE)


def _rules(data: Path) -> Rules:
    raw = load_yaml(data / "formation/regles.yml")["regles"]
    kinds = kind_ids(data)
    wrong = set(raw["sortes"]) ^ set(kinds)
    wrong |= {one for key in ("poser_d_abord", "questions", "insistent") for one in raw[key]} - set(kinds)
    wrong |= set(raw["avec_ses_mots"]) - set(kinds)
    wrong |= set(raw["cas"]) ^ set(_CASES)
    if wrong:
        raise ValueError(f"data/formation/regles.yml : {', '.join(sorted(wrong))} : en trop, inconnu ou oublié")
    pauses = raw["pauses"]
    path = read_paths(data / "parcours")[_PATH]
    titles = {step.id: step.title for step in path.steps}
    return Rules(
        effects={kind: _effect(one) for kind, one in raw["sortes"].items()},
        special={name: _change(one) for name, one in raw["cas"].items()},
        most_gain=int(raw["gain_maximal"]),
        settles=frozenset(raw["poser_d_abord"]),
        questions=frozenset(raw["questions"]),
        insists=frozenset(raw["insistent"]),
        named=_patterns(raw["nomme"]),
        commands={said: kind for kind, ones in pauses["commandes"].items() for said in map(str, ones)},
        interrupts={kind: _patterns(ones) for kind, ones in pauses["reperes"].items()},
        not_oneself=_patterns(pauses["pas_soi"]),
        own_distress=OwnDistress(
            learn(
                read_messages(data / "alertes/detresse_professionnel.txt"),
                (sentence for _, _, sentence in read_phrases(data / "formation/phrases")),
            ),
            float(pauses["appris"]["seuil"]),
            frozenset(pauses["appris"]["soi"]),
            frozenset(pauses["appris"]["autre"]),
            _patterns(pauses["excuses"]),
        ),
        rewordings={str(kind): str(text) for kind, text in raw["avec_ses_mots"].items()},
        advice=tuple(_advice(one) for one in raw["conseils"]),
        # A step that the path lacks is a fault of the path: `python -m bot check` says it there.
        steps=tuple(titles.get(f"etape_{number}", "") for number in range(1, STEPS + 1)),
    )


def _effect(raw: Mapping[str, Any]) -> Effect:
    return Effect(_change(raw), frozenset(raw.get("etapes", ())), raw.get("durable") is True)


def _change(raw: Mapping[str, Any]) -> Change:
    return Change(**{mood: int(raw[name]) for name, mood in _MOODS.items() if name in raw})


def _patterns(raw: list[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(one) for one in raw)


def _advice(raw: Mapping[str, Any]) -> Advice:
    return Advice(
        id=str(raw["id"]),
        text=str(raw["texte"]),
        sources=tuple(raw["source"]),
        lacks=raw.get("manque"),
        absent=frozenset(raw["absent"]) if "absent" in raw else None,
        excess=raw.get("exces"),
        weight=int(raw["poids"]),
    )
