"""Rocket.Chat: outgoing integrations proved by their token, bots ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rasa.core.channels.rocketchat import RocketChatBot, RocketChatInput
from sanic.request import Request

from bot.channels.messaging import LONGEST_CALL, START, Incoming, Messenger, body_of, refuse_unless, required
from bot.channels.walls import same


class VigieRocketChat(Messenger, RocketChatInput):
    """Rasa's connector reads no token, and logs in again, in everybody's loop, for each message."""

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> VigieRocketChat:
        """`user` and `password` of the bot, `server_url`, `token` of the integration; raises CredentialsError."""
        return cls(*required(cls.name(), credentials, "user", "password", "server_url", "token"))

    def __init__(self, user: str, password: str, server_url: str, token: str) -> None:
        """`token` is the one that Rocket.Chat shows in the outgoing integration."""
        super().__init__(user, password, server_url.rstrip("/"))
        self.secret = token
        self._output: RocketChatBot | None = None

    def check(self, request: Request) -> None:
        """The token of the integration, in the body."""
        refuse_unless(same(body_of(request).get("token"), self.secret))

    def read(self, request: Request) -> Iterator[Incoming]:
        """A message of a person: direct, or in a room, where it is answered in a thread."""
        post = body_of(request)
        if post.get("bot") or post.get("user_name") == self.user or post.get("isEdited"):
            return
        text, word = str(post.get("text") or "").strip(), str(post.get("trigger_word") or "")
        if word and text.startswith(word):
            text = text[len(word) :].lstrip(" :,") or START
        id = str(post["message_id"])
        # A direct room has no name.
        thread = str(post.get("tmid") or (id if post.get("channel_name") else ""))
        yield Incoming(str(post["user_id"]), text, id, str(post["channel_id"]), reply_to=thread, attached=not text)

    async def send(self, message: Incoming, text: str) -> None:
        """One message, through the blocking client, in a thread."""
        await self.in_thread(self._post, message, text)

    def _post(self, message: Incoming, text: str) -> None:
        if self._output is None:
            self._output = RocketChatBot(self.user, self.password, self.server_url)
            self._output.rocket.timeout = LONGEST_CALL
        thread = {"tmid": message.reply_to} if message.reply_to else {}
        answered = self._output.rocket.chat_post_message(text, room_id=message.place, **thread)
        if answered.status_code == 401:
            self._output = None  # the session is over: the next try logs in again
        answered.raise_for_status()
