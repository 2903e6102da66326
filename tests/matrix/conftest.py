from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.matrix.driver import TOKEN, Bot, Users
from tests.matrix.homeserver import Homeserver
from tests.server import ROOT, Server


@dataclass
class World:
    """A homeserver, Vigie, the bot and its users, all real."""

    homeserver: Homeserver
    vigie: Server
    users: Users
    bot: Bot
    folder: Path


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "vigie").mkdir()
    shutil.copy(ROOT / "vigie.sqlite", folder / "vigie/vigie.sqlite")
    started: list[Homeserver | Users | Bot] = []
    try:
        started.append(homeserver := Homeserver(folder / "homeserver"))
        vigie = Server(
            folder / "vigie",
            VIGIE_API_TOKEN=TOKEN,
            VIGIE_DATABASE_URL=f"sqlite:///{folder / 'vigie/vigie.sqlite'}",
        )
        homeserver.wait()
        started.append(users := Users(homeserver, folder / "users"))
        started.append(bot := Bot(homeserver, vigie.url, folder / "bot"))
        yield World(homeserver, vigie, users, bot, folder)
        if vigie.process.poll() is None:
            vigie.stop(signal.SIGKILL)
    finally:
        for one in reversed(started):
            one.stop()
