"""Offer a document to take away; the contact sheet is that of the département spoken of."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.content.location import DATA
from bot.content.orientation import department_name
from bot.logic.fiche_contacts import offer
from bot.logic.request import read_request


class ActionDocuments(Action):
    """Answer with the document; the channel adds where it lies."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_documents"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Key and département to an answer."""
        key, code = offer(read_request(tracker.latest_message), tracker.get_slot("departement"))
        place = department_name(DATA / "directory", code)
        dispatcher.utter_message(response=f"utter_{key}", departement=place, code_departement=code)
        return []
