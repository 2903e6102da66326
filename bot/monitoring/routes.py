"""`/metrics`, and the task that keeps the daily counts."""

from __future__ import annotations

import asyncio
from typing import Any

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.walls import RefusedError, walls_of
from bot.monitoring import metrics
from bot.monitoring.ledger import LEDGER
from bot.settings import Settings
from bot.storage.statistics import open_statistics


def serve_monitoring(app: Sanic, settings: Settings) -> None:
    """Add `/metrics` to `app`, and write its counts to the directory's database as long as it runs."""
    statistics = open_statistics(settings.database_url)
    keeping: list[tuple[asyncio.Event, asyncio.Task[None]]] = []

    async def expose(request: Request) -> HTTPResponse:
        walls = walls_of(request)
        # On an installation that others reach, figures are for whoever operates it.
        if not (walls.rules.local_only or walls.is_trusted(request)):
            return RefusedError(403, "metrics: shown to the holder of VIGIE_API_TOKEN").answer()
        store = getattr(request.app.ctx, "conversations", None)
        known = len(list(await store.keys())) if store else 0
        return response.raw(metrics.expose(known, LEDGER.waiting), content_type=metrics.CONTENT_TYPE)

    async def start(_: Sanic, loop: Any) -> None:
        stopping = asyncio.Event()
        keeping.append((stopping, loop.create_task(LEDGER.keep(statistics.add, stopping))))

    async def stop(*_: Any) -> None:
        stopping, task = keeping.pop()
        stopping.set()
        await task

    app.add_route(expose, "/metrics", name="metrics")
    app.register_listener(start, "after_server_start")
    app.register_listener(stop, "after_server_stop")  # the last turns are over
