"""Rasa component: signs told in words of no lexicon, read clause by clause by a linear model of data/signes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.examples import NO_SIGN
from bot.content.lexicon import read_lexicon
from bot.content.location import DATA
from bot.engine.importer import SIGN
from bot.logic.portee import is_said
from bot.nlu.french_words import CLAUSES, words_of
from bot.nlu.linear_text import LinearText

_STORED = "signs"
# Requests that tell no sign: what an ordinary clause looks like.
_ORDINARY = ("accueil", "loi", "comprendre", "soigner", "images_en_ligne", "accompagner", "naviguer", "apres_entretien")
_ONE_IN = 5  # of these requests


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SignReader(GraphComponent):
    """Adds the signs that a clause tells of the young person, and does not deny, to those of the lexicon."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Options of the component, chosen on development narratives (docs/qualite.md)."""
        return {
            "C": 1.0,  # inverse of the regularisation of the linear model
            "sure": 0.1,  # decision value from which a sign is told
            "shortest": 3,  # words of a clause that can tell one
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SignReader:
        """An untrained component, which reads nothing."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SignReader:
        """A trained component."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model.restore(folder, _STORED)
        return component

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage | None, resource: Resource | None) -> None:
        """Keep the configuration; `train` or `load` brings the model."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._small_words = read_lexicon(DATA / "lexicon").small_words
        self._model = LinearText()

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from data/signes and from ordinary requests; store the model without pickle."""
        assert self._storage and self._resource
        read = [m for m in training_data.training_examples if m.get(CLAUSES)]
        taught = [m for m in read if m.get(SIGN)]
        ordinary = [m for m in read if str(m.get(INTENT)).split("/")[0] in _ORDINARY][::_ONE_IN]
        weights = [3.0] * len(taught) + [1.0] * len(ordinary)
        texts = [words_of(m) for m in (*taught, *ordinary)]
        labels = [m.get(SIGN) for m in taught] + [NO_SIGN] * len(ordinary)
        self._model.fit(texts, labels, self._config["C"], None, weights)
        with self._storage.write_to(self._resource) as folder:
            self._model.persist(folder, _STORED)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Append the signs that nothing found yet to the entities of each message."""
        for message in messages:
            parts = message.get(CLAUSES)
            entities = message.get(ENTITIES) or []
            known = {one["value"] for one in entities if one["entity"] == "signe"}
            text = message.get(TEXT) or ""
            for sign in dict.fromkeys(self.read(parts)) if parts else ():
                if sign not in known:
                    place = {"start": 0, "end": len(text), "extractor": "SignReader"}
                    entities = [*entities, {"entity": "signe", "value": sign, **place}]
            message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def read(self, parts: Sequence[list[str]]) -> Iterator[str]:
        """Ids of the signs that the clauses `parts` tell of the young person and do not deny."""
        if not self._model.is_trained:
            return
        for index, part in enumerate(parts):
            if len(part) < self._config["shortest"]:
                continue
            scores = self._model.scores(part)
            told = [
                label for label, score in zip(self._model.labels, scores, strict=True) if score >= self._config["sure"]
            ]
            if told and is_said(parts, index, 0, len(part), self._small_words, False):
                yield from (sign for sign in told if sign != NO_SIGN)
