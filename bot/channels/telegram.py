"""Telegram: deliveries proved by the webhook's secret token, private chats only, plain text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rasa.core.channels.telegram import TelegramInput, TelegramOutput
from sanic.request import Request

from bot.channels.messaging import (
    START,
    CredentialsError,
    Incoming,
    Messenger,
    body_of,
    refuse_unless,
    required,
    strong,
)
from bot.channels.walls import same

_READ = ("message", "edited_message")
_ASKED = [*_READ, "callback_query"]
_SECRET = re.compile(r"[\w-]{1,256}", re.ASCII)  # what setWebhook takes
_FILES = frozenset(
    "animation audio contact dice document game location photo poll sticker story venue video video_note voice".split()
)


class VigieTelegram(Messenger, TelegramInput):
    """Rasa's connector sets the webhook in a loop that it closes; here it is set once the server runs."""

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> VigieTelegram:
        """`access_token`, `secret_token`; `webhook_url` when it is not under VIGIE_URL, `api_url` for another server.

        Raises CredentialsError.
        """
        token, secret = required(cls.name(), credentials, "access_token", "secret_token")
        given = credentials or {}
        return cls(token, secret, str(given.get("webhook_url") or ""), str(given.get("api_url") or ""))

    def __init__(self, access_token: str, secret_token: str, webhook_url: str = "", api_url: str = "") -> None:
        """Nothing is opened before the server runs; raises CredentialsError for what Telegram would not take."""
        super().__init__(access_token, None, webhook_url)
        self.secret = strong(self.name(), "secret_token", secret_token)
        if not _SECRET.fullmatch(secret_token):
            raise CredentialsError("credentials.yml: secret_token of channel telegram takes letters, digits, _ and -")
        try:
            self._output = TelegramOutput(access_token)
        except Exception:
            raise CredentialsError("credentials.yml: access_token of channel telegram is no token of a bot") from None
        if api_url:
            self._output.server = type(self._output.server).from_base(api_url)

    def check(self, request: Request) -> None:
        """The secret token that setWebhook gave, in a header (Bot API 6.1)."""
        refuse_unless(same(request.headers.get("x-telegram-bot-api-secret-token"), self.secret))

    def read(self, request: Request) -> Iterator[Incoming]:
        """A message of a private chat, or a pressed button of one."""
        update = body_of(request)
        id = str(update["update_id"])
        pressed = update.get("callback_query")
        if pressed:
            message = pressed.get("message") or {}
            if (message.get("chat") or {}).get("type") == "private":
                place = str(message["chat"]["id"])
                yield Incoming(place, str(pressed.get("data") or ""), id, place, reply_to=str(pressed["id"]))
            return
        message = next((update[kind] for kind in _READ if update.get(kind)), None)
        if not message or message["chat"]["type"] != "private" or (message.get("from") or {}).get("is_bot"):
            return
        text = message.get("text") or message.get("caption") or ""
        attached = not _FILES.isdisjoint(message)
        if "text" not in message and not attached:
            return  # a service message
        if text.split()[:1] == ["/start"]:
            text = START
        place = str(message["chat"]["id"])
        yield Incoming(place, text, id, place, attached=attached)

    async def open(self, message: Incoming) -> Incoming:
        """A pressed button waits until it is answered."""
        if message.reply_to:
            await self._output.answer_callback_query(message.reply_to)
        return message

    async def send(self, message: Incoming, text: str) -> None:
        """One plain message."""
        await self._output.send_message(message.place, text, disable_web_page_preview=True)

    async def started(self, site: str) -> None:
        """Tell Telegram the address and the secret token."""
        url = self.webhook_url or f"{site}webhooks/telegram/webhook"
        asked = {"url": url, "secret_token": self.secret, "allowed_updates": json.dumps(_ASKED)}
        await self._output.request("setWebhook", asked)

    async def close(self) -> None:
        """Close the connections, if any was opened."""
        if self._output._session:
            await self._output._session.close()
