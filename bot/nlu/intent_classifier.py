"""Rasa component: a linear classifier on folded, stemmed French; measured against stock Rasa in docs/benchmarks."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
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
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.nlu.french import stem
from bot.nlu.french_words import CLAUSES, QUESTIONS, words_of

_NAMES = "classifier.json"
_NUMBERS = "classifier.npz"
_BY_WORD = {"analyzer": "word", "token_pattern": r"\S+", "ngram_range": (1, 2), "sublinear_tf": True}
_BY_LETTER = {"analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True, "min_df": 2}


class _Encoder:
    """What one TfidfVectorizer does, for one text at a time: five times faster than its own `transform`."""

    def __init__(
        self, options: dict[str, Any], vocabulary: dict[str, int], idf: npt.NDArray[np.float64], offset: int
    ) -> None:
        """`offset` is added to each feature's number."""
        self._split: Callable[[str], list[str]] = TfidfVectorizer(**options).build_analyzer()
        self._vocabulary = vocabulary
        self._idf = idf
        self._offset = offset

    def __call__(self, text: str) -> tuple[list[int], list[float]]:
        """Numbers and values of the features of `text`, of Euclidean length 1."""
        counts = Counter(n for n in map(self._vocabulary.get, self._split(text)) if n is not None)
        values = [(1.0 + math.log(count)) * self._idf[n] for n, count in counts.items()]
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        return [n + self._offset for n in counts], [value / length for value in values]


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
        self._labels: list[str] = []
        self._vocabularies: list[dict[str, int]] = []
        self._numbers: dict[str, npt.NDArray[Any]] = {}
        self._bias: npt.NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._encoders: list[_Encoder] = []

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
        stems, folded = zip(*map(_forms, sentences), strict=True)
        by_word, by_letter = TfidfVectorizer(**_BY_WORD), TfidfVectorizer(**_BY_LETTER)
        features = hstack([by_word.fit_transform(stems), by_letter.fit_transform(folded)], format="csr")
        # A rough solution is as good as a fine one here, and a third sooner.
        model = LinearSVC(C=self._config["C"], class_weight=_weights(labels), tol=0.1).fit(features, labels)
        self._labels = [str(label) for label in model.classes_]
        self._vocabularies = [{f: int(n) for f, n in v.vocabulary_.items()} for v in (by_word, by_letter)]
        self._numbers = {
            "idf_word": by_word.idf_,
            "idf_letter": by_letter.idf_,
            "weights": np.ascontiguousarray(model.coef_.T, dtype=np.float32),
            "bias": model.intercept_.astype(np.float32),
        }
        self._prepare()

    def persist(self, folder: Path) -> None:
        """Write the model into `folder`."""
        (folder / _NAMES).write_text(json.dumps({"labels": self._labels, "vocabularies": self._vocabularies}))
        np.savez_compressed(folder / _NUMBERS, **self._numbers)

    def restore(self, folder: Path) -> None:
        """Read the model from `folder`."""
        names = json.loads((folder / _NAMES).read_text())
        self._labels, self._vocabularies = names["labels"], names["vocabularies"]
        with np.load(folder / _NUMBERS, allow_pickle=False) as stored:
            self._numbers = {name: stored[name] for name in stored.files}
        self._prepare()

    def rank(self, sentence: list[str]) -> list[tuple[str, float]]:
        """(intent, confidence) of the best candidates, best first; the confidences of all intents add up to 1."""
        if not self._encoders or not sentence:
            return []
        encoded = [encoder(form) for encoder, form in zip(self._encoders, _forms(sentence), strict=True)]
        rows = [n for numbers, _ in encoded for n in numbers]
        values = np.array([value for _, found in encoded for value in found], dtype=np.float32)
        scores = values @ self._numbers["weights"][rows] + self._bias
        exponents = np.exp((scores - scores.max()) / self._config["temperature"])
        confidences = exponents / exponents.sum()
        best = np.argsort(-scores)[: self._config["ranking_length"]]
        return [(self._labels[i], float(confidences[i])) for i in best]

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
        by_word, by_letter = self._vocabularies
        foreign = [label == self._config["out_of_scope"] for label in self._labels]
        self._bias = self._numbers["bias"] + np.array(foreign, dtype=np.float32) * self._config["caution"]
        self._encoders = [
            _Encoder(_BY_WORD, by_word, self._numbers["idf_word"], 0),
            _Encoder(_BY_LETTER, by_letter, self._numbers["idf_letter"], len(by_word)),
        ]


def _forms(sentence: list[str]) -> tuple[str, str]:
    return " ".join(map(stem, sentence)), " ".join(sentence)


def _weights(labels: list[str]) -> dict[str, float]:
    """Rare intents weigh more, by the square root of their rarity: what is out of scope has many more sentences."""
    counts = Counter(labels)
    mean = len(labels) / len(counts)
    return {label: math.sqrt(mean / count) for label, count in counts.items()}
