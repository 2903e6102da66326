"""Twilio (WhatsApp, SMS): deliveries proved by X-Twilio-Signature; a phone number is neither an id nor logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from rasa.core.channels.twilio import TwilioInput, TwilioOutput
from sanic.request import Request
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.channels.messaging import LONGEST_CALL, Incoming, Messenger, form_of, refuse_unless, required
from bot.channels.rest import site_of


class VigieTwilio(Messenger, TwilioInput):
    """Rasa's connector checks no signature and sends from the loop that answers everybody."""

    done = 204  # Twilio would send the body of a 200 as a message

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> VigieTwilio:
        """`account_sid`, `auth_token`, `twilio_number` ("whatsapp:+33..." or "+33..."); raises CredentialsError."""
        sid, token, number = required(cls.name(), credentials, "account_sid", "auth_token", "twilio_number")
        return cls(sid, token, number, str((credentials or {}).get("api_url") or ""))

    def __init__(self, account_sid: str, auth_token: str, twilio_number: str, api_url: str = "") -> None:
        """`api_url` stands for Twilio's servers in a trial."""
        super().__init__(account_sid, auth_token, twilio_number)
        self.secret = auth_token
        self._validator = RequestValidator(auth_token)
        self._output = _Output(account_sid, auth_token, twilio_number)
        self._output.api_url = api_url
        self._output.http_client.timeout = LONGEST_CALL
        # At INFO it logs each request.
        logging.getLogger("twilio.http_client").setLevel(logging.WARNING)

    def check(self, request: Request) -> None:
        """The signature of the public address (VIGIE_URL) and of every field, empty ones too."""
        url = f"{site_of(request)}webhooks/twilio/webhook"
        if request.query_string:
            url += f"?{request.query_string}"
        shown = request.headers.get("x-twilio-signature", "")
        refuse_unless(bool(shown) and self._validator.validate(url, _Fields(form_of(request)), shown))

    def read(self, request: Request) -> Iterator[Incoming]:
        """A message; the address of a file, or a position, is left alone."""
        fields = {name: values[0] for name, values in form_of(request).items()}
        if not fields.get("From") or fields.get("SmsStatus", "received") != "received":
            return
        attached = fields.get("NumMedia", "0") not in ("", "0") or bool(fields.get("Latitude"))
        user = fields["From"]
        yield Incoming(user, fields.get("Body", ""), fields["MessageSid"], user, attached=attached)

    async def send(self, message: Incoming, text: str) -> None:
        """One message, through Twilio's blocking client, in a thread."""
        sent = {"to": message.place, "from_": self.twilio_number, "body": text}
        await self.in_thread(self._output.messages.create, **sent)


class _Output(TwilioOutput):
    api_url = ""

    def get_hostname(self, uri: str) -> str:
        """The address that is called for an address of Twilio's API."""
        return f"{self.api_url}{urlsplit(uri).path}" if self.api_url else str(super().get_hostname(uri))


class _Fields(dict[str, list[str]]):
    """A field may come twice: the validator asks for all its values so."""

    def getlist(self, name: str) -> list[str]:
        """Every value of a field."""
        return self[name]
