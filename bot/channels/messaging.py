"""What every messenger's connector shares: Vigie's walls, masking and rendering around one of Rasa's own connectors."""

from __future__ import annotations

import hashlib
import hmac
import logging
from typing import Any

from cachetools import TTLCache
from rasa.core.channels.channel import UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.capabilities import CAPABILITIES, texts
from bot.channels.phrases import read_notice, read_phrases
from bot.channels.rendering import Said, render_turn
from bot.channels.rest import site_of
from bot.channels.turn import OnNewMessage, answer
from bot.channels.walls import RefusedError, Walls, walls_of

logger = logging.getLogger(__name__)

_REMEMBERED = 3600.0  # seconds: a message delivered again is refused, a known user is not told again what is kept
_MOST = 100_000


class Messenger:
    """Mixed in before a connector of Rasa: `class VigieTelegram(Messenger, TelegramInput)`.

    A connector says how it proves a request (`check`), what names one message (`message_id`) and which secret makes its
    users' pseudonyms (`secret`); the rest is here: replays refused, rates, masking, one rendering, errors answered.
    """

    _walls: Walls
    _site = ""

    def check(self, request: Request) -> None:
        """Raise RefusedError unless the provider signed `request`."""
        raise NotImplementedError

    def message_id(self, request: Request) -> str | None:
        """What the provider calls this delivery, None when it names none; the second of two alike is left unread."""
        raise NotImplementedError

    @property
    def secret(self) -> str:
        """A secret of this channel; a user's number or account never becomes a conversation's id."""
        raise NotImplementedError

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """The connector's own routes, each POST proved first, each message answered by Vigie's turn."""
        seen: TTLCache[str, bool] = TTLCache(_MOST, ttl=_REMEMBERED)
        told: TTLCache[str, bool] = TTLCache(_MOST, ttl=_REMEMBERED)

        async def pass_on(message: UserMessage) -> None:
            await self._answer(on_new_message, message, told)

        routes: Blueprint = super().blueprint(pass_on)  # type: ignore[misc]

        async def prove(request: Request) -> HTTPResponse | None:
            if request.method != "POST":
                return None
            self._walls, self._site = walls_of(request), site_of(request)
            try:
                self.check(request)
                name = self.message_id(request)
            except RefusedError as refused:
                return refused.answer()
            if name is not None and name in seen:
                # 200: a provider that hears anything else delivers again.
                return HTTPResponse(status=200)
            if name is not None:
                seen[name] = True
            return None

        routes.middleware(prove, "request")
        return routes

    async def _answer(self, on_new_message: OnNewMessage, message: UserMessage, told: TTLCache[str, bool]) -> None:
        """Answer a message through the connector's own output, in plain texts that it can carry."""
        channel = str(self.name())  # type: ignore[attr-defined]
        user = message.sender_id
        sender = pseudonym(channel, user, self.secret)
        try:
            async with self._walls.turn(sender, None):
                said = await answer(on_new_message, channel, sender, message.text or "")
        except RefusedError as refused:
            said = [Said(str(refused))]
        if sender not in told:
            told[sender] = True
            said.append(read_notice("canal/messagerie"))
        turn = list(render_turn(said, sender, read_phrases(), self._site))
        for text in texts(turn, CAPABILITIES[channel]):
            try:
                await message.output_channel.send_text_message(user, text)
            except Exception as error:
                # The provider's own text may quote the message.
                logger.error("A message of %s could not be sent (%s).", channel, type(error).__name__)
                return


def pseudonym(channel: str, user: str, secret: str) -> str:
    """The conversation's id of a messenger's user: it cannot be turned back without the secret."""
    return f"{channel}:{hmac.new(secret.encode(), f'{channel}:{user}'.encode(), hashlib.sha256).hexdigest()[:32]}"


def same(shown: Any, expected: str) -> bool:
    """Compare a secret without telling by the time it takes how much of it is right."""
    return bool(expected) and hmac.compare_digest(str(shown or "").encode("utf-8", "replace"), expected.encode())
