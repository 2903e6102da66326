"""One message of a conversation at a time, without Rasa's polling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.lock_store import InMemoryLockStore


class ConversationLocks(InMemoryLockStore):
    """Locks that the next message takes as soon as the one before is answered.

    Rasa's own lock looks every second whether its turn has come: a double click costs its user a second.
    """

    def __init__(self, endpoint_config: Any = None) -> None:
        """Signature of a lock store named in endpoints.yml."""
        super().__init__()
        # A lock lives as long as somebody holds it or waits for it.
        self._held: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0.0, wait_time_in_seconds: float = 0.0
    ) -> AsyncIterator[asyncio.Lock]:
        """Hold the conversation; a turn that never ends is ended by its channel (signature of LockStore)."""
        held = self._held.get(conversation_id)
        if held is None:
            held = self._held[conversation_id] = asyncio.Lock()
        async with held:
            yield held
