"""One message of a conversation at a time, in one server or over several, without Rasa's polling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from time import perf_counter
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.lock_store import InMemoryLockStore

from bot.engine.redis_locks import RedisLocks
from bot.monitoring import metrics
from bot.settings import load_settings


class ConversationLocks(InMemoryLockStore):
    """Locks that the next message takes as soon as the one before is answered; shared through Redis if so set.

    Rasa's own lock looks every second whether its turn has come: a double click costs its user a second.
    """

    def __init__(self, endpoint_config: Any = None) -> None:
        """Signature of a lock store named in endpoints.yml; what is shared comes from VIGIE_REDIS_URL."""
        super().__init__()
        settings = load_settings()
        self.shared = RedisLocks(settings.redis_url, settings.secret) if settings.redis_url else None
        # A lock lives as long as somebody holds it or waits for it.
        self._held: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._under_way = 0
        self._idle, self._open = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._open.set()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0.0, wait_time_in_seconds: float = 0.0
    ) -> AsyncIterator[asyncio.Lock]:
        """Hold the conversation; a turn that never ends is ended by its channel (signature of LockStore)."""
        asked = perf_counter()
        held = self._held.get(conversation_id)
        if held is None:
            held = self._held[conversation_id] = asyncio.Lock()
        # The lock of this process first: a server never waits in Redis for itself.
        async with held:
            await self._open.wait()
            self._under_way += 1
            self._idle.clear()
            try:
                async with self.shared.lock(conversation_id) if self.shared else nullcontext():
                    metrics.lock_waited(perf_counter() - asked)
                    yield held
            finally:
                self._under_way -= 1
                if not self._under_way:
                    self._idle.set()

    async def idle(self, patience: float) -> None:
        """Return when no turn is under way in this server, after `patience` seconds at most."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._idle.wait(), patience)

    @asynccontextmanager
    async def between_turns(self, patience: float) -> AsyncIterator[None]:
        """Hold back new turns of this server, once those under way are over or after `patience` seconds."""
        self._open.clear()
        try:
            await self.idle(patience)
            yield
        finally:
            self._open.set()
