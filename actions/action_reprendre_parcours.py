"""After an answer, offer the second question of the message, and to go on with the path under way."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_titles
from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.logic.parcours import REMINDER, step_title
from bot.logic.request import read_position, read_request, second_question


class ActionReprendreParcours(Action):
    """Say where the path stands; say nothing outside a path, while it is paused or when a question is pending."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_reprendre_parcours"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Second question and position to offers."""
        second = second_question(read_request(tracker.latest_message), read_titles(DATA / "responses"))
        if second:
            dispatcher.utter_message(**second)
        position = read_position(tracker.slots)
        title = step_title(read_paths(DATA / "parcours"), position)
        if title and not position.paused and not tracker.get_slot("attente"):
            dispatcher.utter_message(response=f"utter_{REMINDER}", titre_etape=title)
        return []
