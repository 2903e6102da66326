"""What every messenger's connector shares: Vigie's walls, masking and rendering around one of Rasa's own connectors."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from cachetools import TTLCache
from rasa.core.channels.channel import RasaException
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.capabilities import CAPABILITIES, cut, texts
from bot.channels.phrases import read_notice, read_phrases
from bot.channels.pseudonyms import pseudonym
from bot.channels.rendering import HELPLINE, Said, render_turn
from bot.channels.rest import site_of
from bot.channels.turn import OnNewMessage, answer, clean
from bot.channels.walls import RefusedError, Walls, walls_of

logger = logging.getLogger(__name__)

WINDOW = 300  # seconds: a signed request older than that is refused
START = "/accueil/bonjour"  # what a messenger's own first button means
LONGEST_CALL = 10.0  # seconds that a provider may take to accept one message
_LONGEST_SEND = 15.0  # seconds; a client in a thread cannot be stopped, its own limit (LONGEST_CALL) comes first
_REMEMBERED = 3600.0  # seconds: a message delivered again is refused, a known user is not told again what is kept
_SLOWED = 10.0  # seconds during which a user who writes too fast is told so once
_MOST = 100_000
_THREADS = 4  # of one channel, for a client that blocks
_MOST_WAITING = 20  # messages of one user that wait for their turn; more than the walls let through
_STOPPING = 5.0  # seconds left to the turns under way when the server stops
_SHORTEST_SECRET = 32


class CredentialsError(RasaException):  # type: ignore[misc]
    """credentials.yml lacks something without which a channel would be open to anybody: Vigie does not start."""


@dataclass(frozen=True)
class Incoming:
    """One message of a user, as its provider delivers it; never logged, for it names somebody."""

    user: str  # the provider's name for the person
    text: str
    id: str  # the provider's name for the message
    place: str  # where it is answered
    reply_to: str = ""  # thread, or whatever else an answer of this provider quotes
    attached: bool = False  # something that is no text came with it


class Messenger:
    """Mixed in before a connector of Rasa: `class VigieTelegram(Messenger, TelegramInput)`.

    A connector says how a request is proved (`check`), what it brings (`read`), how a text leaves (`send`) and which
    secret makes its users' pseudonyms; the rest is here: replays, order, rates, masking, one rendering, failures.
    """

    done = 200  # the answer to a delivery: a provider that hears anything else delivers again
    pauses: Sequence[float] = (1.0, 4.0)  # seconds before a message that could not be sent is tried again
    secret: str
    _threads: ThreadPoolExecutor | None = None

    def check(self, request: Request) -> None:
        """Raise RefusedError unless the provider signed `request`."""
        raise NotImplementedError

    def read(self, request: Request) -> Iterable[Incoming]:
        """What people wrote to Vigie in this delivery: nothing for a group, a bot or a receipt."""
        raise NotImplementedError

    async def send(self, message: Incoming, text: str) -> None:
        """Send one text in answer to `message`; raises when the provider does not take it."""
        raise NotImplementedError

    def challenge(self, request: Request) -> HTTPResponse | None:
        """The answer to a provider that only checks the address; `request` is proved."""
        return None

    def add_routes(self, routes: Blueprint) -> None:
        """Routes besides the webhook."""

    async def open(self, message: Incoming) -> Incoming | None:
        """What must be asked of the provider before a message is read; None when it is not for Vigie."""
        return message

    async def started(self, site: str) -> None:
        """Once the server runs, in its loop; `site` is its address, ending with a slash."""

    async def close(self) -> None:
        """Before the server stops."""

    async def in_thread(self, call: Callable[..., Any], *values: Any, **named: Any) -> Any:
        """What a blocking `call` returns, in threads of this channel alone: a provider that hangs stops no other."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS)
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(call, *values, **named))

    def get_output_channel(self) -> None:
        """Nothing is ever sent but in answer to a message."""

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """GET / says that the channel is open; POST /webhook proves a delivery, accepts it, then answers in a task."""
        channel = str(self.name())  # type: ignore[attr-defined]
        routes = Blueprint(f"vigie_{channel}")
        desk = _Desk(self, channel, on_new_message)

        @routes.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            try:
                self.check(request)
                challenged = self.challenge(request)
                if challenged:
                    return challenged
                incoming = list(self.read(request))
            except RefusedError as refused:
                return refused.answer()
            except Exception as error:
                # Signed, but not what was expected: to refuse it would only bring it back.
                logger.error("A delivery of %s could not be read (%s).", channel, type(error).__name__)
                incoming = []
            for message in incoming:
                desk.take(request.app, walls_of(request), site_of(request), message)
            return HTTPResponse(status=self.done)

        @routes.listener("after_server_start")
        async def start(app: Sanic, _: Any) -> None:
            site = str(getattr(app.ctx, "site", ""))
            # In a task: a provider that is down does not keep Vigie from starting.
            desk.setting_up = asyncio.get_running_loop().create_task(
                desk.attempt(lambda: self.started(site), f"The webhook of {channel} could not be set")
            )

        @routes.listener("before_server_stop")
        async def stop(*_: Any) -> None:
            await desk.finish()
            await self.close()
            if self._threads:
                self._threads.shutdown(wait=False, cancel_futures=True)
                self._threads = None

        self.add_routes(routes)
        return routes


class _Desk:
    """The messages of one channel: each read once, those of one user in order, each answered in a task."""

    def __init__(self, messenger: Messenger, channel: str, on_new_message: OnNewMessage) -> None:
        self._messenger, self._channel, self._on_new_message = messenger, channel, on_new_message
        self._seen: TTLCache[str, bool] = TTLCache(_MOST, ttl=_REMEMBERED)
        self._told: TTLCache[str, bool] = TTLCache(_MOST, ttl=_REMEMBERED)
        self._slowed: TTLCache[str, bool] = TTLCache(_MOST, ttl=_SLOWED)
        self._last: dict[str, asyncio.Task[None]] = {}
        self._waiting: Counter[str] = Counter()
        self.setting_up: asyncio.Task[bool] | None = None

    def take(self, app: Sanic, walls: Walls, site: str, message: Incoming) -> None:
        """Answer `message` in a task, after those of the same user; once, however often it is delivered."""
        name = pseudonym(self._channel, message.id, self._messenger.secret)
        sender = pseudonym(self._channel, message.user, self._messenger.secret)
        if name in self._seen or self._waiting[sender] >= _MOST_WAITING:
            return
        self._seen[name] = True
        self._waiting[sender] += 1
        before = self._last.get(sender)

        async def work() -> None:
            if before:
                await asyncio.wait({before})
            await self._attend(app, walls, site, sender, message)

        task = self._last[sender] = asyncio.get_running_loop().create_task(work())
        task.add_done_callback(lambda done: self._forget(sender, done))

    def _forget(self, sender: str, task: asyncio.Task[None]) -> None:
        self._waiting[sender] -= 1
        if self._last.get(sender) is task:
            del self._last[sender], self._waiting[sender]

    async def finish(self) -> None:
        """Leave the turns under way a few seconds."""
        if self.setting_up:
            self.setting_up.cancel()
        if self._last:
            await asyncio.wait(set(self._last.values()), timeout=_STOPPING)

    async def _attend(self, app: Sanic, walls: Walls, site: str, sender: str, message: Incoming) -> None:
        try:
            opened = await asyncio.wait_for(self._messenger.open(message), _LONGEST_SEND)
        except Exception as error:
            logger.error("A message of %s could not be looked up (%s).", self._channel, type(error).__name__)
            opened = message
        if opened is None:
            return
        try:
            said = await self._answer(app, walls, sender, opened)
            parts = self._render(said, sender, site)
        except Exception as error:
            # Nobody would see the error of a task; its own text may quote the user.
            logger.error("A message of %s was not answered (%s).", self._channel, type(error).__name__)
            parts = self._render([read_notice("accueil/panne")], sender, site)
        await self._send(opened, parts)

    async def _answer(self, app: Sanic, walls: Walls, sender: str, message: Incoming) -> list[Said]:
        said: list[Said] = []
        try:
            async with walls.turn(sender, None):
                # A caption is read like any text; the file beside it never is.
                if message.text.strip():
                    said += await answer(self._on_new_message, self._channel, sender, clean(message.text))
        except RefusedError as refused:
            if sender in self._slowed:
                return []
            self._slowed[sender] = True
            return [Said(str(refused))]
        if message.attached or not said:
            said.append(read_notice("canal/texte_seulement"))
        store = getattr(app.ctx, "conversations", None)
        if store and store.owes_erasure(sender):
            said.append(read_notice("canal/effacement_retarde"))
        if sender not in self._told:
            said.append(read_notice("canal/messagerie"))
        self._told[sender] = True
        return said

    def _render(self, said: Sequence[Said], sender: str, site: str) -> list[str]:
        phrases, capability = read_phrases(), CAPABILITIES[self._channel]
        parts = texts(list(render_turn(said, sender, phrases, site)), capability)
        if parts and not HELPLINE.search(parts[-1]):
            # A long answer may have been cut between its pointer to 119 and its choices.
            parts += cut(phrases.helpline, capability)
        return parts

    async def _send(self, message: Incoming, parts: Sequence[str]) -> None:
        well, failure = True, f"A message of {self._channel} could not be sent"
        for text in parts:
            # A provider that is down is not waited for again at each part.
            well = await self.attempt(partial(self._messenger.send, message, text), failure, well)

    async def attempt(self, call: Callable[[], Awaitable[None]], failure: str, patient: bool = True) -> bool:
        """Await `call()`, again after each pause when it fails; whether it succeeded. Failures are logged by class."""
        kind = ""
        for pause in (0.0, *(self._messenger.pauses if patient else ())):
            await asyncio.sleep(pause)
            try:
                await asyncio.wait_for(call(), _LONGEST_SEND)
                return True
            except Exception as error:
                kind = type(error).__name__
        logger.error("%s (%s).", failure, kind)
        return False


def required(channel: str, credentials: Mapping[str, Any] | None, *names: str) -> list[str]:
    """The values of `names` in the credentials of `channel`; raises CredentialsError when one is missing or empty."""
    found = {name: str((credentials or {}).get(name) or "").strip() for name in names}
    # Between quotes Rasa leaves a variable's name as it is, and anybody could read that secret here.
    missing = [name for name, value in found.items() if not value or "${" in value]
    if missing:
        raise CredentialsError(
            f"credentials.yml: channel {channel} needs {', '.join(missing)}: variables that are set, not empty, and"
            " named without quotes (docs/messageries.md); otherwise anybody could write in its place"
        )
    return list(found.values())


def strong(channel: str, name: str, secret: str) -> str:
    """`secret`, chosen by who installs; raises CredentialsError when it is too short."""
    if len(secret) < _SHORTEST_SECRET:
        raise CredentialsError(
            f"credentials.yml: {name} of channel {channel} is too short to be a secret:"
            " `openssl rand -hex 32` makes one"
        )
    return secret


def body_of(request: Request) -> dict[str, Any]:
    """The object that a request holds, as JSON or as a form; raises RefusedError when it holds none."""
    try:
        if "form" in request.headers.get("content-type", ""):
            return {name: values[0] for name, values in form_of(request).items()}
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise RefusedError(400, "a JSON object is expected")
    return body


def form_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form, empty ones too: they count in a signature."""
    return parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)


def refuse_unless(proved: bool) -> None:
    """Raise RefusedError when a request is not proved; it does not say what was wrong."""
    if not proved:
        raise RefusedError(403, "not signed by the provider")
