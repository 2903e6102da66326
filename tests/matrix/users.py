"""Run by the matrix environment: real Matrix clients, one per user, that obey JSON lines and answer with JSON lines.

A line {"id", "do", ...} calls the method `do` with the rest; the answer is {"id", "result"} or {"id", "error"}.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from typing import Any

from nio import (
    Api,
    AsyncClient,
    AsyncClientConfig,
    EnableEncryptionBuilder,
    MegolmEvent,
    RoomMessageNotice,
    RoomSendResponse,
    SyncResponse,
)
from nio.store import SqliteStore

# A sync brings ten events of a room by default and leaves the others out: a user of the tests misses none.
_WHOLE = {"room": {"timeline": {"limit": 1000}}}


class User:
    """One user at a client, whose rooms are followed in the background."""

    def __init__(self, homeserver: str, name: str, store: str) -> None:
        config = AsyncClientConfig(store=SqliteStore, store_name=f"{name}.db", max_timeout_retry_wait_time=1)
        self.client = AsyncClient(homeserver, name, store_path=store, config=config)
        self.name = name
        self.events: dict[str, list[Any]] = {}
        self.news = asyncio.Condition()
        self.pace = 0.0  # seconds between two syncs

    async def start(self) -> str:
        await self.client.login(self.name)
        await self.client.sync(0, full_state=True)
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        self.task = asyncio.ensure_future(self.follow())
        return str(self.client.user_id)

    async def follow(self) -> None:
        while True:
            try:
                answer = await self.client.sync(5000, sync_filter=_WHOLE)
            except Exception:
                answer = None
            if not isinstance(answer, SyncResponse):
                await asyncio.sleep(0.2)
                continue
            if self.client.should_upload_keys:
                await self.client.keys_upload()
            if self.client.should_query_keys:
                await self.client.keys_query()
            await self.client.send_to_device_messages()
            for room, joined in answer.rooms.join.items():
                self.events.setdefault(room, []).extend(joined.timeline.events)
                for ephemeral in joined.ephemeral:
                    self.events.setdefault(room + " ephemeral", []).append(ephemeral)
            async with self.news:
                self.news.notify_all()
            await asyncio.sleep(self.pace)

    def notices(self, room: str) -> list[Any]:
        gone = {e.redacts for e in self.events.get(room, []) if type(e).__name__ == "RedactionEvent"}
        heard = [e for e in self.events.get(room, []) if isinstance(e, RoomMessageNotice)]
        return [e for e in heard if e.event_id not in gone and e.sender != self.client.user_id]


class Users:
    """What the lines may ask."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}

    async def enter(self, homeserver: str, user: str, store: str) -> str:
        self.users[user] = User(homeserver, user, store)
        return await self.users[user].start()

    async def slow_down(self, user: str, pace: float) -> None:
        self.users[user].pace = pace

    async def room(self, user: str, invite: list[str], encrypted: bool = False, direct: bool = True) -> str:
        client = self.users[user].client
        state = [EnableEncryptionBuilder().as_dict()] if encrypted else []
        answer = await client.room_create(is_direct=direct, invite=invite, initial_state=state)
        return str(answer.room_id)

    async def members(self, user: str, room: str) -> dict[str, str]:
        answer = await self.users[user].client.room_get_state(room)
        return {e["state_key"]: e["content"]["membership"] for e in answer.events if e["type"] == "m.room.member"}

    async def wait_member(self, user: str, room: str, member: str, state: str, seconds: float = 15) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if (await self.members(user, room)).get(member) == state:
                return True
            await asyncio.sleep(0.1)
        return False

    async def join(self, user: str, room: str) -> None:
        await self.users[user].client.join(room)

    async def invite(self, user: str, room: str, who: str) -> None:
        await self.users[user].client.room_invite(room, who)

    async def leave(self, user: str, room: str) -> None:
        await self.users[user].client.room_leave(room)

    async def say(self, user: str, room: str, text: str, **content: Any) -> str:
        return await self.send(user, room, {"msgtype": "m.text", "body": text, **content})

    async def send(self, user: str, room: str, content: dict[str, Any], kind: str = "m.room.message") -> str:
        answer = await self.users[user].client.room_send(room, kind, content, ignore_unverified_devices=True)
        return str(answer.event_id)

    async def send_sealed(self, user: str, room: str) -> None:
        """An encrypted event whose key nobody has."""
        client = self.users[user].client
        content = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "ciphertext": "AwgAEnACgAkLmt6qF84IK++J7UDH2Za1YVchHyprqTqsg",
            "device_id": client.device_id,
            "sender_key": client.olm.account.identity_keys["curve25519"],
            "session_id": "c2Vzc2lvbiBkb250IGxhIGNsZSBlc3QgcGVyZHVlIDEyMzQ",
        }
        method, path, data = Api.room_send(client.access_token, room, "m.room.encrypted", content, "sealed")
        await client._send(RoomSendResponse, method, path, data, (room,))

    async def keys_of(self, user: str, who: str) -> dict[str, Any]:
        """What the homeserver tells this user of the keys of another."""
        client = self.users[user].client
        headers = {"Authorization": f"Bearer {client.access_token}"}
        body = json.dumps({"device_keys": {who: []}})
        answer = await client.send("POST", "/_matrix/client/v3/keys/query", body, headers)
        return dict(await answer.json())

    async def redact(self, user: str, room: str, event: str) -> None:
        await self.users[user].client.room_redact(room, event)

    async def notices(
        self, user: str, room: str, count: int = 0, seconds: float = 20, part: str = "", settle: float = 0
    ) -> list[dict[str, Any]]:
        """Every notice of a room, once there are `count` of them or one holds `part`; what is there at the deadline."""
        one, deadline = self.users[user], time.monotonic() + seconds

        def there() -> bool:
            found = one.notices(room)
            return len(found) >= count and (not part or any(part in e.body for e in found))

        while not there() and time.monotonic() < deadline:
            async with one.news:
                try:
                    await asyncio.wait_for(one.news.wait(), max(0.01, deadline - time.monotonic()))
                except asyncio.TimeoutError:
                    break
        await asyncio.sleep(settle)
        return [
            {"body": e.body, "html": e.formatted_body, "format": e.format, "encrypted": e.decrypted, "id": e.event_id}
            for e in one.notices(room)
        ]

    async def redacted(self, user: str, room: str) -> int:
        return sum(type(e).__name__ == "RedactionEvent" for e in self.users[user].events.get(room, []))

    async def unreadable(self, user: str, room: str) -> int:
        return sum(isinstance(e, MegolmEvent) for e in self.users[user].events.get(room, []))

    async def receipts(self, user: str, room: str, reader: str) -> list[str]:
        seen = self.users[user].events.get(room + " ephemeral", [])
        return [r.event_id for e in seen for r in getattr(e, "receipts", []) if r.user_id == reader]

    async def typed(self, user: str, room: str, who: str) -> bool:
        seen = self.users[user].events.get(room + " ephemeral", [])
        return any(who in getattr(e, "users", []) for e in seen)

    async def rounds(self, user: str, room: str, texts: list[str]) -> list[float]:
        """Seconds from each text sent to the first notice that follows."""
        one, took = self.users[user], []
        for text in texts:
            before, start = len(one.notices(room)), time.perf_counter()
            await self.say(user, room, text)
            while len(one.notices(room)) <= before:
                async with one.news:
                    await asyncio.wait_for(one.news.wait(), 30)
            took.append(time.perf_counter() - start)
            await asyncio.sleep(0.12)
        return took


async def main() -> None:
    logging.getLogger("nio").setLevel(logging.CRITICAL)
    users, loop = Users(), asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)

    async def obey(line: bytes) -> None:
        order = json.loads(line)
        number, do = order.pop("id"), order.pop("do")
        try:
            answer = {"id": number, "result": await getattr(users, do)(**order)}
        except Exception as error:
            answer = {"id": number, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)

    tasks = set()
    while line := await reader.readline():
        task = asyncio.ensure_future(obey(line))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


asyncio.run(main())
