"""Rasa component: the words of a message, clause by clause, folded, abbreviations written out, slips corrected."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.formulations import read_review_words
from bot.content.keys import known_keys
from bot.content.lexicon import Lexicon, read_lexicon
from bot.content.location import DATA
from bot.logic.comprehension import is_question, separate_questions
from bot.logic.correction import Correction
from bot.logic.normalisation import fold, words
from bot.logic.relire_phrase import asked_about
from bot.nlu.french import GAP, clauses

# Properties of a message: its words, a list for each clause; whether it asks something; the words of each of its
# questions, when it asks several.
CLAUSES = "propositions"
ASKS = "interroge"
QUESTIONS = "questions"
_STORED = "words.json.gz"
_USUAL = 0.005  # share of the sentences that hold a word which others get glued to
_TRUSTED = 3  # sentences that hold a word of no dictionary before it is taken for a word and not for a slip


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class FrenchWords(GraphComponent):
    """Sets the words of each message, once for every component after it; learns which words there are."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """No option: what can be tuned is data."""
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FrenchWords:
        """An untrained component, which corrects nothing."""
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FrenchWords:
        """A trained component."""
        with model_storage.read_from(resource) as folder:
            stored = json.loads(gzip.decompress((folder / _STORED).read_bytes()))
        correction = Correction(stored["known"], frozenset(stored["left_alone"]), stored["usual"])
        return cls(model_storage, resource, correction)

    def __init__(self, model_storage: ModelStorage, resource: Resource, correction: Correction | None = None) -> None:
        """`correction` is None before training."""
        self._storage = model_storage
        self._resource = resource
        self._correction = correction
        lexicon = read_lexicon(DATA / "lexicon")
        self._abbreviations = lexicon.abbreviations
        self._question_words = lexicon.small_words.question_words
        self._payloads = known_keys(DATA)
        self._asks = read_review_words(DATA).asks

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the words of the sentences and of the lexicons."""
        sentences = [m.get(TEXT) for m in training_data.training_examples if m.get(TEXT)]
        learned = learn(sentences, read_lexicon(DATA / "lexicon"))
        with self._storage.write_to(self._resource) as folder:
            stored = {"known": learned.known, "left_alone": sorted(learned.left_alone), "usual": learned.usual}
            (Path(folder) / _STORED).write_bytes(gzip.compress(json.dumps(stored).encode(), mtime=0))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Set the words of the training sentences as those of any message."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Set CLAUSES, ASKS, QUESTIONS; a payload that is none of ours becomes words, whose danger is read."""
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith("/") and text[1:] not in self._payloads:
                text = text.lstrip("/ ")
                message.set(TEXT, text, add_to_output=True)
            if not text.startswith("/"):
                planned = asked_about(text, self._asks)
                if planned and planned.addressed:
                    # « relis ma phrase : "est-ce qu'il te frappe ?" » tells nothing: only what is around it is read.
                    text = planned.around
                message.set(CLAUSES, self.read(text))
                message.set(ASKS, is_question(text, words_of(message), self._question_words))
                questions = separate_questions(text, self._question_words)
                message.set(QUESTIONS, [list(chain(*self.read(question))) for question in questions])
        return messages

    def read(self, text: str) -> list[list[str]]:
        """The words of each clause of `text`."""
        return clauses(text, self._abbreviations, self._correction)


def words_of(message: Message) -> list[str]:
    """All the words of a message that FrenchWords has read."""
    return list(chain(*(message.get(CLAUSES) or ())))


def learn(sentences: Iterable[str], lexicon: Lexicon) -> Correction:
    """The correction that knows the words of `sentences` and `lexicon`, and leaves the rest of French alone."""
    french = _dictionary()
    sentences = list(sentences)
    counts = Counter(word for sentence in sentences for word in words(sentence, lexicon.abbreviations))
    known = {word: count for word, count in counts.items() if count >= _TRUSTED or word in french}
    for word in (*_lexicon_words(lexicon), *lexicon.abbreviations):
        known.setdefault(word, 1)
    return Correction(known, french.difference(known), max(_TRUSTED, round(_USUAL * len(sentences))))


def _dictionary() -> frozenset[str]:
    from spellchecker import SpellChecker

    return frozenset(fold(word) for word in SpellChecker(language="fr").word_frequency.dictionary)


def _lexicon_words(lexicon: Lexicon) -> Iterable[str]:
    small = lexicon.small_words
    expressions = [e for sign in lexicon.signs for e in sign.expressions]
    expressions += [e for danger in lexicon.dangers for e in (*danger.expressions, *danger.exceptions)]
    expressions += [e for term in (*lexicon.professions, *lexicon.needs) for e in term.expressions]
    expressions += lexicon.general_exceptions
    for expression in expressions:
        yield from fold(expression.replace(GAP, " ").replace("|", " ")).split()
    yield from small.ignored | small.other_people | small.young_person | small.negation_first | small.negation_second
