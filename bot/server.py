"""The launcher: one process, one port, actions in-process. Knows Rasa's start-up and nothing of the content."""

from __future__ import annotations

import asyncio
import gc
import logging
import traceback
from pathlib import Path
from typing import Any

from bot.settings import Settings

logger = logging.getLogger(__name__)

PURGE_EVERY = 60.0  # seconds
PAGE = Path(__file__).parent / "web"


class StartError(RuntimeError):
    """Vigie refuses to start; the message says why and the remedy."""


def serve(settings: Settings) -> None:
    """Serve the assistant until it is stopped.

    Raises StartError when no model is trained, or when Rasa would silently run with something else than configured.
    """
    model = settings.models_dir / "vigie.tar.gz"
    if not model.is_file():
        raise StartError(f"no trained model at {model}: run `make train` first")

    from bot.engine.startup import prepare_imports, replace_slow_parts

    prepare_imports(settings.root / "config.yml")
    import rasa.core.run
    import rasa.server
    import rasa.utils.common
    from rasa.core.utils import AvailableEndpoints

    from bot.engine.inprocess_actions import InProcessActions

    replace_slow_parts()
    configure_logging(settings.log_level)
    endpoints = AvailableEndpoints.read_endpoints(str(settings.root / "endpoints.yml"))
    endpoints.action = InProcessActions("actions")
    check_tracker_store(endpoints.tracker_store)
    # Rasa answers "/" with its version; Vigie serves its page there.
    rasa.server.add_root_route = serve_page
    print(f"Vigie écoute sur http://{settings.host}:{settings.port}", flush=True)
    rasa.core.run.serve_application(
        model_path=str(model),
        interface=settings.host,
        port=settings.port,
        credentials=str(settings.root / "credentials.yml"),
        endpoints=endpoints,
        enable_api=False,
        server_listeners=[(settle, "after_server_start")],
    )


async def settle(app: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Once started: forget silent conversations every minute, and leave what was loaded out of garbage collection."""
    gc.collect()
    gc.freeze()

    async def forget() -> None:
        while True:
            await asyncio.sleep(PURGE_EVERY)
            store = app.ctx.agent.tracker_store
            purge = getattr(getattr(store, "_tracker_store", store), "purge", None)
            if purge:
                purge()

    app.ctx.forgetting = loop.create_task(forget())


def check_tracker_store(configured: object) -> None:
    """Refuse a tracker store that cannot be imported: Rasa would only warn and use its own memory store."""
    from rasa.shared.utils.common import class_from_module_path

    kind = getattr(configured, "type", None)
    if not kind or "." not in kind:
        return
    try:
        class_from_module_path(kind)
    except (ImportError, AttributeError) as error:
        raise StartError(f"endpoints.yml: tracker_store type {kind!r} cannot be imported ({error})") from error


def configure_logging(level: str) -> None:
    """Log at `level` (INFO, WARNING or ERROR), without the text of exceptions."""
    import structlog

    # The text of an exception may quote the user (Rasa's action client puts the whole tracker in it).
    logging.Formatter.formatException = staticmethod(_name_of_exception)  # type: ignore[method-assign,assignment]
    chosen = logging.getLevelName(level)
    logging.basicConfig(level=chosen, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("rasa", "rasa_sdk", "sanic", "sanic.access", "sanic.error", "apscheduler", "matplotlib"):
        logging.getLogger(name).setLevel(max(chosen, logging.WARNING))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def _name_of_exception(info: Any) -> str:
    kind, _, trace = info
    frames = traceback.extract_tb(trace)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{kind.__name__}{where}"


def serve_page(app: object) -> None:
    """Routes of the demonstration page, on the Sanic application `app`."""
    from sanic import Sanic, response
    from sanic.request import Request
    from sanic.response import HTTPResponse

    assert isinstance(app, Sanic)
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'"
    )
    headers = {
        "Content-Security-Policy": policy + "; form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }

    def add(path: str, file: str, kind: str) -> None:
        async def send(_: Request) -> HTTPResponse:
            return await response.file(PAGE / file, headers=headers, mime_type=kind)

        app.add_route(send, path, name=file.replace(".", "_"))

    add("/", "page.html", "text/html; charset=utf-8")
    add("/page.js", "page.js", "text/javascript; charset=utf-8")
    add("/page.css", "page.css", "text/css; charset=utf-8")
    add("/icon.svg", "icon.svg", "image/svg+xml")
