from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgresql import Cluster


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of its own for one test."""
    running = Cluster()
    try:
        yield running
    finally:
        running.remove()
