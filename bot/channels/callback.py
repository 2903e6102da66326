"""Any program: signed deliveries in, signed texts out to the address of credentials.yml."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from rasa.core.channels.callback import CallbackInput, EndpointConfig
from sanic.request import Request

from bot.channels.messaging import WINDOW, Incoming, Messenger, body_of, refuse_unless, required, strong
from bot.channels.rest import read_body
from bot.channels.walls import RefusedError, same

_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)
_HEADER = "X-Vigie-Signature"


class VigieCallback(Messenger, CallbackInput):
    """Rasa's connector proves nothing in either direction, and answers once the turn is over."""

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> VigieCallback:
        """`url` that the answers are posted to, `secret` shared with it; raises CredentialsError."""
        return cls(*required(cls.name(), credentials, "url", "secret"))

    def __init__(self, url: str, secret: str) -> None:
        """`secret` signs both directions."""
        super().__init__(EndpointConfig(url))
        self.secret = strong(self.name(), "secret", secret)

    def check(self, request: Request) -> None:
        """The signature of the body and of a time at most five minutes away."""
        found = _SIGNATURE.fullmatch(request.headers.get(_HEADER.lower(), ""))
        recent = found is not None and abs(time.time() - int(found[1])) <= WINDOW
        refuse_unless(
            found is not None and recent and same(found[2], signature(self.secret, int(found[1]), request.body))
        )

    def read(self, request: Request) -> Iterator[Incoming]:
        """{"sender", "message"} as in REST, and "id" when the program may deliver again with another signature."""
        sender, text = read_body(request.body)
        if not sender:
            raise RefusedError(400, "sender: expected, for the answers to come back with it")
        given = body_of(request).get("id")
        # Without an id, what was signed: the same bytes again are a replay.
        id = f"{sender} {given}" if given else request.headers[_HEADER.lower()]
        yield Incoming(sender, text, id, sender)

    async def send(self, message: Incoming, text: str) -> None:
        """POST {"recipient_id", "text"}, signed."""
        body = json.dumps({"recipient_id": message.place, "text": text}, ensure_ascii=False).encode()
        now = int(time.time())
        headers = {_HEADER: f"t={now},v1={signature(self.secret, now, body)}"}
        await self.callback_endpoint.request("post", data=body, headers=headers)


def signature(secret: str, when: int, body: bytes) -> str:
    """HMAC-SHA256, in hexadecimal, of the time in Unix seconds, a dot and the body."""
    return hmac.new(secret.encode(), f"{when}.".encode() + body, hashlib.sha256).hexdigest()
