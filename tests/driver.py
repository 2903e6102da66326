"""Vigie in this process: the trained model behind its real REST channel, without a socket."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from typing import Any

from bot.engine.startup import prepare_imports, replace_slow_parts
from bot.settings import load_settings


@dataclass
class Turn:
    """What a user reads after one message."""

    messages: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """All texts of the turn."""
        return "\n\n".join(message["text"] for message in self.messages)

    @property
    def last(self) -> str:
        """Last text of the turn."""
        return str(self.messages[-1]["text"]) if self.messages else ""

    @property
    def buttons(self) -> list[dict[str, str]]:
        """All choices of the turn, in the order in which they are numbered."""
        return [button for message in self.messages for button in message.get("buttons", [])]


class Vigie:
    """The assistant, one conversation per sender."""

    def __init__(self) -> None:
        """Load the trained model; raises when there is none (run `make train`)."""
        prepare_imports(load_settings().root / "config.yml")
        from rasa.core.agent import Agent
        from rasa.utils.endpoints import EndpointConfig

        from bot.channels.phrases import read_phrases
        from bot.engine.inprocess_actions import InProcessActions
        from bot.engine.tracker_store import ConversationStore
        from bot.server import configure_logging

        replace_slow_parts()
        configure_logging("WARNING")
        self.loop = asyncio.new_event_loop()
        self.store = ConversationStore()
        self.endpoint: EndpointConfig = InProcessActions("actions")
        self.agent = Agent.load(
            str(load_settings().models_dir / "vigie.tar.gz"), tracker_store=self.store, action_endpoint=self.endpoint
        )
        self.phrases = read_phrases()
        self._ids = itertools.count()

    def conversation(self) -> str:
        """A fresh sender id."""
        return f"essai-{next(self._ids)}"

    def say(self, sender: str, text: str) -> Turn:
        """Send one message and read the whole turn."""
        from bot.channels.rendering import render_turn
        from bot.channels.turn import answer

        messages = self.loop.run_until_complete(answer(self.agent.handle_message, "rest", sender, text))
        return Turn(list(render_turn(messages, sender, self.phrases)))

    def slots(self, sender: str) -> dict[str, Any]:
        """Slots of a conversation."""
        tracker = self.loop.run_until_complete(self.store.retrieve(sender))
        return dict(tracker.current_slot_values()) if tracker else {}

    def forget(self, sender: str) -> None:
        """Drop a conversation."""
        self.loop.run_until_complete(self.store.delete(sender))
