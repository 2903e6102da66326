"""Walk through the preparation of the interview."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_titles
from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.logic.parcours import enter, step_title
from bot.logic.request import besides, changed, position_slots, read_position, read_request


class ActionPreparerEntretien(Action):
    """Show the step that was asked for and stand there."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_preparer_entretien"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Slots to position, position to answers."""
        request = read_request(tracker.latest_message)
        paths = read_paths(DATA / "parcours")
        position = read_position(tracker.slots)
        move = enter(paths["preparer_entretien"], request.name, position, request.chosen)
        for answer in move.answers:
            dispatcher.utter_message(response=f"utter_{answer}", titre_etape=step_title(paths, position))
        for extra in besides(request, read_titles(DATA / "responses")):
            dispatcher.utter_message(**extra)
        slots = {**position_slots(move.position), "attente": None}
        return [SlotSet(name, value) for name, value in changed(slots, tracker.slots).items()]
