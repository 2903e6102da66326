"""What the process does in a room: send a notice, show that it reads and writes, take back what it said."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

from nio import AsyncClient, Event, MatrixRoom, RedactedEvent, RoomMessagesResponse, RoomSendResponse
from nio.exceptions import EncryptionError, LocalProtocolError

from bot.channels.capabilities import CAPABILITIES, cut
from bot.matrix.markup import to_html

logger = logging.getLogger(__name__)

_TRIES = 8  # of a send that the homeserver refuses; when it cannot be reached, nio tries for as long as it takes
_NOT_FOR_US = ("M_FORBIDDEN", "M_NOT_FOUND", "M_UNKNOWN_TOKEN")
_QUICK = 0.4  # seconds; an answer that comes sooner needs no sign that it is being written
_TYPING = 20.0  # seconds that the sign lasts, unless renewed
_PAGE = 100
_AT_ONCE = 4  # redactions under way


class Rooms:
    """The rooms of one account."""

    def __init__(self, client: AsyncClient) -> None:
        """`client` is signed in."""
        self._client = client
        self.groups: set[str] = set()  # own events in groups: an answer to one of them speaks to the bot
        self._side: set[asyncio.Task[None]] = set()

    def get(self, room: str) -> MatrixRoom | None:
        """A room that was joined."""
        found: MatrixRoom | None = self._client.rooms.get(room)
        return found

    def is_direct(self, room: MatrixRoom) -> bool:
        """Whether only one person reads it, whoever is invited counted."""
        return len(set(room.users) | set(room.invited_users)) <= 2

    async def say(self, room: str, text: str, name: str) -> list[str]:
        """Send `text` as notices; the same `name` sent again is shown once. Returns the ids of the events."""
        sent = []
        for number, part in enumerate(cut(text, CAPABILITIES["matrix"])):
            content = {
                "msgtype": "m.notice",
                "body": part,
                "format": "org.matrix.custom.html",
                "formatted_body": to_html(part),
                "m.mentions": {},
            }
            event = await self._send(room, content, f"{name}.{number}")
            if event:
                sent.append(event)
        return sent

    async def _send(self, room: str, content: dict[str, Any], name: str) -> str | None:
        for attempt in range(_TRIES):
            await asyncio.sleep(min(30.0, 0.5 * 2**attempt) if attempt else 0)
            try:
                # Unverified devices receive too: see docs/matrix.md, « Appareils non vérifiés ».
                answer = await self._client.room_send(
                    room, "m.room.message", content, tx_id=name, ignore_unverified_devices=True
                )
            except (EncryptionError, LocalProtocolError) as error:
                logger.warning("A message was not sent (%s).", type(error).__name__)
                if self.get(room) is None:
                    return None
                continue
            if isinstance(answer, RoomSendResponse):
                return str(answer.event_id)
            logger.warning("A message was refused (%s).", answer.status_code)
            if answer.status_code in _NOT_FOR_US:
                return None
        logger.error("A message could not be sent.")
        return None

    @asynccontextmanager
    async def typing(self, room: str) -> AsyncIterator[None]:
        """Show, once it lasts, that an answer is being written."""

        async def show() -> None:
            await asyncio.sleep(_QUICK)
            try:
                while True:
                    await self._client.room_typing(room, True, int(_TYPING * 1000))
                    await asyncio.sleep(_TYPING / 2)
            finally:
                self.aside(self._client.room_typing(room, False))

        task = asyncio.ensure_future(show())
        try:
            yield
        finally:
            task.cancel()

    def read(self, room: str, event: str) -> None:
        """Show that an event was read; nobody waits for it."""
        self.aside(self._client.room_read_markers(room, event, event))

    def aside(self, work: Any) -> None:
        """Do something that no answer depends on."""

        async def quietly() -> None:
            with suppress(Exception):
                await work

        task = asyncio.ensure_future(quietly())
        self._side.add(task)
        task.add_done_callback(self._side.discard)

    async def own_events(self, room: str) -> AsyncIterator[Event]:
        """The bot's own messages that a room still shows, the last one first."""
        wanted = {"senders": [self._client.user_id], "types": ["m.room.message", "m.room.encrypted"]}
        start = None
        while True:
            page = await self._client.room_messages(room, start, limit=_PAGE, message_filter=wanted)
            if not isinstance(page, RoomMessagesResponse):
                return
            for event in page.chunk:
                if not isinstance(event, RedactedEvent):
                    yield event
            if not page.end or page.end == start:
                return
            start = page.end

    async def spoke_within(self, room: str, seconds: float) -> bool:
        """Whether the bot said something here in the last `seconds`, which a former process may have done."""
        async for event in self.own_events(room):
            return bool(time.time() - event.server_timestamp / 1000 < seconds)
        return False

    async def redact(self, room: str, but: Iterable[str]) -> None:
        """Take back every message of the bot, except the events `but`."""
        kept, limit = set(but), asyncio.Semaphore(_AT_ONCE)

        async def take_back(event: str) -> None:
            async with limit:
                await self._client.room_redact(room, event)

        events = [event.event_id async for event in self.own_events(room)]
        await asyncio.gather(*(take_back(event) for event in events if event not in kept))

    async def leave(self, room: str) -> None:
        """Leave a room that nobody else is in, or refuse an invitation, and forget it."""
        await self._client.room_leave(room)
        await self._client.room_forget(room)
