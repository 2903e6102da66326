"""The launcher: one process, one port, actions in-process. Knows Rasa's start-up and nothing of the content."""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import signal
import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.monitoring.logs import JSON, configure_logging
from bot.settings import Settings, load_settings
from bot.start_checks import StartError, check_configuration

if TYPE_CHECKING:
    from bot.channels.walls import Rules

logger = logging.getLogger(__name__)

PURGE_EVERY = 60.0  # seconds
SOON = 1.0  # seconds that whoever asks for /ready waits for a database


def serve(settings: Settings) -> None:
    """Serve the assistant until it is stopped.

    Raises StartError when the model is missing or damaged, or the configuration dangerous.
    """
    # A reload asked for before there is something to reload would end the process.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    gc.disable()  # until everything is loaded: a fifth of the start goes to objects that all stay
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
    from rasa.utils.endpoints import EndpointConfig

    from bot.channels.walls import build
    from bot.engine.inprocess_actions import InProcessActions
    from bot.engine.stopping import let_connections_speak, prepare_to_stop
    from bot.monitoring.routes import serve_monitoring
    from bot.web.routes import serve_web

    replace_slow_parts()
    let_connections_speak()
    # A thread that speaks to the database waits for the interpreter at each exchange: 5 ms, when the server is busy.
    sys.setswitchinterval(0.0005)
    configure_logging(settings.log_level, settings.log_format)
    endpoints = AvailableEndpoints.read_endpoints(str(settings.root / "endpoints.yml"))
    away = settings.actions_url
    endpoints.action = EndpointConfig(away, enable_selective_domain=True) if away else InProcessActions("actions")

    def furnish(app: Any) -> None:
        build(app, rules(settings))
        serve_web(app, settings)
        serve_health(app)
        serve_monitoring(app, settings)

    # Rasa answers "/" with its version; Vigie serves its page there, behind its walls.
    rasa.server.add_root_route = furnish
    # Rasa's own CORS would answer any site that asks, with credentials: the walls decide.
    rasa.server.configure_cors = lambda *_: None
    # Rasa would take Sanic's lines out of the log that is configured here.
    rasa.utils.common.update_sanic_log_level = lambda *_, **__: None
    state = State()
    try:
        rasa.core.run.serve_application(
            model_path=str(model),
            interface=settings.host,
            port=settings.port,
            credentials=str(settings.root / "credentials.yml"),
            endpoints=endpoints,
            enable_api=False,
            server_listeners=[
                (partial(settle, settings, state), "after_server_start"),
                (prepare_to_stop, "before_server_stop"),
            ],
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
    from bot.engine.reload import Reloader

    gc.freeze()
    gc.enable()
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
    reloader = app.ctx.reloader = Reloader(app.ctx.agent, settings.models_dir / "vigie.tar.gz")
    loop.add_signal_handler(signal.SIGHUP, lambda: loop.create_task(reloader.reload()))
    for name, well in (await parts(app.ctx)).items():
        if not well:
            logger.error("At the start, %s: no answer. Vigie answers without, and tries again.", name)
    if settings.log_format == JSON:
        logger.warning("Vigie listens on %s:%s.", settings.host, settings.port)
    else:
        print(f"Vigie écoute sur http://{settings.host}:{settings.port}", flush=True)


def serve_health(app: Any) -> None:
    """`/health`: the process answers. `/ready`: it can serve; 503 and the part at fault when it cannot or leaves."""
    from sanic import response
    from sanic.request import Request
    from sanic.response import HTTPResponse

    async def health(_: Request) -> HTTPResponse:
        return response.json({"status": "ok"})

    async def ready(request: Request) -> HTTPResponse:
        context = request.app.ctx
        said = {name: "ok" if well else "down" for name, well in (await parts(context)).items()}
        if said["model"] == "ok":
            said["version"] = context.reloader.fingerprint
            said["reload"] = "failed" if context.reloader.failed else "ok"
        stopping = hasattr(context, "stopping")
        if stopping:
            said["server"] = "stopping"
        # Without its disk, its directory or its locks Vigie still answers, with 17 and 119: only the model is vital.
        return response.json(said, status=200 if said["model"] == "ok" and not stopping else 503)

    app.add_route(health, "/health", name="health")
    app.add_route(ready, "/ready", name="ready")


async def parts(context: Any) -> dict[str, bool]:
    """Whether each part of the server `app.ctx` answers now, and soon, by name."""
    if not hasattr(context, "reloader"):
        return {"model": False}
    asked = {
        "conversations": context.conversations.check(),
        "directory": asyncio.get_running_loop().run_in_executor(None, directory_answers),
    }
    if context.agent.lock_store.shared:
        asked["locks"] = context.agent.lock_store.shared.answers()
    found = await asyncio.gather(*(asyncio.wait_for(one, SOON) for one in asked.values()), return_exceptions=True)
    return {"model": True, **{name: answer is True for name, answer in zip(asked, found, strict=True)}}


def directory_answers() -> bool:
    """Whether the directory's database can be read."""
    from bot.storage.directory import open_directory

    return open_directory(load_settings().database_url).answers()
