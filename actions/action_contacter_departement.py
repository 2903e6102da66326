"""Find a contact in a département, or say honestly that there is none."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_titles
from bot.content.location import DATA
from bot.content.orientation import read_places, read_policy
from bot.logic.orienter import Said, Search, orient
from bot.logic.request import besides, changed, read_request
from bot.settings import load_settings
from bot.storage.directory import DirectoryUnavailableError, open_directory


class ActionContacterDepartement(Action):
    """Ask what is missing, then show what may be shown."""

    waits = True  # for the directory's database: bot/engine/inprocess_actions.py runs it beside the others

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_contacter_departement"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Slots to search, search to answers."""
        request = read_request(tracker.latest_message)
        policy = read_policy(DATA / "directory")
        contacts = open_directory(load_settings().database_url).reader(policy.territories)
        search = Search(tracker.get_slot("departement"), tracker.get_slot("besoin"))
        try:
            said, search = orient(request, search, contacts, policy, read_places(DATA / "directory"), date.today())
        except DirectoryUnavailableError:
            said = [Said("annuaire_indisponible")]
        for one in said:
            buttons = [{"title": title, "payload": payload} for title, payload in one.choices]
            dispatcher.utter_message(
                response=f"utter_contacter_departement/{one.answer}",
                buttons=buttons,
                code_departement=search.department,
                **one.values,
            )
        for extra in besides(request, read_titles(DATA / "responses")):
            dispatcher.utter_message(**extra)
        slots = {"departement": search.department, "besoin": search.need, "attente": search.expected}
        return [SlotSet(name, value) for name, value in changed(slots, tracker.slots).items()]
