"""Daily counts: one row per day, traffic, measure and value; nothing of a conversation, no two measures crossed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

from bot.logic.statistics import Cell
from bot.storage.engine import open_engine, upgrade
from bot.storage.tables import statistics

_KEY = ("day", "traffic", "measure", "value")
_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class Statistics:
    """The table `statistics`, in the directory's database. Methods raise SQLAlchemyError."""

    def __init__(self, engine: Engine) -> None:
        """Nothing is opened before the first use."""
        self._engine = engine
        self._ready = False

    def add(self, counts: Mapping[Cell, int]) -> None:
        """Add `counts` to those of the table: all of them or, when it raises, none."""
        adding = _INSERT[self._engine.dialect.name](statistics)
        adding = adding.on_conflict_do_update(
            index_elements=_KEY, set_={"count": statistics.c.count + adding.excluded["count"]}
        )
        # In one order whatever the server: two of them never wait for one another's rows.
        rows = [dict(zip(_KEY, cell, strict=True), count=count) for cell, count in sorted(counts.items())]
        with self._opened().begin() as connection:
            connection.execute(adding, rows)

    def read(self, first: date, last: date, traffic: str) -> dict[tuple[date, str, str], int]:
        """Counts by day, measure and value, from `first` to `last` included."""
        table = statistics.c
        query = select(table.day, table.measure, table.value, table["count"]).where(
            table.day.between(first, last), table.traffic == traffic
        )
        with self._opened().connect() as connection:
            return {(row.day, row.measure, row.value): int(row[3]) for row in connection.execute(query)}

    def _opened(self) -> Engine:
        """The engine, its tables made at the first use that succeeds."""
        if not self._ready:
            upgrade(self._engine)
            self._ready = True
        return self._engine


def open_statistics(url: str) -> Statistics:
    """The counts kept in the database at `url`."""
    return Statistics(open_engine(url))
