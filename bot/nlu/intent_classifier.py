"""Rasa component: a linear classifier on folded, stemmed French; measured against stock Rasa in docs/benchmarks."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.french_words import CLAUSES, QUESTIONS, words_of
from bot.nlu.linear_text import LinearText

_STORED = "classifier"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FrenchIntentClassifier(GraphComponent):
    """Ranks the full retrieval intents ("loi/client_peines") of a message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Options of the component."""
        return {
            "C": 1.0,  # inverse of the regularisation of the linear model
            "temperature": 0.15,  # scales decision values into confidences; calibrated on tests/nlu/dev.yml
            # What is out of scope has endless forms: its decision value is raised by what the same file called for.
            "out_of_scope": "accueil/hors_sujet",
            "caution": 0.2,
            "ranking_length": 5,  # how many candidates are kept in the parse data
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FrenchIntentClassifier:
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FrenchIntentClassifier:
        """A trained component."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component.restore(folder)
        return component

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage | None, resource: Resource | None) -> None:
        """Keep the configuration; `train` or `load` brings the model."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._model = LinearText()
        self._caution: npt.NDArray[np.float32] = np.zeros(0, dtype=np.float32)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on the intent examples and store the model without pickle."""
        assert self._storage and self._resource
        examples = [m for m in training_data.intent_examples if m.get(CLAUSES)]
        self.fit([words_of(m) for m in examples], [m.get_full_intent() for m in examples])
        with self._storage.write_to(self._resource) as folder:
            self.persist(folder)
        return self._resource

    def fit(self, sentences: list[list[str]], labels: list[str]) -> None:
        """Fit the features and one hyperplane per intent; a sentence is its folded words."""
        self._model.fit(sentences, labels, self._config["C"], class_weights=_weights(labels))
        self._prepare()

    def persist(self, folder: Path) -> None:
        """Write the model into `folder`."""
        self._model.persist(folder, _STORED)

    def restore(self, folder: Path) -> None:
        """Read the model from `folder`."""
        self._model.restore(folder, _STORED)
        self._prepare()

    def rank(self, sentence: list[str]) -> list[tuple[str, float]]:
        """(intent, confidence) of the best candidates, best first; the confidences of all intents add up to 1."""
        if not self._model.is_trained or not sentence:
            return []
        scores = self._model.scores(sentence) + self._caution
        exponents = np.exp((scores - scores.max()) / self._config["temperature"])
        confidences = exponents / exponents.sum()
        best = np.argsort(-scores)[: self._config["ranking_length"]]
        return [(self._model.labels[i], float(confidences[i])) for i in best]

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent and its ranking on each message."""
        for message in messages:
            ranking = self.rank(words_of(message))
            named = [{"name": name, "confidence": confidence} for name, confidence in ranking]
            message.set(INTENT, named[0] if named else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, named, add_to_output=True)
            asked = [self.rank(words) for words in message.get(QUESTIONS) or ()]
            message.set(QUESTIONS, [ranked[0] for ranked in asked if ranked])
        return messages

    def _prepare(self) -> None:
        foreign = [label == self._config["out_of_scope"] for label in self._model.labels]
        self._caution = np.array(foreign, dtype=np.float32) * self._config["caution"]


def _weights(labels: list[str]) -> dict[str, float]:
    """Rare intents weigh more, by the square root of their rarity: what is out of scope has many more sentences."""
    counts = Counter(labels)
    mean = len(labels) / len(counts)
    return {label: math.sqrt(mean / count) for label, count in counts.items()}
