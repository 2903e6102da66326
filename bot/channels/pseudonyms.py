"""The id under which Vigie knows a messenger's user. Pure."""

from __future__ import annotations

import hashlib
import hmac


def pseudonym(channel: str, user: str, secret: str) -> str:
    """The conversation's id of a messenger's user: it cannot be turned back without the secret."""
    return f"{channel}:{keyed(f'{channel}:{user}', secret)}"


def keyed(text: str, secret: str) -> str:
    """A digest of `text`, 128 bits in hexadecimal, that nobody makes without the secret."""
    return hmac.new(secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
