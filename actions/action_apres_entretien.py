"""Guide what follows the interview: three questions, then the right recipient."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_titles
from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.logic.apres_entretien import Case, respond
from bot.logic.parcours import step_title
from bot.logic.request import besides, changed, position_slots, read_position, read_request


class ActionApresEntretien(Action):
    """Show the answer asked for, or the next question of the decision."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_apres_entretien"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Slots to case, case to answers."""
        request = read_request(tracker.latest_message)
        case = Case(tracker.get_slot("faits"), tracker.get_slot("danger"), tracker.get_slot("profession"))
        paths = read_paths(DATA / "parcours")
        position = read_position(tracker.slots)
        outcome = respond(request.name, case, paths["apres_entretien"], position, request.chosen)
        for answer in outcome.answers:
            dispatcher.utter_message(response=f"utter_{answer}", titre_etape=step_title(paths, position))
        for extra in besides(request, read_titles(DATA / "responses")):
            dispatcher.utter_message(**extra)
        slots = {
            **position_slots(outcome.position),
            "attente": outcome.expected,
            "faits": outcome.case.facts,
            "danger": outcome.case.danger,
            "profession": outcome.case.profession,
        }
        return [SlotSet(name, value) for name, value in changed(slots, tracker.slots).items()]
