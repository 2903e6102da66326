"""Conversations kept in memory only, for as long as they live: nothing of what users say reaches the disk."""

from __future__ import annotations

import copy
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, Restarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.settings import load_settings

# Three turns or so: typed choices look one turn back, the fallback two; slots carry the rest. Turn 100 costs as turn 4.
MAX_EVENTS = 40


class LiveTracker(DialogueStateTracker):
    """A tracker whose copy keeps the slots that were set before the events it remembers.

    Rasa's `copy` replays the events, once per action: slots set earlier would be lost, and a turn would cost more as
    the conversation grows.
    """

    def applied_events(self) -> list[Event]:
        """The events of the current turn: each rule of Vigie holds within one turn (tests/unit/test_rules.py).

        Rasa replays these events twice per prediction; the turns before would be replayed for nothing.
        """
        events = list(self.events)
        turn = next((i for i in range(len(events) - 1, -1, -1) if isinstance(events[i], UserUttered)), len(events))
        listening = (i for i in range(turn - 1, -1, -1) if isinstance(events[i], ActionExecuted))
        return events[next(listening, 0) :]

    @classmethod
    def adopt(cls, tracker: DialogueStateTracker) -> LiveTracker:
        """A live tracker in the state of `tracker`, remembering its last MAX_EVENTS events."""
        live = cls(tracker.sender_id, None, max_event_history=MAX_EVENTS, is_rule_tracker=tracker.is_rule_tracker)
        events = live._create_events(list(tracker.events))
        live.__dict__.update({**vars(tracker), "events": events, "_max_event_history": MAX_EVENTS})
        return live

    def copy(self) -> LiveTracker:
        """A tracker in the same state that can change apart."""
        duplicate = copy.copy(self)
        duplicate.events = self._create_events(self.events)
        duplicate.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
        return duplicate


class VolatileTrackerStore(TrackerStore):
    """Trackers as live objects, oldest dropped first beyond a number, and purged after a silence."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        clock: Callable[[], float] = time.monotonic,
        **kwargs: Any,
    ) -> None:
        """Limits come from the settings (VIGIE_IDLE_MINUTES, VIGIE_MAX_CONVERSATIONS)."""
        kwargs.pop("host", None)
        super().__init__(domain, event_broker, **kwargs)
        settings = load_settings()
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
        """Keep `tracker` and purge what has been silent too long."""
        if self.event_broker:
            await self.stream_events(tracker)
        _forget_before_restart(tracker)
        # Rasa's FailSafeTrackerStore creates plain trackers itself: what is kept is made live here.
        live = tracker if isinstance(tracker, LiveTracker) else LiveTracker.adopt(tracker)
        self._trackers[tracker.sender_id] = (self._clock(), live)
        self._trackers.move_to_end(tracker.sender_id)
        self.purge()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation of `sender_id`, None when there is none or it was purged."""
        self.purge()
        kept = self._trackers.get(sender_id)
        return kept[1] if kept else None

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation at once."""
        self._trackers.pop(sender_id, None)

    async def keys(self) -> Iterable[str]:
        """Ids of the conversations kept."""
        return list(self._trackers)

    def purge(self) -> None:
        """Forget the conversations silent for too long, and the oldest beyond the number kept."""
        oldest_allowed = self._clock() - self._longest_silence
        while self._trackers:
            sender, (last_seen, _) = next(iter(self._trackers.items()))
            if last_seen >= oldest_allowed and len(self._trackers) <= self._most:
                return
            del self._trackers[sender]


def _forget_before_restart(tracker: DialogueStateTracker) -> None:
    """Nothing said before the user asked to start again is kept."""
    events = list(tracker.events)
    last = next((i for i in range(len(events) - 1, -1, -1) if isinstance(events[i], Restarted)), None)
    if last is not None:
        tracker.events = tracker._create_events(events[last + 1 :])
