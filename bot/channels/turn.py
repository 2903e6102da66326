"""One turn of the dialogue, whatever the channel: the message masked and cut, every message said gathered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage

from bot.channels.phrases import read_notice
from bot.channels.rendering import Said, said
from bot.content.location import DATA
from bot.content.names import read_names
from bot.content.paths import read_paths
from bot.content.readings import remember
from bot.logic.confidentialite import mask
from bot.logic.statistics import DANGERS, FALLBACKS, REAL, count_turn, outcome, steps_of
from bot.monitoring import metrics
from bot.monitoring.ledger import LEDGER
from bot.monitoring.observation import observe

logger = logging.getLogger(__name__)

LONGEST_MESSAGE = 1500  # characters of a message that are read, at its beginning and its end
_LONGEST_ANSWER = 8.0  # seconds; beyond, the user gets an answer with 119 and may try again

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]


class TurnCollector(OutputChannel):
    """Gathers the messages of one turn."""

    @classmethod
    def name(cls) -> str:
        """Name of the channel that collects."""
        return "rest"

    def __init__(self) -> None:
        """Start with an empty turn."""
        self.messages: asyncio.Queue[Said | None] = asyncio.Queue()
        self.said: list[Said] = []  # whatever was already taken of them

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a text."""
        self._keep(said(text, (), kwargs))

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        """Keep a text and its choices."""
        self._keep(said(text, buttons, kwargs))

    def _keep(self, message: Said) -> None:
        self.said.append(message)
        self.messages.put_nowait(message)

    def drain(self) -> list[Said]:
        """Messages kept so far."""
        kept = []
        while not self.messages.empty():
            message = self.messages.get_nowait()
            if message:
                kept.append(message)
        return kept


async def answer(
    on_new_message: OnNewMessage,
    channel: str,
    sender: str,
    text: str,
    longest: int = LONGEST_MESSAGE,
    traffic: str = REAL,
) -> list[Said]:
    """Every message of the turn that answers `text`; never empty."""
    collector = TurnCollector()
    notices = await handle(on_new_message, channel, collector, sender, text, longest, traffic)
    return [*(collector.drain() or [read_notice("accueil/panne")]), *notices]


async def handle(
    on_new_message: OnNewMessage,
    channel: str,
    collector: TurnCollector,
    sender: str,
    text: str,
    longest: int,
    traffic: str = REAL,
) -> list[Said]:
    """Pass the message on; returns what is said after the dialogue's own answer (a danger's 17 stays first)."""
    started = perf_counter()
    # Mask first: a number cut in two would pass. Keep the end: a danger is often told last.
    masked = mask(text, read_names())
    read = shorten(masked.text, longest)
    notices = [read_notice("accueil/trop_long")] if read != masked.text else []
    if masked.changed:
        notices.append(read_notice("accueil/donnees_masquees"))
    message = UserMessage(read, collector, sender, input_channel=channel)
    failure: Exception | None = None
    with observe() as observed:
        try:
            await asyncio.wait_for(on_new_message(message), _LONGEST_ANSWER)
        except asyncio.TimeoutError as error:
            failure = error
            logger.error("A turn took more than %s s; the user was told to try again.", _LONGEST_ANSWER)
        except Exception as error:
            failure = error
            # The exception's own text may quote the user: only its class is logged.
            logger.error("A turn failed with %s; the user was answered.", type(error).__name__)
    record(collector.said, channel, traffic, observed.begins, perf_counter() - started, failure)
    return notices


def record(
    messages: Sequence[Said], channel: str, traffic: str, begins: bool, seconds: float, failure: Exception | None = None
) -> None:
    """Count a turn from what was answered, never from what was typed."""
    keys = {message.answer for message in messages}
    end = outcome(keys) if messages else "failed"
    if failure:
        metrics.failed(failure)
        end = "timeout" if isinstance(failure, asyncio.TimeoutError) else "failed"
    metrics.turn(channel, end, seconds)
    for key in FALLBACKS.intersection(keys):
        metrics.fallback(key)
    for key in DANGERS.intersection(keys):
        metrics.alert(key.partition("/")[2])
    LEDGER.add(count_turn(messages, channel, begins, _steps()), traffic)


@remember
def _steps() -> frozenset[str]:
    return steps_of(read_paths(DATA / "parcours").values())


def clean(text: str) -> str:
    """`text` without lone surrogates, that nothing downstream can encode."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def shorten(text: str, longest: int) -> str:
    """The beginning and the end of `text`, in `longest` characters."""
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]} … {text[-half:]}"
