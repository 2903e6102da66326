"""One turn of the dialogue, whatever the channel: the message masked and cut, every message said gathered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import OutputChannel, UserMessage

from bot.channels.phrases import read_notice
from bot.channels.rendering import Said, said
from bot.content.names import read_names
from bot.logic.confidentialite import mask

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

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a text."""
        self.messages.put_nowait(said(text, (), kwargs))

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        """Keep a text and its choices."""
        self.messages.put_nowait(said(text, buttons, kwargs))

    def drain(self) -> list[Said]:
        """Messages kept so far."""
        kept = []
        while not self.messages.empty():
            message = self.messages.get_nowait()
            if message:
                kept.append(message)
        return kept


async def answer(
    on_new_message: OnNewMessage, channel: str, sender: str, text: str, longest: int = LONGEST_MESSAGE
) -> list[Said]:
    """Every message of the turn that answers `text`; never empty."""
    collector = TurnCollector()
    notices = await handle(on_new_message, channel, collector, sender, text, longest)
    return [*(collector.drain() or [read_notice("accueil/panne")]), *notices]


async def handle(
    on_new_message: OnNewMessage, channel: str, collector: TurnCollector, sender: str, text: str, longest: int
) -> list[Said]:
    """Pass the message on; returns what is said after the dialogue's own answer (a danger's 17 stays first)."""
    # Mask first: a number cut in two would pass. Keep the end: a danger is often told last.
    masked = mask(text, read_names())
    read = shorten(masked.text, longest)
    notices = [read_notice("accueil/trop_long")] if read != masked.text else []
    if masked.changed:
        notices.append(read_notice("accueil/donnees_masquees"))
    message = UserMessage(read, collector, sender, input_channel=channel)
    try:
        await asyncio.wait_for(on_new_message(message), _LONGEST_ANSWER)
    except asyncio.TimeoutError:
        logger.error("A turn took more than %s s; the user was told to try again.", _LONGEST_ANSWER)
    except Exception as error:
        # The exception's own text may quote the user: only its class is logged.
        logger.error("A turn failed with %s; the user was answered.", type(error).__name__)
    return notices


def clean(text: str) -> str:
    """`text` without lone surrogates, that nothing downstream can encode."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def shorten(text: str, longest: int) -> str:
    """The beginning and the end of `text`, in `longest` characters."""
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]} … {text[-half:]}"
