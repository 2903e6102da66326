"""After an answer, offer the second question of the message, and to go on with the path under way."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_titles
from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.logic.parcours import REMINDER, step_title
from bot.logic.registre import MINOR
from bot.logic.request import besides, read_position, read_request


class ActionReprendreParcours(Action):
    """Say where the path stands; not outside one, in a pause, in an emergency, to a minor or when Vigie has asked."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_reprendre_parcours"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Second question and position to offers."""
        request = read_request(tracker.latest_message)
        for extra in besides(request, read_titles(DATA / "responses")):
            dispatcher.utter_message(**extra)
        position = read_position(tracker.slots)
        title = step_title(read_paths(DATA / "parcours"), position)
        aside = tracker.get_slot("registre") == MINOR or request.key.startswith("urgence/")
        if title and not aside and not position.paused and not tracker.get_slot("attente"):
            dispatcher.utter_message(response=f"utter_{REMINDER}", titre_etape=title)
        return []
