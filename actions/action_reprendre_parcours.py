"""After a question asked inside a guided path, offer to go on where it was left."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.logic.parcours import REMINDER, step_title
from bot.logic.request import read_position


class ActionReprendreParcours(Action):
    """Say where the path stands; say nothing outside a path, while it is paused or when a question is pending."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_reprendre_parcours"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Position to a reminder."""
        position = read_position(tracker.slots)
        title = step_title(read_paths(DATA / "parcours"), position)
        if title and not position.paused and not tracker.get_slot("attente"):
            dispatcher.utter_message(response=f"utter_{REMINDER}", titre_etape=title)
        return []
