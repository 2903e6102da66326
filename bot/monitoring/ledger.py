"""Daily counts on their way to the database: added to in memory, written every minute, lost by no failing database."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timezone

from bot.logic.statistics import Cell, Event, day_of
from bot.monitoring import metrics

logger = logging.getLogger(__name__)

EVERY = 60.0  # seconds

Write = Callable[[Counter[Cell]], None]


class Ledger:
    """Counts by day, traffic, measure and value; as many cells as there are answers and places, whatever happens."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc)) -> None:
        """`clock` gives aware moments."""
        self._clock = clock
        self._counts: Counter[Cell] = Counter()

    def add(self, events: Iterable[Event], traffic: str) -> None:
        """Count `events` today."""
        day = day_of(self._clock())
        for measure, value in events:
            self._counts[day, traffic, measure, value] += 1

    @property
    def waiting(self) -> int:
        """Cells that the database does not hold yet."""
        return len(self._counts)

    async def flush(self, write: Write) -> bool:
        """Hand what was counted to `write`, in a thread; kept for the next time when it fails."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return True
        try:
            await asyncio.get_running_loop().run_in_executor(None, write, counts)
        except Exception as error:  # whatever the database's driver raises: a count is worth no failure
            self._counts.update(counts)
            metrics.disk_failed("statistics")
            logger.error("The statistics are not written (%s); they are tried again.", type(error).__name__)
            return False
        return True

    async def keep(self, write: Write, stopping: asyncio.Event, every: float = EVERY) -> None:
        """Flush every `every` seconds until `stopping`, and once more then."""
        while not stopping.is_set():
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stopping.wait(), every)
            await self.flush(write)


LEDGER = Ledger()  # of this process
