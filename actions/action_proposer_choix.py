"""When the message is not understood, offer two or three readings in human words, then the menu."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from bot.content.answers import read_titles
from bot.content.location import DATA
from bot.logic.fallback import failed_before, offer
from bot.logic.request import besides, read_request


class ActionProposerChoix(Action):
    """Two stages: candidates first, the menu when the next message is not understood either."""

    def name(self) -> str:
        """Name in domain.yml."""
        return "action_proposer_choix"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Ranking to choices."""
        request = read_request(tracker.latest_message)
        again = failed_before(tracker.events, self.name())
        titles = read_titles(DATA / "responses")
        proposal = offer(request.candidates, titles, again)
        buttons = [{"title": choice.title, "payload": f"/{choice.key}"} for choice in proposal.choices]
        dispatcher.utter_message(response=f"utter_{proposal.answer}", buttons=buttons)
        for extra in besides(request, titles):
            dispatcher.utter_message(**extra)
        return []
