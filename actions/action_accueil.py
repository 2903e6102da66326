"""Welcome, help, thanks, farewell with a recap."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, Restarted
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_titles
from bot.content.location import DATA
from bot.content.orientation import department_name
from bot.content.paths import read_paths
from bot.logic.accueil import ends_conversation, welcome
from bot.logic.request import besides, read_position, read_request


class ActionAccueil(Action):
    """Answer what is about the conversation itself."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_accueil"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Key and slots to answers."""
        request = read_request(tracker.latest_message)
        place = department_name(DATA / "directory", tracker.get_slot("departement"))
        for said in welcome(request.name, read_paths(DATA / "parcours"), read_position(tracker.slots), place):
            dispatcher.utter_message(response=f"utter_{said.answer}", **said.values)
        for extra in besides(request, read_titles(DATA / "responses")):
            dispatcher.utter_message(**extra)
        return [Restarted()] if ends_conversation(request) else []
