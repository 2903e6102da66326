"""Slack: deliveries proved by Rasa's own check (v0 signature, five minutes), direct messages only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rasa.core.channels.slack import SlackBot, SlackInput
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.messaging import LONGEST_CALL, Incoming, Messenger, body_of, refuse_unless, required

_KINDS = (None, "file_share", "thread_broadcast", "me_message")


class VigieSlack(Messenger, SlackInput):
    """Rasa's connector answers mentions before a whole channel, and loses the errors of its tasks."""

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> VigieSlack:
        """`slack_token`, `slack_signing_secret`; raises CredentialsError."""
        token, secret = required(cls.name(), credentials, "slack_token", "slack_signing_secret")
        return cls(token, secret, str((credentials or {}).get("api_url") or ""))

    def __init__(self, slack_token: str, signing_secret: str, api_url: str = "") -> None:
        """`api_url` stands for Slack's servers in a trial."""
        super().__init__(slack_token, slack_signing_secret=signing_secret)
        self.secret = signing_secret
        self._api_url = api_url

    def check(self, request: Request) -> None:
        """The signature of the body and of a time at most five minutes away."""
        refuse_unless(self.is_request_from_slack_authentic(request))

    def challenge(self, request: Request) -> HTTPResponse | None:
        """The word that Slack sends when the address is declared."""
        body = body_of(request)
        return response.text(str(body.get("challenge", ""))) if body.get("type") == "url_verification" else None

    def read(self, request: Request) -> Iterator[Incoming]:
        """A direct message of a person."""
        body = body_of(request)
        event = body.get("event") or {}
        direct = event.get("type") == "message" and event.get("channel_type") == "im"
        if not direct or event.get("bot_id") or not event.get("user") or event.get("subtype") not in _KINDS:
            return
        bots = [one["user_id"] for one in body.get("authorizations") or () if one.get("user_id")]
        if event["user"] in bots:
            return
        text = self._sanitize_user_message(str(event.get("text") or ""), bots)
        for mark, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
            text = text.replace(mark, character)
        yield Incoming(
            user=str(event["user"]),
            text=text,
            id=str(body["event_id"]),
            place=str(event["channel"]),
            reply_to=str(event.get("thread_ts") or ""),
            attached=bool(event.get("files")),
        )

    async def send(self, message: Incoming, text: str) -> None:
        """One message without Slack's marks nor previews, in the thread if there is one."""
        client = SlackBot(self.slack_token).client
        client.timeout = int(LONGEST_CALL)
        if self._api_url:
            client.base_url = self._api_url.rstrip("/") + "/"
        thread = {"thread_ts": message.reply_to} if message.reply_to else {}
        quiet = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
        await client.chat_postMessage(channel=message.place, text=text, **quiet, **thread)
