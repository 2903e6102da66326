"""Another model and state of data/ without a stop: loaded beside, tried, then put in place between two turns."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain

from bot.content.readings import Readings, adopt, read_again, read_aside
from bot.monitoring import metrics

logger = logging.getLogger(__name__)

_TRIALS = ("119", "/accueil/bonjour", "/preparer_entretien/commencer")  # each must be answered
_LONGEST_TURN = 2.0  # seconds that the exchange waits for the turns under way


class ReloadError(RuntimeError):
    """The model or the content cannot be used; those in use stay."""


class Reloader:
    """Reloads the model at `path` and data/ for `agent`, one reload after the other."""

    def __init__(self, agent: Agent, path: Path) -> None:
        """`agent` is the one that serves; it already has a model."""
        self._agent, self._path = agent, path
        self._one_at_a_time = asyncio.Lock()
        self.failed = False  # the last reload
        self.fingerprint = ""
        self._tell(metrics.model_identity(path))

    async def reload(self) -> bool:
        """Load, try and exchange; False, and everything as it was, when the model or the content is not good."""
        async with self._one_at_a_time:
            start = time.monotonic()
            try:
                loading = asyncio.get_running_loop().run_in_executor(None, self._load)
                processor, readings, identity = await loading
            except Exception as error:  # whatever a damaged archive or a wrong file raises
                # The error may quote data/, never a user: nobody spoke to this model yet.
                logger.error(
                    "The reload failed (%s: %s); the former model and content stay.", type(error).__name__, error
                )
                self.failed = True
                metrics.reloaded("model", False)
                return False
            async with self._agent.lock_store.between_turns(_LONGEST_TURN):
                self._exchange(processor)
                adopt(readings)
            # What is no longer in use had been put out of the collector's sight (bot/server.py).
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self.failed = False
            self._tell(identity)
            metrics.reloaded("model", True)
            logger.warning("Model %s loaded in %.1f s.", self.fingerprint, time.monotonic() - start)
            return True

    def _load(self) -> tuple[MessageProcessor, Readings, tuple[str, str]]:
        identity = metrics.model_identity(self._path)
        with read_aside() as readings:
            read_again()
            processor = self._tried()
        if metrics.model_identity(self._path) != identity:
            raise ReloadError("the model was replaced while it was loaded; ask again")
        return processor, readings, identity

    def _tried(self) -> MessageProcessor:
        """The model at the path, once it has answered; raises ReloadError."""
        words = TemplatedNaturalLanguageGenerator({})
        store = InMemoryTrackerStore(Domain.empty())
        processor = MessageProcessor(
            self._path, store, InMemoryLockStore(), words, action_endpoint=self._agent.action_endpoint
        )
        store.domain, words.responses = processor.domain, processor.domain.responses
        for number, text in enumerate(_TRIALS):
            said = asyncio.run(processor.handle_message(UserMessage(text, sender_id=f"trial {number}")))
            if not any(message.get("text") for message in said or ()):
                raise ReloadError(f"the model has no answer to {text}")
        return processor

    def _exchange(self, processor: MessageProcessor) -> None:
        agent = self._agent
        processor.tracker_store, processor.lock_store = agent.tracker_store, agent.lock_store
        # The agent keeps its identity: a message that waits for its turn is answered by the new model.
        agent.processor, agent.domain, agent.nlg = processor, processor.domain, processor.nlg
        agent.tracker_store.domain = processor.domain

    def _tell(self, identity: tuple[str, str]) -> None:
        self.fingerprint = identity[0]
        metrics.model_loaded(*identity)
