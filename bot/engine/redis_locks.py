"""Locks of conversations that several servers share, in Redis; without Redis, each server goes on with its own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from bot.monitoring import metrics
from bot.storage.conversations import fingerprint

logger = logging.getLogger(__name__)

# A lock is lent, and lent again while its turn lasts: never too short for a turn, free soon after a server is killed.
LEASE = 3.0
_LOOK_AGAIN = 0.02  # seconds, while another server answers the same conversation
_PATIENCE = 0.3  # seconds that a turn waits for a Redis that refuses
_SILENCE = 1.0  # seconds that a turn waits for a Redis that says nothing
_RETRY = 0.05
_PAUSE = 2.0  # seconds without a try after Redis failed
_SAY_AGAIN = 60.0  # seconds between two lines of the log about the same failure


class RedisLocks:
    """Locks by fingerprint of the conversation's id; a Redis that fails keeps nobody from an answer."""

    def __init__(self, url: str, secret: str) -> None:
        """Nothing is opened before the first lock; `secret` keys the fingerprints."""
        self._redis = Redis.from_url(url, socket_timeout=_SILENCE, socket_connect_timeout=_PATIENCE)
        self._secret = secret.encode()
        self._not_before = 0.0
        self._said_at = -_SAY_AGAIN
        self._away = False
        self.missed = 0  # turns that went on without their shared lock, since the start

    @asynccontextmanager
    async def lock(self, conversation_id: str) -> AsyncIterator[None]:
        """Hold the conversation over all the servers, or over none when Redis does not answer."""
        held = await self._take(conversation_id)
        if held is None:
            yield
            return
        renewing = asyncio.get_running_loop().create_task(self._renew(held))
        try:
            yield
        finally:
            renewing.cancel()
            try:
                await held.release()
            except RedisError as error:
                self._failed(error)

    async def answers(self) -> bool:
        """Whether Redis answers now."""
        try:
            await self._redis.ping()
        except RedisError:
            return False
        return True

    async def _take(self, conversation_id: str) -> Lock | None:
        """The lock, held; None when Redis does not answer, or did not a moment ago."""
        if time.monotonic() < self._not_before:
            self.missed += 1
            metrics.lock_missed()
            return None
        name = "vigie:lock:" + fingerprint(self._secret, conversation_id)
        lock = Lock(self._redis, name, timeout=LEASE, sleep=_LOOK_AGAIN, thread_local=False)
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                await lock.acquire()
                if self._away:
                    self._away = False
                    logger.warning("Locks are shared again: Redis answers.")
                return lock
            except RedisError as error:
                # A Redis that restarts is back in less time than a user notices.
                if time.monotonic() + _RETRY < deadline:
                    await asyncio.sleep(_RETRY)
                    continue
                self._not_before = time.monotonic() + _PAUSE
                self._away = True
                self.missed += 1
                metrics.lock_missed()
                self._failed(error)
                return None

    async def _renew(self, held: Lock) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            with suppress(RedisError):  # tried again; what is lost is said at the release
                await held.reacquire()

    def _failed(self, error: RedisError) -> None:
        if isinstance(error, LockError):
            metrics.lock_lost()
        if time.monotonic() - self._said_at < _SAY_AGAIN:
            return
        self._said_at = time.monotonic()
        lost = isinstance(error, LockError)
        what = "A lock was lost while it was held" if lost else "Locks are not shared: Redis does not answer"
        logger.error("%s (%s); each server goes on with its own locks.", what, type(error).__name__)
