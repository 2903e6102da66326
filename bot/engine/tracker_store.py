"""Conversations as live objects, each with a snapshot on disk while it lasts; the user's words are in neither."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.live_tracker import LiveTracker, forget_words, freeze, thaw, was_restarted
from bot.settings import load_settings
from bot.storage.conversations import Conversations, open_conversations

logger = logging.getLogger(__name__)

_PATIENCE = 1.0  # seconds a user waits for the disk
_PAUSE = 5.0  # seconds without a try after the disk failed

T = TypeVar("T")


class DiskError(RuntimeError):
    """The disk does not answer; what was asked of it is done later."""


class ConversationStore(TrackerStore):
    """Live trackers in memory, oldest dropped first beyond a number; snapshots on disk, purged after a silence.

    A disk that fails keeps nobody waiting: the conversation goes on in memory and is written when the disk is back.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        clock: Callable[[], float] = time.time,
        **kwargs: Any,
    ) -> None:
        """Limits and database come from the settings (VIGIE_IDLE_MINUTES, VIGIE_CONVERSATIONS_URL...)."""
        kwargs.pop("host", None)
        super().__init__(domain, event_broker, **kwargs)
        settings = load_settings()
        url = settings.conversations_url
        self._disk: Conversations | None = open_conversations(url, settings.secret) if url else None
        # One thread: writes keep their order, and the loop that answers users never waits for the network.
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="conversations")
        self._not_before = 0.0
        self._behind: set[str] = set()  # senders whose snapshot on disk is not what it should be
        self._clock = clock
        self._longest_silence = settings.idle_minutes * 60
        self._most = settings.max_conversations
        self._trackers: OrderedDict[str, tuple[float, LiveTracker]] = OrderedDict()

    @property
    def domain(self) -> Domain:
        """Domain of the loaded model."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep `tracker` without the user's words; forget it when the user asked to start again."""
        forget_words(tracker)
        if self.event_broker:
            await self.stream_events(tracker)
        if was_restarted(tracker):
            await self.delete(tracker.sender_id)
            return
        # Rasa's FailSafeTrackerStore creates plain trackers itself: what is kept is made live here.
        live = tracker if isinstance(tracker, LiveTracker) else LiveTracker.adopt(tracker)
        self._trackers[tracker.sender_id] = (self._clock(), live)
        self._trackers.move_to_end(tracker.sender_id)
        self._forget_in_memory()
        await self._write(tracker.sender_id)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation of `sender_id`, None when there is none or it was purged."""
        self._forget_in_memory()
        kept = self._trackers.get(sender_id)
        # A copy: a turn that fails or lasts too long must leave neither words nor half a change behind.
        live = kept[1].copy() if kept else None
        if self._disk is None or sender_id in self._behind:
            return live
        try:
            # The disk knows better: another server may have gone on with this conversation, or erased it.
            found = await self._ask(self._disk.load, sender_id, self._clock())
            if found is None:
                self._trackers.pop(sender_id, None)
                return None
            snapshot, expires_at = found
            if kept and kept[0] + self._longest_silence == expires_at:
                return live
            return thaw(sender_id, snapshot, self.domain)
        except DiskError:
            return live
        except ValueError as error:
            logger.error("A conversation could not be read again (%s); it starts anew.", error)
            return None

    async def delete(self, sender_id: str) -> bool:
        """Forget a conversation at once, in memory and on disk; False when the disk will have to follow."""
        self._trackers.pop(sender_id, None)
        return await self._write(sender_id)

    def owes_erasure(self, sender_id: str) -> bool:
        """Whether a conversation that was forgotten is still on a disk that does not answer."""
        return sender_id in self._behind and sender_id not in self._trackers

    async def keys(self) -> Iterable[str]:
        """Ids of the conversations in memory."""
        return list(self._trackers)

    async def purge(self) -> None:
        """Forget the conversations silent for too long, and do what the disk refused before."""
        self._forget_in_memory()
        for sender in list(self._behind):
            await self._write(sender)
        if self._disk and not self._behind:
            try:
                await self._ask(self._disk.purge, self._clock())
            except DiskError:
                return

    async def check(self) -> bool:
        """Whether the disk answers."""
        if self._disk is None:
            return True
        try:
            await self._ask(self._disk.count)
        except DiskError:
            return False
        return True

    async def _write(self, sender: str) -> bool:
        """Make the disk say of `sender` what the memory says: a snapshot, or nothing; False when it cannot."""
        if self._disk is None:
            return True
        kept = self._trackers.get(sender)
        self._behind.add(sender)
        try:
            if kept:
                await self._ask(self._disk.save, sender, freeze(kept[1]), kept[0] + self._longest_silence)
            else:
                await self._ask(self._disk.delete, sender)
        except DiskError:
            return False
        self._behind.discard(sender)
        return True

    async def _ask(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do `work`; raises DiskError when it fails, is slow, or failed a moment ago."""
        if time.monotonic() < self._not_before:
            raise DiskError("the disk failed a moment ago")
        try:
            if self._disk and self._disk.is_local:
                # A file answers in a tenth of a millisecond, a change of thread takes ten times that.
                return work(*arguments)
            doing = asyncio.get_running_loop().run_in_executor(self._writer, work, *arguments)
            return await asyncio.wait_for(asyncio.shield(doing), _PATIENCE)
        except Exception as error:  # whatever the database's driver raises: nobody may suffer from it
            self._not_before = time.monotonic() + _PAUSE
            logger.error("Conversations are not written to disk (%s); they go on in memory.", type(error).__name__)
            raise DiskError(type(error).__name__) from error

    def _forget_in_memory(self) -> None:
        oldest_allowed = self._clock() - self._longest_silence
        while self._trackers:
            sender, (last_seen, _) = next(iter(self._trackers.items()))
            if last_seen >= oldest_allowed and len(self._trackers) <= self._most:
                return
            del self._trackers[sender]
