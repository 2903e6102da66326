"""The locks that servers share, on a real Redis, and what a turn does without it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.engine import redis_locks
from bot.engine.redis_locks import RedisLocks
from tests.redis_server import Redis

pytestmark = pytest.mark.server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    running = Redis(tmp_path, "--save", "")
    deadline = time.monotonic() + 20
    while not asyncio.run(RedisLocks(running.url, "").answers()):
        assert time.monotonic() < deadline
    try:
        yield running
    finally:
        running.stop()


async def turn(locks: RedisLocks, sender: str, seen: list[str], name: str, seconds: float) -> None:
    async with locks.lock(sender):
        seen.append(f"{name} begins")
        await asyncio.sleep(seconds)
        seen.append(f"{name} ends")


def test_one_server_waits_for_the_other_and_other_conversations_do_not(redis: Redis) -> None:
    async def scenario() -> list[str]:
        one, two, seen = RedisLocks(redis.url, "s"), RedisLocks(redis.url, "s"), []
        first = asyncio.ensure_future(turn(one, "a", seen, "a1", 0.3))
        await asyncio.sleep(0.1)
        await asyncio.gather(first, turn(two, "a", seen, "a2", 0.0), turn(two, "b", seen, "b", 0.0))
        assert one.missed == two.missed == 0
        return seen

    assert asyncio.run(scenario()) == ["a1 begins", "b begins", "b ends", "a1 ends", "a2 begins", "a2 ends"]


def test_no_id_is_in_redis(redis: Redis) -> None:
    async def scenario() -> list[bytes]:
        locks = RedisLocks(redis.url, "s")
        async with locks.lock("zanzibar"):
            return [key async for key in locks._redis.scan_iter("*")]

    (key,) = asyncio.run(scenario())
    assert b"zanzibar" not in key


def test_a_long_turn_keeps_its_lock_and_a_dead_server_leaves_it(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_locks, "LEASE", 0.4)

    async def scenario() -> list[str]:
        one, two, seen = RedisLocks(redis.url, "s"), RedisLocks(redis.url, "s"), []
        first = asyncio.ensure_future(turn(one, "a", seen, "a1", 1.2))
        await asyncio.sleep(0.1)
        await asyncio.gather(first, turn(two, "a", seen, "a2", 0.0))
        dead = await one._take("b")  # never renewed, never given back
        assert dead is not None
        await asyncio.wait_for(turn(two, "b", seen, "b", 0.0), 5)
        return seen

    expected = ["a1 begins", "a1 ends", "a2 begins", "a2 ends", "b begins", "b ends"]
    assert asyncio.run(scenario()) == expected


def test_without_redis_a_turn_is_answered_and_locks_come_back(
    redis: Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(redis_locks, "_PAUSE", 0.1)

    async def scenario() -> tuple[int, int]:
        locks, seen = RedisLocks(redis.url, "s"), []
        await turn(locks, "a", seen, "a1", 0.0)
        redis.stop()
        await turn(locks, "a", seen, "a2", 0.0)
        await turn(locks, "a", seen, "a3", 0.0)
        missed = locks.missed
        redis.start()
        while not await locks.answers():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        async with locks.lock("a"):
            held = [key async for key in locks._redis.scan_iter("*")]
        assert len(seen) == 6
        return missed, len(held)

    assert asyncio.run(scenario()) == (2, 1)
    said = [one.message for one in caplog.records if one.name == redis_locks.__name__]
    assert len(said) == 2, said  # once that they are not shared, once that they are again
    assert said[1] == "Locks are shared again: Redis answers."
