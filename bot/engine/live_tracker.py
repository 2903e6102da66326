"""A conversation as a live object, without the user's words, and the snapshot that a restart finds again."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, Restarted, UserUttered, deserialise_events
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

# Three turns or so: typed choices look one turn back, the fallback two; slots carry the rest. Turn 100 costs as turn 4.
MAX_EVENTS = 40
_TURNS_KEPT = 2
_READ = ("intent", "entities", "intent_ranking")


class LiveTracker(DialogueStateTracker):
    """A tracker whose copy keeps the slots that were set before the events it remembers.

    Rasa's `copy` replays the events, once per action: slots set earlier would be lost, and a turn would cost more as
    the conversation grows.
    """

    expires_at = -math.inf  # seconds since the epoch, later at each turn: which of two states is the last
    domain: Domain | None = None  # that its slots are of

    def applied_events(self) -> list[Event]:
        """The events of the current turn: each rule of Vigie holds within one turn (tests/unit/test_rules.py).

        Rasa replays these events twice per prediction; the turns before would be replayed for nothing.
        """
        return _last_turns(list(self.events), 1)

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
        duplicate.slots = {name: _twin(slot) for name, slot in self.slots.items()}
        return duplicate


def forget_words(tracker: DialogueStateTracker) -> None:
    """Take the user's words out of every event: once a turn is answered, only what was understood of it is needed."""
    for event in tracker.events:
        if isinstance(event, UserUttered) and event.text:
            event.text = ""
            event.metadata = {}
            event.parse_data = _understood(event)


def was_restarted(tracker: DialogueStateTracker) -> bool:
    """True when the user asked, in this turn, that the conversation be forgotten."""
    return any(isinstance(event, Restarted) for event in _last_turns(list(tracker.events), 1))


def freeze(tracker: DialogueStateTracker) -> str:
    """The snapshot of a tracker: its slots and its last turns, neither the user's words nor Vigie's texts."""
    slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value is not None}
    events = [_without_text(event) for event in _last_turns(list(tracker.events), _TURNS_KEPT)]
    return json.dumps({"slots": slots, "events": events}, ensure_ascii=False, separators=(",", ":"))


def thaw(sender: str, snapshot: str, domain: Domain) -> LiveTracker:
    """The tracker of a snapshot; raises ValueError when it is none (damaged, or of another version)."""
    try:
        kept = json.loads(snapshot)
        events, slots = deserialise_events(kept["events"]), dict(kept["slots"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"no snapshot of a conversation: {type(error).__name__}") from error
    tracker = LiveTracker(sender, domain.slots, max_event_history=MAX_EVENTS)
    for event in events:
        tracker.update(event)
    for name, value in slots.items():
        if name in tracker.slots:
            tracker.slots[name].value = value
    return tracker


def _twin(slot: Slot) -> Slot:
    """The same slot, to be set apart; `copy.copy` takes four times as long, for each slot of each turn."""
    twin: Slot = object.__new__(type(slot))
    twin.__dict__.update(slot.__dict__)
    return twin


def _last_turns(events: list[Event], turns: int) -> list[Event]:
    """The events since the listening that came before the last `turns` messages of the user."""
    messages = [i for i, event in enumerate(events) if isinstance(event, UserUttered)][-turns:]
    first = messages[0] if messages else len(events)
    listening = (i for i in range(first - 1, -1, -1) if isinstance(events[i], ActionExecuted))
    return events[next(listening, 0) :]


def _without_text(event: Event) -> dict[str, Any]:
    kept: dict[str, Any] = event.as_dict()
    if isinstance(event, BotUttered):
        kept["text"] = ""
    if isinstance(event, UserUttered):
        # A turn that failed was never saved, and its words never forgotten.
        kept.update(text="", metadata={}, parse_data=_understood(event))
    return kept


def _understood(event: UserUttered) -> dict[str, Any]:
    return {"text": "", **{name: event.parse_data[name] for name in _READ if name in event.parse_data}}
