"""Leaves without losing a turn: what was accepted is answered, then the process ends."""

from __future__ import annotations

from typing import Any

_LAST_WORD = 0.5  # seconds left to a connection that was accepted and has not spoken yet
_IDLE = 2.0  # seconds that a moment without a turn is waited for


async def prepare_to_stop(app: Any, _: Any) -> None:
    """Say in /ready that the server leaves, write what the disk still owes, then stop listening between two turns."""
    app.ctx.stopping = True
    if hasattr(app.ctx, "conversations"):
        await app.ctx.conversations.purge()
        # The next thing that Sanic does is to stop listening: nobody must be waiting at the door then.
        await app.ctx.agent.lock_store.idle(_IDLE)


def let_connections_speak() -> None:
    """Sanic would close, as idle, a connection whose request is still on its way; a POST is not sent twice."""
    from sanic.server.protocols.http_protocol import HttpProtocol

    close_if_idle = HttpProtocol.close_if_idle

    def later(protocol: Any) -> bool:
        protocol.loop.call_later(_LAST_WORD, close_if_idle, protocol)
        return False

    HttpProtocol.close_if_idle = later
