"""Rasa component: dangers, read in every message by a lexicon and a linear model, before anything is decided."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.alerts import NO_DANGER
from bot.content.lexicon import Lexicon, read_lexicon
from bot.content.location import DATA
from bot.engine.importer import ALERT
from bot.logic.normalisation import fold
from bot.logic.request import DOUBT
from bot.logic.securite import Verdict, conclude
from bot.nlu.entities import entity
from bot.nlu.french import LexiconMatcher, passages
from bot.nlu.french_words import CLAUSES, words_of
from bot.nlu.learned import LearnedComponent
from bot.nlu.lexicon_extractor import SIGN

DANGER = "danger"
MINOR_WRITES = "mineur"
PLAUSIBLE = "dangers_plausibles"  # property of a message: kinds of danger that cannot be ruled out
NOW = "danger_immediat"
_EXCEPTION = "sauf"
_TOPIC = "urgence"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SafetyLayer(LearnedComponent):
    """Adds the entity danger, and marks a message where one can neither be read nor ruled out.

    Deterministic: a lexicon (data/lexicon/dangers.yml) for what is said plainly, and a linear model of the messages of
    data/alertes for what is told in other words.
    """

    stored = "safety"
    fewest_letters = 3

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Options of the component, chosen on development sets (docs/qualite.md)."""
        return {
            "C": 1.0,  # inverse of the regularisation of the linear model
            "weight": 3.0,  # of a message written for the safety layer, beside an ordinary request
            # How much a kind must outweigh an ordinary message to be a danger, or a doubt; some have an alarm of their
            # own: a missed danger weighs more than a false alarm where somebody's life is at stake.
            "alarm": 0.1,
            "alarms": {
                "danger_immediat": -0.15,
                "risque_suicidaire": -0.15,
                "disparition": -0.15,
                "demande_interdite": -0.1,
            },
            "doubt": -0.6,
            "plausible": -1.0,
            "doubtful": ["danger_immediat", "disparition", "risque_suicidaire", "mineur_ecrit"],
            # A story of signs speaks of harm in every line: from `story` signs on, `grave` ones apart, a danger must be
            # plainer by `calm`, and is a doubt otherwise.
            "story": 2,
            "grave": ["armes", "peur_menaces", "blessures_traces", "idees_suicidaires", "fugues"],
            "calm": 1.1,
            # Beyond `long` words, a message is also read by passages of `passage` words or so, which must be plainer by
            # `strictness`: a danger told at the end of a story outweighs it.
            "long": 25,
            "passage": 18,
            "strictness": 0.6,
        }

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage | None, resource: Resource | None) -> None:
        """Compile the lexicon; untrained, it reads by it alone."""
        super().__init__(config, model_storage, resource)
        lexicon = read_lexicon(DATA / "lexicon")
        self._urgency = [danger.id for danger in lexicon.dangers]
        self._cries = {fold(message): danger.id for danger in lexicon.dangers for message in danger.messages}
        self._lexicon = LexiconMatcher(_entries(lexicon), lexicon.small_words.ignored)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from data/alertes and from the ordinary requests; store the model without pickle."""
        examples = [m for m in training_data.training_examples if m.get(CLAUSES) and (m.get(ALERT) or m.get(INTENT))]
        weights = [self.config["weight"] if m.get(ALERT) else 1.0 for m in examples]
        self.model.fit([words_of(m) for m in examples], [_kind(m) for m in examples], self.config["C"], None, weights)
        return self.keep()

    def process(self, messages: list[Message]) -> list[Message]:
        """Append the danger of each message to its entities; set DOUBT where none is told and none can be ruled out."""
        for message in messages:
            parts = message.get(CLAUSES)
            if parts:
                entities = message.get(ENTITIES) or []
                signs = {one["value"] for one in entities if one["entity"] == SIGN}
                verdict = self.read(parts, calm=len(signs.difference(self.config["grave"])) >= self.config["story"])
                text = message.get(TEXT) or ""
                found = [entity(DANGER, verdict.danger, text, type(self).__name__)] if verdict.danger else []
                found += [entity(MINOR_WRITES, "oui", text, type(self).__name__)] if verdict.minor else []
                message.set(ENTITIES, [*entities, *found], add_to_output=True)
                message.set(DOUBT, verdict.doubt, add_to_output=True)
                message.set(PLAUSIBLE, verdict.plausible)
        return messages

    def read(self, parts: Sequence[Sequence[str]], calm: bool = False) -> Verdict:
        """The verdict on a message, whose clauses are `parts`; `calm` when it tells a story of signs."""
        more = self.config["calm"] if calm else 0.0
        words = list(chain(*parts))
        return conclude(
            self._named(parts, words),
            self._scores(parts, words),
            self._urgency,
            alarm={kind: self.config["alarms"].get(kind, self.config["alarm"]) + more for kind in self._urgency},
            doubt=self.config["doubt"],
            doubtful=self.config["doubtful"],
            plausible_from=self.config["plausible"],
        )

    def _named(self, parts: Sequence[Sequence[str]], words: list[str]) -> set[str]:
        """Kinds that the lexicon recognises and that no exception of it cancels; `words` are those of all `parts`."""
        cry = self._cries.get(" ".join(words))
        if cry:
            return {cry}
        labels = {match.label for part in parts for match in self._lexicon(list(part))}
        if len(parts) > 1:
            # « il est là, il a un couteau »: the danger of now may be told over a comma; the others would be misread.
            whole = {match.label for match in self._lexicon(words)}
            labels |= {label for label in whole if label in (NOW, _EXCEPTION, f"{_EXCEPTION}:{NOW}")}
        if _EXCEPTION in labels:
            return set()
        return {kind for kind in self._urgency if kind in labels and f"{_EXCEPTION}:{kind}" not in labels}

    def _scores(self, parts: Sequence[Sequence[str]], words: list[str]) -> dict[str, float]:
        """How much each kind outweighs an ordinary message; 0 is even, empty before training."""
        if not self.model.is_trained:
            return {}
        if not any(map(str.isalpha, words)):
            return {}  # « 16 » answers a question
        best = self._outweighs(words)
        if len(words) > self.config["long"]:
            length = self.config["passage"]
            # A clause that never ends is cut at twice that.
            read = [list(chain(*parts[start:end]))[: 2 * length] for start, end in passages(parts, length)]
            best = np.maximum(best, np.max(list(map(self._outweighs, read)), axis=0) - self.config["strictness"])
        return {kind: float(score) for kind, score in zip(self.model.labels, best, strict=True) if kind != NO_DANGER}

    def _outweighs(self, words: Sequence[str]) -> npt.NDArray[np.float32]:
        scores = self.model.scores(words)
        ordinary: npt.NDArray[np.float32] = scores - scores[self.model.labels.index(NO_DANGER)]
        return ordinary


def _kind(message: Message) -> str:
    """The kind of a training message: a request of the topic urgence is of the kind that it asks for."""
    alert = message.get(ALERT)
    if alert:
        return str(alert)
    topic, _, name = str(message.get_full_intent()).partition("/")
    return name if topic == _TOPIC else NO_DANGER


def _entries(lexicon: Lexicon) -> list[tuple[str, str]]:
    entries = [(_EXCEPTION, e) for e in lexicon.general_exceptions]
    for danger in lexicon.dangers:
        entries += [(danger.id, e) for e in danger.expressions]
        entries += [(f"{_EXCEPTION}:{danger.id}", e) for e in danger.exceptions]
    return entries
