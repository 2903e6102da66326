"""Rasa component: the last word on the intent, with what the conversation knows (see bot/logic/comprehension.py)."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, RESPONSE_SELECTOR, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.answers import read_answers
from bot.content.formulations import read_review_words
from bot.content.keys import known_keys, titles_of_choices
from bot.content.lexicon import family_answers
from bot.content.location import DATA
from bot.content.registers import read_registers
from bot.logic.comprehension import (
    DESCRIBE,
    FALLBACK,
    OTHER_TRADE,
    Choice,
    Context,
    Observation,
    Reading,
    Thresholds,
    read_message,
    split_key,
)
from bot.logic.registre import ADULT, MINOR, PROFESSIONAL, in_register, who_writes
from bot.logic.relire_phrase import ASK, EXPECTED, asked_about, given, told
from bot.logic.request import ALSO, CHOSEN
from bot.nlu.entities import entity
from bot.nlu.french_words import ASKS, QUESTIONS, words_of
from bot.nlu.safety_layer import DANGER, MINOR_WRITES, PLAUSIBLE

REGISTER = "registre"  # entity and slot
DECIDED = "demande_retenue"  # property of a message: the key that was decided
_PLACES = frozenset({"departement", "lieu_ambigu", "collectivite"})
_ARTICLE = re.compile(r"\b\d{3}-\d{1,2}(?:-\d{1,2})?\b")
_SHORT = 6  # words of a message that only says a profession: "je suis infirmière scolaire en lycée"
_CONCISE = 15  # words of a question about a sign; a story is longer
_PLACE_ALONE = 4  # words of a message that is nothing but a place: "dans le Val d'Oise"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LastWord(GraphComponent):
    """Replaces the intent by what danger, a typed choice or the context say, and names the answer inside its topic."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Confidences calibrated on tests/nlu/dev.yml: below `accept` Vigie offers choices."""
        return {"accept": Thresholds.accept, "sure": Thresholds.sure}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LastWord:
        """Read which keys exist: only they can be named by a button or a client."""
        return cls(config)

    def __init__(self, config: dict[str, Any]) -> None:
        """Read the allow-list of payloads."""
        self._thresholds = Thresholds(accept=config["accept"], sure=config["sure"])
        self._known = known_keys(DATA)
        self._asks = read_review_words(DATA).asks
        self._registers = read_registers(DATA / "registres.yml")
        self._families = family_answers(DATA / "lexicon")
        self._titles = titles_of_choices(DATA)
        self._topics = sorted({split_key(key)[0] for key in self._known})

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Decide the intent of each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            reading = read_message(self._observe(message, text), self._context(tracker), self._known, self._thresholds)
            reading = self._without_foreign_article(text, reading)
            reading = self._for_who_writes(message, tracker, reading)
            if text.startswith("/"):
                # Rasa's own RegexMessageHandler comes last and would obey any "/intent{...}": it must not see one.
                message.set(TEXT, text.lstrip("/") or "?", add_to_output=True)
            self._write(message, reading)
        return messages

    def _without_foreign_article(self, text: str, reading: Reading) -> Reading:
        """Never answer about an article of law with a text that does not name it."""
        asked = _ARTICLE.findall(text)
        answer = read_answers(DATA / "responses").get(reading.key)
        if not asked or reading.chosen or answer is None or reading.key == DESCRIBE:
            return reading
        told = " ".join(variant.text for variant in answer.variants)
        if reading.key.startswith("urgence/") or any(article in told for article in asked):
            return reading
        return Reading(FALLBACK, reading.confidence, reading.candidates)

    def _for_who_writes(self, message: Message, tracker: DialogueStateTracker, reading: Reading) -> Reading:
        """The reading in the register of who writes, which is noted for the rest of the conversation."""
        entities = message.get(ENTITIES) or []
        trade = _first(entities, "profession") not in (None, OTHER_TRADE) or reading.key == ADULT
        before = tracker.get_slot(REGISTER)
        writer = who_writes(reading.key, bool(_first(entities, MINOR_WRITES)), trade, before)
        if writer and writer != before:
            noted = entity(REGISTER, writer, message.get(TEXT) or "", type(self).__name__)
            message.set(ENTITIES, [*entities, noted], add_to_output=True)
        register = self._registers.get(writer or "")
        sure = reading.chosen or reading.confidence >= self._thresholds.sure
        key = in_register(reading.key, register, sure) if register else reading.key
        return reading if key == reading.key else Reading(key, 1.0, chosen=reading.chosen)

    def _observe(self, message: Message, text: str) -> Observation:
        entities = message.get(ENTITIES) or []
        ranking = tuple((r["name"], r["confidence"]) for r in message.get(INTENT_RANKING_KEY) or ())
        found = {e["entity"] for e in entities}
        typed = words_of(message)
        sentence = given(text)
        signs = tuple(e["value"] for e in entities if e["entity"] == "signe")
        families = {self._families[sign] for sign in signs}
        return Observation(
            text=text,
            ranking=ranking,
            danger=_first(entities, DANGER),
            plausible=message.get(PLAUSIBLE) or frozenset(),
            signs=signs,
            family=families.pop() if len(families) == 1 else None,
            is_concise=len(typed) <= _CONCISE,
            place_found=not found.isdisjoint(_PLACES),
            is_short=len(typed) <= _SHORT,
            is_brief=len(typed) <= _PLACE_ALONE,
            place_is_whole_message=len(typed) <= _PLACE_ALONE and "signe" not in found,
            profession=_first(entities, "profession"),
            need=_first(entities, "besoin"),
            is_question=bool(message.get(ASKS)),
            questions=tuple(message.get(QUESTIONS) or ()),
            planned=asked_about(text, self._asks) is not None,
            holds_sentence=told(text) is not None,
            addressed=bool(sentence and sentence.addressed),
            maybe_planned=sentence is not None,
        )

    def _context(self, tracker: DialogueStateTracker) -> Context:
        return Context(
            choices=_last_choices(tracker),
            expected=EXPECTED if _awaits_a_sentence(tracker) else tracker.get_slot("attente"),
            place_known=bool(tracker.get_slot("departement")),
            writer_known=tracker.get_slot(REGISTER) in (PROFESSIONAL, MINOR),
            titles=self._titles,
        )

    def _write(self, message: Message, reading: Reading) -> None:
        topic, _ = split_key(reading.key)
        ranking = [{"name": key, "confidence": confidence} for key, confidence in reading.candidates]
        message.set(INTENT, {"name": topic, "confidence": reading.confidence}, add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        selected = {} if topic == FALLBACK else {topic: _response(reading)}
        message.set(DECIDED, reading.key)
        message.set(CHOSEN, reading.chosen, add_to_output=True)
        message.set(ALSO, reading.also, add_to_output=True)
        message.set(RESPONSE_SELECTOR, {"all_retrieval_intents": self._topics, **selected}, add_to_output=True)


def _response(reading: Reading) -> dict[str, Any]:
    return {
        "response": {
            "intent_response_key": reading.key,
            "utter_action": f"utter_{reading.key}",
            "confidence": reading.confidence,
        },
        "ranking": [],
    }


def _awaits_a_sentence(tracker: DialogueStateTracker) -> bool:
    """True when the last bot turn asked for the sentence to review: whatever else is answered ends the waiting."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return False
        if isinstance(event, BotUttered) and event.metadata.get("utter_action") == f"utter_{ASK}":
            return True
    return False


def _last_choices(tracker: DialogueStateTracker) -> tuple[Choice, ...]:
    """The buttons of the last bot turn, in the order they were shown."""
    turns: list[list[Choice]] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            buttons = event.data.get("buttons") or []
            turns.append([Choice(b["title"], b["payload"].lstrip("/")) for b in buttons if b.get("payload")])
    return tuple(choice for turn in reversed(turns) for choice in turn)


def _first(entities: list[dict[str, Any]], name: str) -> str | None:
    return next((e["value"] for e in entities if e["entity"] == name), None)
