"""Review the sentence that a professional plans to say to the young person, or ask for it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_titles
from bot.content.formulations import ReviewWords, read_formulations, read_review_words
from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.logic.parcours import REMINDER, step_title
from bot.logic.relire_phrase import ASK, REVIEW, TOPIC, Planned, asked_about, given, say, told
from bot.logic.request import besides, changed, read_position, read_request
from bot.settings import load_settings


class ActionRelirePhrase(Action):
    """Read the sentence in the message itself: no slot, no file ever holds it."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_relire_phrase"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Sentence to answer; then nothing is expected."""
        request = read_request(tracker.latest_message)
        words = read_review_words(DATA)
        planned = None
        if request.key == REVIEW and not request.chosen:
            planned = asked_about(request.text, words.asks) or told(request.text) or given(request.text)
        if planned is None:
            dispatcher.utter_message(response=f"utter_{ASK}")
        else:
            self._review(dispatcher, planned, words)
        # What a sentence said to the young person asks of violence is no doubt of a danger.
        for extra in () if planned and planned.addressed else besides(request, read_titles(DATA / "responses")):
            dispatcher.utter_message(**extra)
        position = read_position(tracker.slots)
        place = step_title(read_paths(DATA / "parcours"), position)
        if planned and place and not position.paused:
            dispatcher.utter_message(response=f"utter_{REMINDER}", titre_etape=place)
        return [SlotSet(name, value) for name, value in changed({"attente": None}, tracker.slots).items()]

    def _review(self, dispatcher: CollectingDispatcher, planned: Planned, words: ReviewWords) -> None:
        formulations = read_formulations(DATA, load_settings().models_dir)
        said = say(formulations.read(planned.sentence), formulations.kinds, words.pieces)
        step = words.steps.get(said.about or "")
        title = words.pieces["etape"].format(numero=step)
        dispatcher.utter_message(
            response=f"utter_{TOPIC}/{said.answer}",
            sortes=said.kinds,
            pourquoi=said.why,
            mieux=said.better,
            buttons=[{"title": title, "payload": f"/preparer_entretien/etape_{step}"}] if step else [],
        )
