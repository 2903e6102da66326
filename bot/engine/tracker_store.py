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
from bot.monitoring import metrics
from bot.monitoring.observation import conversation_begins
from bot.settings import load_settings
from bot.storage.conversations import Conversations, open_conversations

logger = logging.getLogger(__name__)

_PAUSE = 5.0  # seconds without a try after the disk failed
# A database that several servers share, and that restarts or is slow, is waited for: without it, each server would go
# on with what it remembers itself. In seconds, well within the time that a channel leaves to a turn.
_PATIENCE = 5.5
_RETRY = 0.1
_TICK = 0.001  # seconds: a turn is later than the one before it, whatever the clocks of two servers say

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
        self._failing_since: float | None = None
        self._away = False  # a failure was told, its end was not yet
        self._catching_up: asyncio.Task[None] | None = None
        self._behind: set[str] = set()  # senders whose snapshot on disk is not what it should be
        self._blind: set[str] = set()  # senders answered as new while the disk, which may know them, did not answer
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
        now = self._clock()
        live.domain = self.domain
        live.expires_at = max(now + self._longest_silence, live.expires_at + _TICK)
        self._trackers[tracker.sender_id] = (now, live)
        self._trackers.move_to_end(tracker.sender_id)
        self._forget_in_memory()
        await self._write(tracker.sender_id)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation of `sender_id`, None when there is none or it was purged."""
        found = await self._find(sender_id)
        if found is None:
            conversation_begins()
        return found

    async def _find(self, sender_id: str) -> DialogueStateTracker | None:
        self._forget_in_memory()
        live = self._remembered(sender_id)
        if self._disk is None or (sender_id in self._behind and sender_id not in self._blind):
            return live
        try:
            # The disk knows better: another server may have gone on with this conversation, or erased it.
            found = await self._ask(self._disk.load, sender_id, self._clock())
        except DiskError:
            if live is None:
                self._blind.add(sender_id)
            return live
        if found is None and sender_id in self._blind:
            self._blind.discard(sender_id)
            return live
        self._blind.discard(sender_id)
        self._behind.discard(sender_id)
        if found and live and live.expires_at == found[1]:
            return live
        self._trackers.pop(sender_id, None)
        return self._thaw(sender_id, *found) if found else None

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
        await self._catch_up()
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

    async def _catch_up(self) -> None:
        """Write what the disk refused before; of a conversation that went on elsewhere since, the last turn stays."""
        for sender in list(self._behind):
            await self._write(sender)

    async def _write(self, sender: str) -> bool:
        """Make the disk say of `sender` what the memory says: a snapshot, or nothing; False when it cannot."""
        if self._disk is None:
            return True
        kept = self._trackers.get(sender)
        self._behind.add(sender)
        try:
            if kept:
                live = kept[1]
                await self._ask(self._disk.save, sender, freeze(live), live.expires_at, sender not in self._blind)
            else:
                await self._ask(self._disk.delete, sender)
        except DiskError:
            return False
        self._behind.discard(sender)
        if sender in self._blind:
            # What the disk says of it now is for the next turn to read.
            self._blind.discard(sender)
            self._trackers.pop(sender, None)
        return True

    def _remembered(self, sender: str) -> LiveTracker | None:
        """A copy: a turn that fails or lasts too long must leave neither words nor half a change behind."""
        kept = self._trackers.get(sender)
        if kept is None:
            return None
        live = kept[1]
        # Another model was loaded since: its domain may have other slots.
        return live.copy() if live.domain is self.domain else self._thaw(sender, freeze(live), live.expires_at)

    def _thaw(self, sender: str, snapshot: str, expires_at: float) -> LiveTracker | None:
        try:
            live = thaw(sender, snapshot, self.domain)
        except ValueError as error:
            logger.error("A conversation could not be read again (%s); it starts anew.", error)
            return None
        live.expires_at = expires_at
        return live

    async def _ask(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do `work`; raises DiskError when it fails, is slow, or failed a moment ago."""
        if time.monotonic() < self._not_before:
            raise DiskError("the disk failed a moment ago")
        while True:
            try:
                done = await self._do(work, *arguments)
            except Exception as error:  # whatever the database's driver raises: nobody may suffer from it
                now = time.monotonic()
                self._failing_since = self._failing_since or now
                if self._may_come_back(error) and now < self._failing_since + _PATIENCE:
                    await asyncio.sleep(_RETRY)
                    continue
                self._not_before = now + _PAUSE
                self._away = True
                metrics.disk_failed("conversations")
                logger.error("Conversations are not written to disk (%s); they go on in memory.", type(error).__name__)
                raise DiskError(type(error).__name__) from error
            if self._failing_since is not None:
                self._failing_since = None
                if self._away:
                    self._away = False
                    logger.warning("Conversations are written to disk again.")
                self._catching_up = asyncio.get_running_loop().create_task(self._catch_up())
            return done

    async def _do(self, work: Callable[..., T], *arguments: Any) -> T:
        if self._disk and self._disk.is_local:
            # A file answers in a tenth of a millisecond, a change of thread takes ten times that.
            return work(*arguments)
        doing = asyncio.get_running_loop().run_in_executor(self._writer, work, *arguments)
        return await asyncio.wait_for(asyncio.shield(doing), _PATIENCE)

    def _may_come_back(self, error: Exception) -> bool:
        shared = bool(self._disk and not self._disk.is_local)
        return shared and not isinstance(error, asyncio.TimeoutError)  # which has waited already

    def _forget_in_memory(self) -> None:
        oldest_allowed = self._clock() - self._longest_silence
        while self._trackers:
            sender, (last_seen, _) = next(iter(self._trackers.items()))
            if last_seen >= oldest_allowed and len(self._trackers) <= self._most:
                return
            del self._trackers[sender]
