"""Name back the signs of a description, or open a family of signs."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_titles
from bot.content.lexicon import read_signs
from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.logic.parcours import enter, step_title
from bot.logic.reconnaitre_signes import answer_description, expects_description
from bot.logic.request import besides, changed, position_slots, read_position, read_request


class ActionReconnaitreSignes(Action):
    """Recognise the signs told in free text; remember their ids, never the words."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_reconnaitre_signes"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Signs to survey, key to position."""
        request = read_request(tracker.latest_message)
        before = tracker.get_slot("signes") or []
        survey = answer_description(request, before, read_signs(DATA / "lexicon"))
        paths = read_paths(DATA / "parcours")
        position = read_position(tracker.slots)
        move = enter(paths["reconnaitre_signes"], request.name, position, request.chosen)
        if survey:
            dispatcher.utter_message(
                response=f"utter_reconnaitre_signes/{survey.answer}",
                atteintes=survey.harm,
                vulnerabilites=survey.vulnerabilities,
            )
        for answer in move.answers[1 if survey else 0 :]:
            dispatcher.utter_message(response=f"utter_{answer}", titre_etape=step_title(paths, position))
        for extra in besides(request, read_titles(DATA / "responses")):
            dispatcher.utter_message(**extra)
        signs = dict.fromkeys([*before, *request.values("signe")])
        slots = {
            **position_slots(move.position),
            "attente": "description" if expects_description(request.name, move.position) else None,
            "signes": list(signs) or None,
        }
        return [SlotSet(name, value) for name, value in changed(slots, tracker.slots).items()]
