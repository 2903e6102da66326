"""Facebook Messenger: deliveries proved by X-Hub-Signature-256, every event of a delivery read."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from rasa.core.channels.facebook import FacebookInput, MessengerClient
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.messaging import LONGEST_CALL, START, Incoming, Messenger, body_of, refuse_unless, required
from bot.channels.walls import RefusedError, same


class VigieFacebook(Messenger, FacebookInput):
    """Rasa's connector reads the first event of a delivery only, takes a file's address for a text, and sends in the
    loop that answers everybody.
    """

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> VigieFacebook:
        """`verify` (chosen), `secret` of the application, `page-access-token`; raises CredentialsError.

        `api_url`: https://graph.facebook.com/v… of a version of one's choice.
        """
        verify, secret, token = required(cls.name(), credentials, "verify", "secret", "page-access-token")
        return cls(verify, secret, token, str((credentials or {}).get("api_url") or ""))

    def __init__(self, fb_verify: str, fb_secret: str, fb_access_token: str, api_url: str = "") -> None:
        """Without `api_url`, the version that fbmessenger asks for."""
        super().__init__(fb_verify, fb_secret, fb_access_token)
        self.secret = fb_secret
        self._client = MessengerClient(fb_access_token)
        if api_url:
            self._client.graph_url = api_url.rstrip("/")

    def check(self, request: Request) -> None:
        """The SHA-256 signature of the body; SHA-1 from who sends no other."""
        for header, digest in (("x-hub-signature-256", hashlib.sha256), ("x-hub-signature", hashlib.sha1)):
            shown = request.headers.get(header)
            if shown is not None:
                expected = hmac.new(self.secret.encode(), request.body, digest).hexdigest()
                refuse_unless(same(shown.partition("=")[2], expected))
                return
        refuse_unless(False)

    def add_routes(self, routes: Blueprint) -> None:
        """What Facebook asks when the address is declared."""

        @routes.route("/webhook", methods=["GET"])
        async def verify(request: Request) -> HTTPResponse:
            try:
                refuse_unless(same(request.args.get("hub.verify_token"), self.fb_verify))
            except RefusedError as refused:
                return refused.answer()
            return response.text(str(request.args.get("hub.challenge") or ""))

    def read(self, request: Request) -> Iterator[Incoming]:
        """Every message and pressed button of the delivery, but the page's own."""
        for entry in body_of(request).get("entry") or ():
            for event in entry.get("messaging") or ():
                message, pressed = event.get("message") or {}, event.get("postback")
                if message.get("is_echo") or not (message or pressed):
                    continue
                user = str(event["sender"]["id"])
                if pressed:
                    text = str(pressed.get("payload") or "")
                    # The button that begins a conversation holds a word chosen by the page.
                    text = text if text.startswith("/") else START
                    yield Incoming(user, text, str(pressed.get("mid") or f"{user} {event['timestamp']}"), user)
                    continue
                attached = bool(message.get("attachments"))
                yield Incoming(user, str(message.get("text") or ""), str(message["mid"]), user, attached=attached)

    async def send(self, message: Incoming, text: str) -> None:
        """One message, through the blocking client, in a thread; raises when Facebook answers an error."""
        answered = await self.in_thread(self._client.send, {"text": text}, message.place, timeout=LONGEST_CALL)
        if "error" in answered:
            raise ConnectionError
