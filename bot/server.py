"""The launcher: one process, one port, actions in-process. Knows Rasa's start-up and nothing of the content."""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import traceback
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.settings import Settings, load_settings
from bot.start_checks import StartError, check_configuration

if TYPE_CHECKING:
    from bot.channels.walls import Rules

logger = logging.getLogger(__name__)

PURGE_EVERY = 60.0  # seconds


def serve(settings: Settings) -> None:
    """Serve the assistant until it is stopped.

    Raises StartError when the model is missing or damaged, or the configuration dangerous.
    """
    check_configuration(settings)
    model = settings.models_dir / "vigie.tar.gz"
    if not model.is_file():
        raise StartError(f"no trained model at {model}: run `make train` first")
    if not (settings.root / "bot/web/built/vigie-chat.js").is_file():
        raise StartError("the widget is not built: run `make web` first")

    from bot.engine.startup import prepare_imports, replace_slow_parts

    prepare_imports(settings.root / "config.yml")
    import rasa.core.run
    import rasa.server
    import rasa.utils.common
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.exceptions import RasaException

    from bot.channels.walls import build
    from bot.engine.inprocess_actions import InProcessActions
    from bot.web.routes import serve_web

    replace_slow_parts()
    configure_logging(settings.log_level)
    endpoints = AvailableEndpoints.read_endpoints(str(settings.root / "endpoints.yml"))
    endpoints.action = InProcessActions("actions")

    def furnish(app: Any) -> None:
        build(app, rules(settings))
        serve_web(app, settings)
        serve_health(app)

    # Rasa answers "/" with its version; Vigie serves its page there, behind its walls.
    rasa.server.add_root_route = furnish
    # Rasa's own CORS would answer any site that asks, with credentials: the walls decide.
    rasa.server.configure_cors = lambda *_: None
    state = State()
    try:
        rasa.core.run.serve_application(
            model_path=str(model),
            interface=settings.host,
            port=settings.port,
            credentials=str(settings.root / "credentials.yml"),
            endpoints=endpoints,
            enable_api=False,
            server_listeners=[(partial(settle, settings, state), "after_server_start")],
        )
    except RasaException as error:  # a channel without its secret: bot/channels/messaging.py
        raise StartError(str(error)) from None
    if state.damaged:
        raise StartError(f"the model at {model} cannot be loaded: run `make train` again")


@dataclass
class State:
    """What the server learns while it starts."""

    damaged: bool = False


def rules(settings: Settings) -> Rules:
    """The walls that the settings ask for."""
    from bot.channels.walls import Rules

    return Rules(
        origins=settings.origins,
        token=settings.api_token,
        own_ids_only=settings.exposed,
        local_only=not settings.exposed,
        per_conversation=settings.rate_conversation,
        per_address=settings.rate_address,
        proxies=settings.proxies,
        secret=settings.secret or secrets.token_hex(),
    )


async def settle(settings: Settings, state: State, app: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Once started: forget silent conversations every minute, and leave what was loaded out of garbage collection."""
    if not app.ctx.agent.is_ready():
        # Rasa would go on without a model and answer nothing.
        state.damaged = True
        app.stop()
        return
    gc.collect()
    gc.freeze()
    # Rasa wraps the store in another that has neither erasure nor purge.
    store = app.ctx.agent.tracker_store
    app.ctx.conversations = getattr(store, "_tracker_store", store)

    async def forget() -> None:
        while True:
            try:
                await app.ctx.conversations.purge()
            except Exception as error:
                logger.error("The purge failed with %s; it is tried again.", type(error).__name__)
            await asyncio.sleep(PURGE_EVERY)

    app.ctx.forgetting = loop.create_task(forget())
    print(f"Vigie écoute sur http://{settings.host}:{settings.port}", flush=True)


def serve_health(app: Any) -> None:
    """`/health`: the process answers. `/ready`: it can serve; 503 and the part at fault when it cannot."""
    from sanic import response
    from sanic.request import Request
    from sanic.response import HTTPResponse

    async def health(_: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    async def ready(request: Request) -> HTTPResponse:
        context = request.app.ctx
        parts = {"model": hasattr(context, "conversations")}
        parts["conversations"] = parts["model"] and await context.conversations.check()
        parts["directory"] = await asyncio.get_running_loop().run_in_executor(None, directory_answers)
        said = {name: "ok" if well else "down" for name, well in parts.items()}
        # Without its disk or its directory Vigie still answers, with 17 and 119: only the model is vital.
        return response.json(said, status=200 if parts["model"] else 503)

    app.add_route(health, "/health", name="health")
    app.add_route(ready, "/ready", name="ready")


def directory_answers() -> bool:
    """Whether the directory's database can be read."""
    from bot.storage.directory import open_directory

    return open_directory(load_settings().database_url).answers()


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
