"""What is said during the benchmark: sentences and buttons of our own data, in a fixed order."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.answers import read_answers
from bot.content.location import load_yaml
from bot.content.training_sentences import read_sentences

_SEED = 119
_TYPED_SHARE = 0.7  # of the varied mix; the rest are buttons
_MIX = 2000  # messages


@dataclass(frozen=True)
class Workload:
    """Messages of each kind."""

    rule: list[str]
    action: list[str]
    mix: list[str]


def read_workload(data: Path) -> Workload:
    """Typed questions of the topics with and without a custom action, and a varied mix of questions and buttons."""
    sentences = read_sentences(data / "nlu")
    answered_by = {topic: _first_action(data / "rules" / f"{topic}.yml") for topic in _topics(sentences)}
    shuffled = random.Random(_SEED)
    typed = [sentence for spoken in sentences.values() for sentence in spoken]
    buttons = sorted(
        {
            button.payload
            for answer in read_answers(data / "responses").values()
            for variant in answer.variants
            for button in variant.buttons
        }
    )
    return Workload(
        rule=_one_per_key(sentences, {topic for topic, first in answered_by.items() if first.startswith("utter_")}),
        action=_one_per_key(sentences, {topic for topic, first in answered_by.items() if first.startswith("action_")}),
        mix=[shuffled.choice(typed if shuffled.random() < _TYPED_SHARE else buttons) for _ in range(_MIX)],
    )


def _topics(sentences: Mapping[str, list[str]]) -> set[str]:
    return {key.partition("/")[0] for key in sentences}


def _first_action(rules: Path) -> str:
    return next(str(step["action"]) for step in load_yaml(rules)["rules"][0]["steps"] if "action" in step)


def _one_per_key(sentences: Mapping[str, list[str]], topics: set[str]) -> list[str]:
    return [spoken[0] for key, spoken in sentences.items() if key.partition("/")[0] in topics]
