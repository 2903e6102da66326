"""Who is answered what: one queue per user, so that messages keep their order and nobody waits for another."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from nio import AsyncClient, MegolmEvent
from nio.exceptions import EncryptionError

from bot.channels.capabilities import numbered
from bot.channels.pseudonyms import pseudonym
from bot.matrix import notices
from bot.matrix.memory import Ledger
from bot.matrix.notices import read_texts
from bot.matrix.reading import is_addressed, read_event
from bot.matrix.rooms import Rooms
from bot.matrix.vigie import Vigie, VigieDownError, VigieRefusedError

logger = logging.getLogger(__name__)

CHANNEL = "matrix"
# Seconds before each try; the user is told after the second.
_WAITS = (0.0, 1.0, 2.0, 3.0, 5.0, 5.0, 5.0, 10.0, 10.0, 15.0, 15.0)
_TOLD_AT = 1
_CONVERSATION = 3600.0  # seconds; what is kept is told again to who comes back later
_NOTICE_AGAIN = 600.0  # seconds; somebody who deletes ten messages is told once
_MOST = 10_000  # users remembered before those of long ago are forgotten
_KEY_LATE = 3.0  # seconds that a key may come after its message


@dataclass(frozen=True)
class Received:
    """One event of a room, decrypted or not."""

    room: str
    user: str
    event: str
    source: Mapping[str, Any]
    locked: MegolmEvent | None = None


class Desk:
    """Answers what is received."""

    def __init__(self, client: AsyncClient, rooms: Rooms, vigie: Vigie, ledger: Ledger, secret: str) -> None:
        """`secret` makes the pseudonyms."""
        self._client, self._rooms, self._vigie, self._ledger, self._secret = client, rooms, vigie, ledger, secret
        self._queues: dict[str, deque[Received]] = {}
        self._at_work: set[asyncio.Task[None]] = set()
        self._told: dict[str, float] = {}
        self.names: tuple[str, ...] = ()  # what the bot is called in a group

    def receive(self, received: Received) -> None:
        """Put an event in its user's queue."""
        if received.user in self._queues:
            self._queues[received.user].append(received)
            return
        self._queues[received.user] = deque([received])
        task = asyncio.ensure_future(self._work(received.user))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def finish(self, seconds: float) -> None:
        """Wait for the answers under way, `seconds` at most; the others are answered after the next start."""
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=seconds)

    async def _work(self, user: str) -> None:
        queue = self._queues[user]
        while queue:
            received = queue.popleft()
            try:
                await self._answer(received)
            except Exception as error:
                # Its own text may quote the user.
                logger.error("An event failed with %s.", type(error).__name__)
                await self._last_word(received)
            try:
                self._ledger.close(received.event)
            except OSError as error:
                logger.error("What is answered could not be kept (%s).", type(error).__name__)
        del self._queues[user]
        if len(self._told) > _MOST:
            self._told = {key: told for key, told in self._told.items() if monotonic() - told < _CONVERSATION}

    async def _last_word(self, received: Received) -> None:
        try:
            await self._say(received, read_texts()[notices.GIVEN_UP], "panne")
        except Exception as error:
            logger.error("Nothing could be said of it either (%s).", type(error).__name__)

    async def _answer(self, received: Received) -> None:
        room = self._rooms.get(received.room)
        if room is None:
            return
        if not self._rooms.is_direct(room):
            await self._answer_in_group(received)
            return
        source = await self._unlocked(received)
        asked = read_event(source)
        if asked is None:
            return
        if asked.notice is None:
            await self._pass_on(received, asked.text)
        elif self._is_news(received, asked.notice):
            await self._say(received, read_texts()[asked.notice], asked.notice)
        if not self._queues.get(received.user):
            # After the answer, which it would delay; of a burst, the last one is marked, and all before it with it.
            self._rooms.read(received.room, received.event)

    async def _answer_in_group(self, received: Received) -> None:
        if received.source.get("type") == "m.room.message" and is_addressed(
            received.source, self._client.user_id, self.names, self._rooms.groups
        ):
            self._rooms.groups.update(await self._say(received, read_texts()[notices.IN_PRIVATE], "prive"))

    async def _unlocked(self, received: Received) -> Mapping[str, Any]:
        """The event, decrypted if its key comes a little after it."""
        deadline = monotonic() + _KEY_LATE
        while received.locked is not None and monotonic() < deadline:
            try:
                opened = self._client.decrypt_event(received.locked)
                return dict(opened.source)
            except EncryptionError:
                await asyncio.sleep(0.5)
        return received.source

    def _is_news(self, received: Received, notice: str) -> bool:
        if notice != notices.WITHDRAWN:
            return True
        key = f"{notice} {received.user}"
        told, self._told[key] = self._told.get(key), monotonic()
        return told is None or monotonic() - told > _NOTICE_AGAIN

    async def _pass_on(self, received: Received, text: str) -> None:
        new = asyncio.ensure_future(self._is_new(received))
        async with self._rooms.typing(received.room):
            turn = await self._ask(received, text)
        is_new = await new
        room = self._rooms.get(received.room)
        if turn is None or room is None:
            return
        if not self._rooms.is_direct(room):
            # Somebody came in while the answer was made: it is not for them.
            await self._say(received, read_texts()[notices.IN_PRIVATE], "prive")
        elif notices.is_erasure(turn):
            last = await self._say(received, read_texts()[notices.WIPED], "efface")
            self._told[received.user] = -_CONVERSATION  # what follows is a new conversation
            self._told[f"{notices.WITHDRAWN} {received.user}"] = monotonic()
            await self._rooms.redact(received.room, last)
        else:
            kept = [notices.what_is_kept()] if is_new else []
            for number, said in enumerate([*(one.plain() for one in numbered(turn)), *kept]):
                await self._say(received, said, f"tour{number}")
            self._told[received.user] = monotonic()

    async def _is_new(self, received: Received) -> bool:
        """Whether this user is still to be told what a messenger keeps."""
        told = self._told.get(received.user)
        if told is not None:
            return monotonic() - told > _CONVERSATION
        return not await self._rooms.spoke_within(received.room, _CONVERSATION)

    async def _ask(self, received: Received, text: str) -> Sequence[Mapping[str, Any]] | None:
        sender = pseudonym(CHANNEL, received.user, self._secret)
        for attempt, wait in enumerate(_WAITS):
            await asyncio.sleep(wait)
            try:
                return await self._vigie.say(sender, text, self._ledger.name(received.event))
            except VigieDownError as error:
                logger.warning("Vigie does not answer (%s).", error)
                if attempt == _TOLD_AT:
                    await self._say(received, read_texts()[notices.UNREACHABLE], "injoignable")
            except VigieRefusedError as error:
                logger.error("Vigie refuses this program (%s): VIGIE_URL and VIGIE_API_TOKEN must be its own.", error)
                break
        await self._say(received, read_texts()[notices.GIVEN_UP], "abandon")
        return None

    async def _say(self, received: Received, text: str, what: str) -> list[str]:
        # The name holds the text: said again after a crash it is shown once, another text is shown.
        return await self._rooms.say(received.room, text, self._ledger.name(f"{received.event} {what} {text}"))
