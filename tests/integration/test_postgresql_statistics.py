"""Daily counts on a real PostgreSQL: two servers that add at once, and a database that goes away and comes back."""

from __future__ import annotations

import asyncio
import concurrent.futures
from datetime import datetime, timezone

import pytest

from bot.logic.statistics import Cell
from bot.monitoring.ledger import Ledger
from bot.storage.statistics import open_statistics
from tests.postgresql import Cluster

pytestmark = pytest.mark.server

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
DAY = NOW.date()


def test_two_servers_add_to_the_same_counts_and_lose_none(cluster: Cluster) -> None:
    servers = open_statistics(cluster.url), open_statistics(cluster.url)
    topic: Cell = (DAY, "reel", "sujet", "loi")
    servers[0].add({topic: 3})

    def add(number: int) -> None:
        # Two orders: rows locked one after the other must not make two servers wait for each other.
        cells = [(topic, 1), ((DAY, "reel", "tours", ""), 1)]
        servers[number % 2].add(dict(cells if number % 3 else reversed(cells)))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(60)))
    assert servers[1].read(DAY, DAY, "reel") == {(DAY, "sujet", "loi"): 63, (DAY, "tours", ""): 60}


def test_what_a_database_that_is_away_refuses_is_written_when_it_is_back(cluster: Cluster) -> None:
    statistics, ledger = open_statistics(cluster.url), Ledger(lambda: NOW)
    ledger.add([("tours", "")], "essai")
    assert asyncio.run(ledger.flush(statistics.add))
    cluster.stop()
    ledger.add([("tours", "")], "essai")
    assert not asyncio.run(ledger.flush(statistics.add))
    ledger.add([("tours", "")], "essai")
    cluster.start()
    assert asyncio.run(ledger.flush(statistics.add))
    assert statistics.read(DAY, DAY, "essai") == {(DAY, "tours", ""): 3}
