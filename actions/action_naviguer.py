"""Move along the guided path: next, back, example, why, pause, resume, restart, leave, yes, no."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, Restarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_answers
from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.logic.parcours import forgets_everything, move, step_title
from bot.logic.request import changed, position_slots, read_position, read_request


class ActionNaviguer(Action):
    """Obey a navigation word wherever the user is."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_naviguer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Slots to position, word to move."""
        request = read_request(tracker.latest_message)
        paths = read_paths(DATA / "parcours")
        position = read_position(tracker.slots)
        outcome = move(paths, position, request.name, frozenset(read_answers(DATA / "responses")))
        for answer in outcome.answers:
            dispatcher.utter_message(response=f"utter_{answer}", titre_etape=step_title(paths, position))
        if forgets_everything(position, request.name):
            return [Restarted()]
        slots = {**position_slots(outcome.position), "attente": outcome.expected}
        return [SlotSet(name, value) for name, value in changed(slots, tracker.slots).items()]
