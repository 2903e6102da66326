"""Mattermost: outgoing webhooks proved by their token, answered in the thread of the message."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from rasa.core.channels.callback import EndpointConfig
from rasa.core.channels.mattermost import MattermostInput
from sanic.request import Request

from bot.channels.messaging import START, Incoming, Messenger, body_of, refuse_unless, required
from bot.channels.walls import same


class VigieMattermost(Messenger, MattermostInput):
    """Rasa's connector reads no token, and answers before everybody in the channel."""

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> VigieMattermost:
        """`url` (ending with /api/v4), `token` of the bot, `webhook_token`; raises CredentialsError."""
        return cls(*required(cls.name(), credentials, "url", "token", "webhook_token"))

    def __init__(self, url: str, token: str, webhook_token: str) -> None:
        """`webhook_token` is the one that Mattermost shows when the outgoing webhook is created."""
        super().__init__(url, token, "")
        self.secret = webhook_token
        self._api = EndpointConfig(url, headers={"Authorization": f"Bearer {token}"})
        self._own_id = ""

    def check(self, request: Request) -> None:
        """The token of the webhook, in the body."""
        refuse_unless(same(body_of(request).get("token"), self.secret))

    def read(self, request: Request) -> Iterator[Incoming]:
        """A post, without the word that called Vigie."""
        post = body_of(request)
        text, word = str(post.get("text") or "").strip(), str(post.get("trigger_word") or "")
        if word and text.startswith(word):
            text = text[len(word) :].lstrip(" :,") or START
        id = str(post["post_id"])
        # The channel of two people is named after both of them.
        direct = "__" in str(post.get("channel_name") or "")
        yield Incoming(
            user=str(post["user_id"]),
            text=text,
            id=id,
            place=str(post["channel_id"]),
            reply_to="" if direct else id,
            attached=bool(post.get("file_ids")),
        )

    async def open(self, message: Incoming) -> Incoming | None:
        """The webhook tells neither the thread nor the kind of the author: the post does."""
        if not self._own_id:
            self._own_id = str((await self._api.request("get", "users/me"))["id"])
        post = await self._api.request("get", f"posts/{message.id}")
        marks = post.get("props") or {}
        automatic = any(str(marks.get(name)).lower() == "true" for name in ("from_bot", "from_webhook"))
        if post["user_id"] == self._own_id or automatic or post.get("type"):
            return None
        thread = str(post.get("root_id") or message.reply_to)
        return dataclasses.replace(message, reply_to=thread)

    async def send(self, message: Incoming, text: str) -> None:
        """One post, in the thread unless the channel is direct."""
        post = {"channel_id": message.place, "message": text, "root_id": message.reply_to}
        await self._api.request("post", "posts", json=post)
