"""Rasa component: signs, place, profession and need read by the lexicons of data/lexicon."""

from __future__ import annotations

from itertools import chain
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.lexicon import Lexicon, read_lexicon
from bot.content.location import DATA
from bot.content.places import load_gazetteer
from bot.logic.lieux import Place, find_place
from bot.logic.portee import is_said
from bot.nlu.entities import entity
from bot.nlu.french import LexiconMatcher
from bot.nlu.french_words import CLAUSES

SIGN = "signe"  # entity
SIGNS_BY_CLAUSE = "signes_par_proposition"  # property of a message: the signs that the lexicon read, a list per clause
_ABSENCE = "!"  # ends the label of an expression that holds a negation of its own
_NEAR = 5  # words between "je" and the profession
_REQUEST = 10  # words of a message that asks for a contact in a place: « numéro crip marseille s'il vous plaît »
_SHORT = 4  # words of a clause that is nothing but a profession


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LexiconExtractor(GraphComponent):
    """Adds the entities signe, departement, lieu_ambigu, collectivite, profession and besoin."""

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
    ) -> LexiconExtractor:
        """Read the lexicons and the gazetteer."""
        return cls(read_lexicon(DATA / "lexicon"))

    def __init__(self, lexicon: Lexicon) -> None:
        """Compile the matchers of `lexicon`."""
        ignored = lexicon.small_words.ignored
        self._lexicon = lexicon
        self._gazetteer = load_gazetteer(DATA / "directory")
        self._signs = LexiconMatcher(_sign_entries(lexicon), ignored)
        self._terms = LexiconMatcher(
            [
                *((f"profession:{t.id}", e) for t in lexicon.professions for e in t.expressions),
                *((f"besoin:{t.id}", e) for t in lexicon.needs for e in t.expressions),
            ],
            ignored,
        )

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Append the entities of each message to what it already has."""
        for message in messages:
            text, parts = message.get(TEXT) or "", message.get(CLAUSES)
            if parts:
                signs = self.signs_by_clause(parts)
                message.set(SIGNS_BY_CLAUSE, signs)
                place_expected = tracker.get_slot("attente") == "departement"
                told = [(SIGN, sign) for sign in dict.fromkeys(chain(*signs))]
                found = [
                    entity(name, value, text, type(self).__name__)
                    for name, value in (*told, *self.read(text, parts, place_expected))
                ]
                message.set(ENTITIES, [*(message.get(ENTITIES) or []), *found], add_to_output=True)
        return messages

    def read(self, text: str, parts: list[list[str]], place_expected: bool = False) -> list[tuple[str, str]]:
        """(entity, value) pairs found in `text`, whose clauses are `parts`; signs are read apart."""
        found: list[tuple[str, str]] = []
        for part in parts:
            for match in self._terms(part):
                kind, _, value = match.label.partition(":")
                if (kind, value) not in found and (kind == "besoin" or _speaks_of_oneself(part, match.start)):
                    found.append((kind, value))
        # « crip Toulouse » names its town without « à ».
        announced = any(kind == "besoin" for kind, _ in found) and sum(map(len, parts)) <= _REQUEST
        place = find_place(text, self._gazetteer, expected=place_expected or announced)
        return [*found, *_place_entities(place)]

    def signs_by_clause(self, parts: list[list[str]]) -> list[list[str]]:
        """Ids of the signs said of the young person and not denied, clause by clause."""
        return [self._signs_of(parts, index) for index in range(len(parts))]

    def _signs_of(self, parts: list[list[str]], index: int) -> list[str]:
        found = (
            match.label
            for match in self._signs(parts[index])
            if is_said(parts, index, match.start, match.end, self._lexicon.small_words, match.label.endswith(_ABSENCE))
        )
        return list(dict.fromkeys(label.removesuffix(_ABSENCE) for label in found))


def _sign_entries(lexicon: Lexicon) -> list[tuple[str, str]]:
    """An expression that begins with a negation (« ne ~ vient plus cours ») is a sign by what is absent."""
    negations = lexicon.small_words.negation_first | lexicon.small_words.negation_second
    return [
        (
            f"{sign.id}{_ABSENCE}" if any(negations.issuperset(w.split("|")) for w in expression.split()) else sign.id,
            expression,
        )
        for sign in lexicon.signs
        for expression in sign.expressions
    ]


def _speaks_of_oneself(clause: list[str], start: int) -> bool:
    """True for « je suis infirmière », « infirmière scolaire » alone; false for « l'infirmière m'a dit »."""
    before = clause[max(0, start - _NEAR) : start]
    return "je" in before or "suis" in before or "tant" in before or (start <= 1 and len(clause) <= _SHORT)


def _place_entities(place: Place) -> list[tuple[str, str]]:
    if place.outcome == "none":
        return []
    if place.outcome == "ambiguous":
        return [("lieu_ambigu", "|".join(choice.code for choice in place.choices))]
    return [("departement" if place.outcome == "department" else "collectivite", place.code)]
