"""The directory on a real PostgreSQL, reached by URL, and what users see when it goes away."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.content.directory import load_sheets, load_vocabulary
from bot.content.location import DATA
from bot.storage.conversations import open_conversations
from bot.storage.directory import Directory, DirectoryUnavailableError
from bot.storage.directory_import import import_directory
from bot.storage.engine import open_engine
from bot.storage.repository import all_contacts
from tests.postgresql import Cluster

pytestmark = pytest.mark.server

NOW = datetime(2026, 11, 21, 12)


def test_the_directory_by_url_and_when_it_goes_away(cluster: Cluster) -> None:
    engine: Engine = open_engine(cluster.url)
    report = import_directory(engine, load_sheets(DATA / "directory"), load_vocabulary(DATA / "directory"), NOW)
    assert (report.loaded, report.contacts) == (True, 500)
    with Session(engine, future=True) as session:
        assert len(all_contacts(session)) == 500
    now = [0.0]
    directory = Directory(engine, clock=lambda: now[0])
    before = directory.reader({})("93")
    cluster.stop()
    now[0] = 3600.0
    assert directory.reader({})("93") == before
    with pytest.raises(DirectoryUnavailableError):
        Directory(open_engine(cluster.url)).reader({})("93")
    cluster.start()
    now[0] = 7200.0
    assert directory.reader({})("93") == before


def test_conversations_by_url_and_when_it_goes_away(cluster: Cluster) -> None:
    kept = open_conversations(cluster.url, "secret")
    kept.save("a", "un", 100.0)
    kept.save("a", "deux", 100.0)
    kept.save("b", "trois", 50.0)
    assert kept.load("a", 10.0) == ("deux", 100.0)
    assert kept.load("b", 60.0) is None
    assert open_conversations(cluster.url, "autre secret").load("a", 10.0) is None
    assert kept.purge(60.0) == 1
    cluster.stop()
    with pytest.raises(SQLAlchemyError):
        kept.load("a", 10.0)
    cluster.start()
    assert kept.load("a", 10.0) == ("deux", 100.0)
    kept.delete("a")
    assert kept.count() == 0
