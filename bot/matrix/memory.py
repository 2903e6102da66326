"""What is kept on disk beside the keys: session, sync token, digests of answered events. No user, no word."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.channels.pseudonyms import keyed

_IDLE = 60.0  # seconds between two writes of the token while nothing is answered


class Folder:
    """The store folder, readable by its owner only."""

    def __init__(self, path: Path) -> None:
        """Make it, closed to others, with the secret of the pseudonyms. Raises OSError."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.chmod(0o700)
        self.path = path
        kept = self.read("secret")
        self.secret: str = kept or secrets.token_hex(32)
        if not kept:
            self.write("secret", self.secret)

    def lock(self) -> None:
        """Keep it for this process, for as long as it lives: two would answer twice. Raises BlockingIOError."""
        self._lock = os.open(self.path / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def read(self, name: str) -> Any:
        """What was written under `name`; None when nothing was, or when it is damaged."""
        try:
            return json.loads((self.path / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def write(self, name: str, value: Any) -> None:
        """Replace `name` at once: a process killed meanwhile leaves the former. Raises OSError."""
        half = self.path / f"{name}.json.new"
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(value, file)
        half.replace(self.path / f"{name}.json")


@dataclass
class _Batch:
    waiting: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)


class Ledger:
    """Which events are answered, and the sync token before which all of them are.

    The token moves over a batch once each of its events is done; what is done beyond the token is kept as digests.
    """

    def __init__(self, folder: Folder) -> None:
        """Read what a former process kept."""
        self._folder = folder
        kept = folder.read("sync") or {}
        self.token: str | None = kept.get("token")
        self._before: set[str] = set(kept.get("answered") or ())  # done before the first batch that is open
        self._batches: OrderedDict[str, _Batch] = OrderedDict()  # by the token after them
        self._written = -_IDLE

    def name(self, event: str) -> str:
        """The digest that stands for an event."""
        return keyed(event, self._folder.secret)

    def open(self, token: str, events: list[str]) -> list[str]:
        """A batch that ends at `token`; returns those of `events` that are still to be done."""
        waiting = {name for one in self._batches.values() for name in one.waiting}
        done = self._before.union(*(one.done for one in self._batches.values()))
        batch = self._batches.setdefault(token, _Batch())
        new = []
        for event in events:
            name = self.name(event)
            if name in done:
                batch.done.add(name)
            elif name not in waiting:
                waiting.add(name)
                batch.waiting.add(name)
                new.append(event)
        self._advance()
        if time.monotonic() - self._written > _IDLE:
            self._write()
        return new

    def close(self, event: str) -> None:
        """An event is done: kept on disk now. Raises OSError."""
        name = self.name(event)
        for batch in self._batches.values():
            if name in batch.waiting:
                batch.waiting.remove(name)
                batch.done.add(name)
        self._advance()
        self._write()

    def _advance(self) -> None:
        while self._batches and not next(iter(self._batches.values())).waiting:
            self.token, batch = self._batches.popitem(last=False)
            self._before = batch.done or self._before

    def _write(self) -> None:
        done = self._before.union(*(one.done for one in self._batches.values()))
        self._folder.write("sync", {"token": self.token, "answered": sorted(done)})
        self._written = time.monotonic()
