"""Vigie's REST contract, asked over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp

_LONGEST = aiohttp.ClientTimeout(total=15, connect=3)  # a turn of Vigie's own gives up after 8 s


class VigieDownError(Exception):
    """Vigie could not be reached, or asks to come back: worth another try."""


class VigieRefusedError(Exception):
    """Vigie refuses this program: its settings are wrong; another try would change nothing."""


class Vigie:
    """One Vigie server."""

    def __init__(self, address: str, token: str) -> None:
        """`address` ends with a slash."""
        self._webhook = f"{address}webhooks/rest/webhook"
        self._headers = {"Authorization": f"Bearer {token}", "X-Vigie-Channel": "matrix"}
        self._http: aiohttp.ClientSession | None = None

    async def say(self, sender: str, message: str, name: str) -> list[Mapping[str, Any]]:
        """The turn that answers `message`; `name` is the message's own, the same when it is sent again.

        Raises VigieDownError, VigieRefusedError; neither holds a word of the message.
        """
        self._http = self._http or aiohttp.ClientSession(timeout=_LONGEST)
        body, headers = {"sender": sender, "message": message}, {**self._headers, "Idempotency-Key": name}
        try:
            async with self._http.post(self._webhook, json=body, headers=headers) as answer:
                if answer.status in (429, 500, 502, 503, 504):
                    raise VigieDownError(answer.status)
                if answer.status != 200:
                    raise VigieRefusedError(answer.status)
                turn = await answer.json()
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
            raise VigieDownError(type(error).__name__) from None
        if not isinstance(turn, list) or not turn:
            raise VigieDownError("empty turn")
        return turn

    async def close(self) -> None:
        """Close the connections."""
        if self._http:
            await self._http.close()
