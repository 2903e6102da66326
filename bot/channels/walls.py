"""The walls in front of every route: who may call, how often, with which conversation id."""

from __future__ import annotations

import hmac
import ipaddress
import math
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from aiolimiter import AsyncLimiter
from cachetools import TTLCache
from itsdangerous import BadSignature, Signer
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.phrases import read_notice
from bot.monitoring import metrics

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type, X-Vigie-Traffic",
    "Access-Control-Max-Age": "600",
}
_BEARER = "Bearer "
SIGNED = tuple(
    f"/webhooks/{name}/" for name in ("telegram", "twilio", "mattermost", "rocketchat", "slack", "facebook", "callback")
)


@dataclass(frozen=True)
class Rules:
    """What an installation allows; a rate is a number of requests and the seconds it is counted over."""

    origins: frozenset[str] = frozenset()  # sites, besides this one, whose pages may call
    token: str = ""  # programs that show it choose their conversation ids and are not slowed
    secret: str = field(default_factory=secrets.token_hex)  # signs the conversation ids that are given out
    own_ids_only: bool = False  # True: a conversation id that was not given out here is refused
    local_only: bool = True  # True: a page of another host that resolves to this machine is refused
    per_conversation: tuple[float, float] = (20, 10)
    per_address: tuple[float, float] = (300, 60)
    proxies: int = 0  # proxies in front, whose word is taken for the caller's address
    at_once: int = 64  # turns under way, beyond which newcomers are asked to come back


class RefusedError(Exception):
    """A request that a wall stops: an HTTP status, and why, safe to show."""

    def __init__(self, status: int, why: str, retry_after: int | None = None) -> None:
        """`retry_after` is in seconds."""
        super().__init__(why)
        metrics.refused(status)
        self.status = status
        self.retry_after = retry_after

    def answer(self) -> HTTPResponse:
        """The refusal as JSON."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return response.json({"error": str(self)}, status=self.status, headers=headers, ensure_ascii=False)


class Walls:
    """The rules at work; one per server."""

    def __init__(self, rules: Rules | None = None) -> None:
        """Without `rules`, those of a machine that only its user reaches."""
        self.rules = rules or Rules()
        self._signer = Signer(self.rules.secret, salt="conversation")
        # A bucket that nobody used for its whole period is empty: forgetting it changes nothing.
        longest = max(self.rules.per_conversation[1], self.rules.per_address[1])
        self._buckets: TTLCache[str, AsyncLimiter] = TTLCache(100_000, ttl=longest)
        self._under_way = 0

    def new_id(self) -> str:
        """A conversation id that nobody can guess, and that is known to have been given out here."""
        return self._signer.sign(secrets.token_urlsafe(16)).decode()

    def check_id(self, sender: str, request: Request) -> None:
        """Refuse an id that was not given out here, unless the installation or the caller may choose its own."""
        if not self.rules.own_ids_only or self.is_trusted(request):
            return
        try:
            self._signer.unsign(sender)
        except BadSignature:
            raise RefusedError(
                403, "sender: unknown here; leave it out of the first message, then send back recipient_id"
            ) from None

    def is_trusted(self, request: Request) -> bool:
        """True for a program that shows the installation's token."""
        shown = request.headers.get("authorization", "")
        return bool(self.rules.token) and same(shown, _BEARER + self.rules.token)

    @asynccontextmanager
    async def turn(self, sender: str, request: Request | None) -> AsyncIterator[None]:
        """Let a turn through, unless its conversation goes too fast or too many are under way."""
        await self.admit(f"conversation {sender}", self.rules.per_conversation, request)
        if self._under_way >= self.rules.at_once:
            raise RefusedError(503, read_notice("canal/occupe").text, retry_after=5)
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def admit(self, name: str, rate: tuple[float, float], request: Request | None) -> None:
        """Count a request of `name`; refuse it when that is more than `rate`, but for trusted programs."""
        if request and self.is_trusted(request):
            return
        bucket = self._buckets.get(name) or AsyncLimiter(*rate)
        self._buckets[name] = bucket  # used now: kept from now on
        if not bucket.has_capacity():
            raise RefusedError(429, read_notice("canal/trop_vite").text, math.ceil(rate[1] / rate[0]))
        await bucket.acquire()

    def check_origin(self, request: Request) -> None:
        """Refuse a page of a site that is not allowed, and whoever comes by a name or a proxy that was not declared."""
        host = request.headers.get("host", "")
        if self.rules.local_only and not _is_this_machine(host):
            raise RefusedError(403, "host: this installation answers to its own machine only (VIGIE_ORIGINS opens it)")
        if not self.rules.proxies and "x-forwarded-for" in request.headers:
            raise RefusedError(403, "a proxy is in front of this installation: say how many in VIGIE_PROXIES")
        origin = request.headers.get("origin")
        if origin and origin not in self.rules.origins and origin.partition("://")[2] != host:
            raise RefusedError(403, "origin: this site is not among VIGIE_ORIGINS")

    def headers_for(self, request: Request) -> Mapping[str, str]:
        """What tells a browser that the page of an allowed site may read the answer."""
        origin = request.headers.get("origin", "")
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin in self.rules.origins else {}


def build(app: Sanic, rules: Rules) -> None:
    """Put the walls around every route of `app`; channels find them as `app.ctx.walls`."""
    walls = app.ctx.walls = Walls(rules)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.PROXIES_COUNT = rules.proxies or None

    async def before(request: Request) -> HTTPResponse | None:
        try:
            walls.check_origin(request)
            # A messenger's servers speak for all its users; each of their requests proves where it comes from.
            if not request.path.startswith(SIGNED):
                await walls.admit(f"address {address_of(request)}", rules.per_address, request)
        except RefusedError as refused:
            return refused.answer()
        return response.empty(headers=_PREFLIGHT) if request.method == "OPTIONS" else None

    async def after(request: Request, answer: HTTPResponse) -> None:
        for name, value in {**HEADERS, **walls.headers_for(request)}.items():
            answer.headers.setdefault(name, value)

    app.register_middleware(before, "request")
    app.register_middleware(after, "response")


def walls_of(request: Request) -> Walls:
    """The walls around the route that serves `request`; those of a local machine where nothing built any."""
    context = request.app.ctx
    if not hasattr(context, "walls"):
        context.walls = Walls()
    walls: Walls = context.walls
    return walls


def same(shown: object, expected: str) -> bool:
    """Compare a secret without telling by the time it takes how much of it is right."""
    return bool(expected) and hmac.compare_digest(str(shown or "").encode("utf-8", "replace"), expected.encode())


def address_of(request: Request) -> str:
    """The caller's address; the network, for IPv6, where one caller holds billions of addresses."""
    try:
        address = ipaddress.ip_address(request.remote_addr or request.ip)
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _is_this_machine(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
