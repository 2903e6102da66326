"""Rasa component: a linear classifier on folded, stemmed French; measured against stock Rasa in docs/benchmarks."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.importer import SIGNS
from bot.logic.comprehension import DESCRIBE, OUT_OF_SCOPE
from bot.nlu.french_words import QUESTIONS, words_of
from bot.nlu.learned import LearnedComponent
from bot.nlu.linear_text import LinearText


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FrenchIntentClassifier(LearnedComponent):
    """Ranks the full retrieval intents ("loi/client_peines") of a message."""

    stored = "classifier"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Options of the component."""
        return {
            "C": 1.0,  # inverse of the regularisation of the hyperplanes
            "rare_words": 100_000,  # words, and pairs of them, that less than one text in so many holds are not read
            "rare_letters": 50_000,  # nor such letters
            "blend": 0.4,  # share of the softmax beside them
            "temperature": 0.15,  # scales decision values into confidences; calibrated on tests/nlu/dev.yml
            # What is out of scope has endless forms: its decision value is raised by what the same file called for.
            "out_of_scope": OUT_OF_SCOPE,
            "caution": 0.4,
            "ranking_length": 5,  # how many candidates are kept in the parse data
            "story": 20,  # words of a sentence of data/signes that tells several signs: it also is a story to read
        }

    def train(self, training_data: TrainingData) -> Resource:
        """Fit hyperplanes and a softmax on the intent examples and store the model without pickle."""
        read = [(words_of(message), self._asked(message)) for message in training_data.training_examples]
        texts = [words for words, key in read if words and key]
        labels = [key for words, key in read if words and key]
        words, letters = (math.ceil(len(texts) / self.config[rare]) for rare in ("rare_words", "rare_letters"))
        self.model = LinearText(fewest_words=words, fewest_letters=letters)
        self.model.fit(
            texts,
            labels,
            self.config["C"],
            class_weights=_weights(labels),
            blend=self.config["blend"],
            scale=self.config["temperature"],
        )
        return self.keep()

    def _asked(self, message: Message) -> str | None:
        """The intent of a training sentence; one of data/signes that tells several signs is a story to read."""
        if message.get(INTENT):
            return str(message.get_full_intent())
        story = len(message.get(SIGNS) or ()) > 1 and len(words_of(message)) >= self.config["story"]
        return DESCRIBE if story else None

    def rank(self, sentence: list[str]) -> list[tuple[str, float]]:
        """(intent, confidence) of the best candidates, best first; the confidences of all intents add up to 1."""
        if not self.model.is_trained or not sentence:
            return []
        scores = self.model.scores(sentence) + self._caution
        exponents = np.exp((scores - scores.max()) / self.config["temperature"])
        confidences = exponents / exponents.sum()
        best = np.argsort(-scores)[: self.config["ranking_length"]]
        return [(self.model.labels[i], float(confidences[i])) for i in best]

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

    def prepare(self) -> None:
        """How much the decision value of each intent is raised."""
        foreign = [label == self.config["out_of_scope"] for label in self.model.labels]
        self._caution = np.array(foreign, dtype=np.float32) * self.config["caution"]


def _weights(labels: list[str]) -> dict[str, float]:
    """Rare intents weigh more, by the square root of their rarity: what is out of scope has many more sentences."""
    counts = Counter(labels)
    mean = len(labels) / len(counts)
    return {label: math.sqrt(mean / count) for label, count in counts.items()}
