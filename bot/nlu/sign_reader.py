"""Rasa component: the signs that a story tells in words that no lexicon foresaw."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from itertools import chain
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.lexicon import read_lexicon
from bot.content.location import DATA
from bot.engine.importer import NOT_TOLD, SIGNS
from bot.logic.comprehension import DESCRIBE
from bot.nlu.entities import entity
from bot.nlu.french import passages
from bot.nlu.french_words import CLAUSES
from bot.nlu.last_word import DECIDED
from bot.nlu.learned import LearnedComponent, Storable
from bot.nlu.lexicon_extractor import SIGN, SIGNS_BY_CLAUSE, LexiconExtractor
from bot.nlu.sign_scope import Parts, SignScope

_NAMED = "§"  # a word that tells the model which sign the lexicon read


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SignReader(LearnedComponent):
    """Adds the signs learned from data/signes to those of the lexicon, and drops those of the lexicon that it refutes.

    It reads stories alone, once their intent is decided: what a short question asks about is not told.
    """

    stored = "signs"
    fewest_letters = 3
    company = 0.7

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Options of the component, chosen on development sets (docs/qualite.md)."""
        return {
            "C": 1.0,  # inverse of the regularisation of the linear model
            "weight": 3.0,  # of a sentence that tells a sign, beside one that does not
            "story": 15,  # words of a message that is read even if its intent is another and the lexicon found nothing
            "passage": 16,  # words read together, or a clause when it is longer
            "told": 0.15,  # decision value from which a sign is told
            "refuted": -0.4,  # decision value of its clause under which a sign of the lexicon is not
            "said": 0.65,  # what that value and the one of its scope add up to, at least, when it is the young person's
        }

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage | None, resource: Resource | None) -> None:
        """Untrained, it leaves the lexicon alone."""
        super().__init__(config, model_storage, resource)
        self._scope = SignScope(read_lexicon(DATA / "lexicon").small_words)

    def models(self) -> dict[str, Storable]:
        """The signs, and whose they are."""
        return {**super().models(), "scope": self._scope}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the sentences of data/signes; store the model without pickle."""
        examples = [m for m in training_data.training_examples if m.get(CLAUSES) and m.get(SIGNS) is not None]
        lexicon = LexiconExtractor(read_lexicon(DATA / "lexicon"))
        texts = [_marked(m.get(CLAUSES), lexicon.signs_by_clause(m.get(CLAUSES))) for m in examples]
        self.model.fit_many(texts, [m.get(SIGNS) for m in examples], self.config["C"], self.config["weight"])
        self._learn_scope(examples)
        return self.keep()

    def _learn_scope(self, examples: Sequence[Message]) -> None:
        """Learn around the word of each sentence that speaks most for a sign, told there or not."""
        spots, told = [], []
        for message in examples:
            parts, signs = message.get(CLAUSES), {*message.get(SIGNS), *message.get(NOT_TOLD)}
            for sign in sorted(signs.intersection(self.model.labels)):
                spots.append((parts, *self._spot(sign, parts, 0, len(parts)), sign))
                told.append(sign in message.get(SIGNS))
        self._scope.fit(spots, told)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the signs of each story among its entities, in the order of the text."""
        for message in messages:
            parts, named = message.get(CLAUSES), message.get(SIGNS_BY_CLAUSE)
            if parts and named is not None and self.model.is_trained and self._tells(message, parts, named):
                others = [one for one in message.get(ENTITIES) or () if one["entity"] != SIGN]
                text = message.get(TEXT) or ""
                found = [entity(SIGN, sign, text, type(self).__name__) for sign in self.read(parts, named)]
                message.set(ENTITIES, [*others, *found], add_to_output=True)
        return messages

    def _tells(self, message: Message, parts: Sequence[Sequence[str]], named: Sequence[Sequence[str]]) -> bool:
        return message.get(DECIDED) == DESCRIBE or any(named) or sum(map(len, parts)) >= self.config["story"]

    def read(self, parts: Parts, named: Sequence[Sequence[str]]) -> list[str]:
        """Ids of the signs told in the clauses `parts`, where the lexicon read `named`, in the order of the text."""
        first: dict[str, int] = {}  # sign -> the clause that tells it
        scores = cache(partial(self._scores, parts, named))  # a long clause is a passage too
        for start, end in passages(parts, self.config["passage"]):
            for sign, score in scores(start, end).items():
                if score > self.config["told"] and sign not in first:
                    at = self._said_at(sign, score, parts, start, end)
                    if at is not None:
                        first[sign] = at
        for index, signs in enumerate(named):
            # A plain expression is judged in its own clause: those around it would drown it.
            own = scores(index, index + 1) if signs else {}
            for sign in signs:
                if self._stands(sign, own.get(sign), parts, index):
                    first[sign] = min(index, first.get(sign, index))
        return sorted(first, key=lambda sign: first[sign])

    def _scores(self, parts: Parts, named: Sequence[Sequence[str]], start: int, end: int) -> dict[str, float]:
        """The decision value of each sign in the clauses `parts[start:end]`."""
        scores = self.model.scores(_marked(parts[start:end], named[start:end]))
        return dict(zip(self.model.labels, map(float, scores), strict=True))

    def _stands(self, sign: str, score: float | None, parts: Parts, index: int) -> bool:
        """False when what the lexicon read in a clause is refuted; nothing refutes a sign that was never learned."""
        if score is None:
            return True
        return score > self.config["refuted"] and self._said_at(sign, score, parts, index, index + 1) is not None

    def _said_at(self, sign: str, score: float, parts: Parts, start: int, end: int) -> int | None:
        """The clause of `parts[start:end]` that speaks most for `sign`; None when it is not the young person's."""
        index, word = self._spot(sign, parts, start, end)
        return index if self._scope.value(parts, index, word, sign) + score > self.config["said"] else None

    def _spot(self, sign: str, parts: Parts, start: int, end: int) -> tuple[int, int]:
        """The clause of `parts[start:end]` and its word that speak most for `sign`."""
        pulls = {index: self.model.pulls(parts[index], sign) for index in range(start, end)}
        index = max(pulls, key=lambda one: max(pulls[one]))
        return index, max(range(len(pulls[index])), key=pulls[index].__getitem__)


def _marked(parts: Sequence[Sequence[str]], named: Sequence[Sequence[str]]) -> list[str]:
    """All the words of `parts`, then the signs that the lexicon read there."""
    return [*chain(*parts), *(f"{_NAMED}{sign}" for sign in dict.fromkeys(chain(*named)))]
