"""Vigie's REST channel: Rasa's contract, with limits, masking, sources and an answer whatever happens."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from cachetools import TTLCache
from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.phrases import read_notice, read_phrases
from bot.channels.rendering import Said, render, render_turn
from bot.channels.turn import LONGEST_MESSAGE, OnNewMessage, TurnCollector, answer, clean, handle
from bot.channels.walls import RefusedError, walls_of
from bot.content.answers import read_answers
from bot.content.location import DATA
from bot.logic.statistics import CLICK, HELPLINE, REAL, REASONS, TRAFFICS, Event, count_rating
from bot.monitoring.ledger import LEDGER

_SENDER = re.compile(r"[\w.:@\-]{1,128}", re.ASCII)
_KEPT, _MOST_KEPT = 600.0, 10_000  # seconds and turns
TRAFFIC_HEADER = "x-vigie-traffic"
CHANNEL_HEADER = "x-vigie-channel"
CARRIED = frozenset({"matrix"})  # channels whose own program talks to this one
_COUNTED = (10, 60)  # ratings, or clicks, and seconds for one conversation
_SENDER_EXPECTED = "sender: 1 to 128 letters, digits or . : @ - _ are expected"


class VigieRest(InputChannel):
    """POST {"sender", "message"} to /webhooks/rest/webhook."""

    @classmethod
    def name(cls) -> str:
        """Path of the channel under /webhooks/."""
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> VigieRest:
        """`max_message_length` may be set in credentials.yml."""
        return cls(int((credentials or {}).get("max_message_length", LONGEST_MESSAGE)))

    def __init__(self, max_message_length: int = LONGEST_MESSAGE) -> None:
        """Characters of a message that are read, at its beginning and its end; the rest is cut, and said so."""
        self._longest = max_message_length

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Routes of the channel."""
        routes = Blueprint(f"vigie_{self.name()}")
        # What a program that may ask again was answered: a message that it sends twice is put to the dialogue once.
        given_out: TTLCache[tuple[str, str], list[dict[str, Any]]] = TTLCache(_MOST_KEPT, ttl=_KEPT)

        @routes.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse | None:
            walls = walls_of(request)
            try:
                given, text = read_body(request.body)
                sender = given or walls.new_id()
                if given:
                    walls.check_id(given, request)
                key = request.headers.get("idempotency-key", "") if given and walls.is_trusted(request) else ""
                if key and (sender, key) in given_out:
                    return response.json(given_out[sender, key], ensure_ascii=False)
                async with walls.turn(sender, request):
                    if str(request.args.get("stream", "")).lower() == "true":
                        await self._stream(request, on_new_message, sender, text)
                        return None
                    channel, traffic = self._channel_of(request), traffic_of(request)
                    messages = await answer(on_new_message, channel, sender, text, self._longest, traffic)
                store = getattr(request.app.ctx, "conversations", None)
                if store and store.owes_erasure(sender):
                    messages.append(read_notice("canal/effacement_retarde"))
            except RefusedError as refused:
                return refused.answer()
            turn = list(render_turn(messages, sender, read_phrases(), site_of(request)))
            if key:
                given_out[sender, key] = turn
            return response.json(turn, ensure_ascii=False)

        @routes.route("/effacer", methods=["POST"])
        async def erase(request: Request) -> HTTPResponse:
            # In the body: an id in the address would stay in the logs of a proxy.
            context = request.app.ctx
            try:
                sender, _ = read_body(request.body)
                if not sender:
                    raise RefusedError(400, _SENDER_EXPECTED)
                walls_of(request).check_id(sender, request)
                if not hasattr(context, "conversations"):
                    raise RefusedError(501, "erasing needs Vigie's own server (python -m bot serve)")
                # Not before the turn under way is over: its end would write the conversation again.
                async with context.agent.lock_store.lock(sender):
                    if not await context.conversations.delete(sender):
                        raise RefusedError(503, read_notice("canal/effacement_retarde").text, retry_after=10)
            except RefusedError as refused:
                return refused.answer()
            return response.empty()

        @routes.route("/avis", methods=["POST"])
        async def rate(request: Request) -> HTTPResponse:
            return await _count(request, "avis", read_rating)

        @routes.route("/clic", methods=["POST"])
        async def click(request: Request) -> HTTPResponse:
            return await _count(request, "clic", read_click)

        return routes

    def _channel_of(self, request: Request) -> str:
        """Where the message comes from; a program that does not show the installation's token is taken for the page."""
        told = request.headers.get(CHANNEL_HEADER, "")
        return told if told in CARRIED and walls_of(request).is_trusted(request) else self.name()

    async def _stream(self, request: Request, on_new_message: OnNewMessage, sender: str, text: str) -> None:
        """One JSON line per message as it comes; the last one is held back until it is known to be the last."""
        phrases, site = read_phrases(), site_of(request)
        collector = TurnCollector()
        stream = await request.respond(content_type="application/x-ndjson; charset=utf-8")
        channel, traffic = self._channel_of(request), traffic_of(request)
        turn = handle(on_new_message, channel, collector, sender, text, self._longest, traffic)
        work = asyncio.ensure_future(turn)
        work.add_done_callback(lambda _: collector.messages.put_nowait(None))
        held: Said | None = None
        while (message := await collector.messages.get()) is not None:
            if held:
                await stream.send(_line(render(held, sender, phrases, last=False, site=site)))
            held = message
        ending = [held or read_notice("accueil/panne"), *work.result()]
        for rendered in render_turn(ending, sender, phrases, site):
            await stream.send(_line(rendered))
        await stream.eof()


async def _count(request: Request, what: str, read: Callable[[Mapping[str, Any]], list[Event]]) -> HTTPResponse:
    """Count what `read` finds in the body of a request; nothing else is kept of it."""
    walls = walls_of(request)
    try:
        payload = read_object(request.body)
        sender = read_sender(payload)
        if not sender:
            raise RefusedError(400, _SENDER_EXPECTED)
        walls.check_id(sender, request)
        events = read(payload)
        await walls.admit(f"{what} {sender}", _COUNTED, request)
    except RefusedError as refused:
        return refused.answer()
    LEDGER.add(events, traffic_of(request))
    return response.empty()


def read_rating(payload: Mapping[str, Any]) -> list[Event]:
    """What a rating adds to the counts; raises RefusedError, which says what is expected."""
    answer, useful, reason = payload.get("answer"), payload.get("useful"), payload.get("reason")
    if not isinstance(answer, str) or answer not in read_answers(DATA / "responses"):
        raise RefusedError(400, "answer: the key of an answer is expected, such as loi/client_peines")
    if not isinstance(useful, bool):
        raise RefusedError(400, "useful: true or false is expected")
    if reason is not None and (useful or reason not in REASONS):
        raise RefusedError(400, f"reason: only when useful is false, one of {', '.join(REASONS)}")
    return count_rating(answer, useful, reason)


def read_click(payload: Mapping[str, Any]) -> list[Event]:
    """What a call started from the page adds to the counts; raises RefusedError."""
    if payload.get("what") != HELPLINE:
        raise RefusedError(400, f"what: {HELPLINE} is expected")
    return [(CLICK, HELPLINE)]


def read_object(body: bytes) -> Mapping[str, Any]:
    """The JSON object of a request; raises RefusedError, which says what is expected."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise RefusedError(400, 'JSON expected: {"sender": "...", "message": "..."}') from None
    if not isinstance(payload, dict):
        raise RefusedError(400, 'a JSON object is expected: {"sender": "...", "message": "..."}')
    return payload


def read_sender(payload: Mapping[str, Any]) -> str:
    """The conversation id of a request, empty when there is none; raises RefusedError."""
    sender = payload.get("sender") or ""
    if not isinstance(sender, str) or (sender and not _SENDER.fullmatch(sender)):
        raise RefusedError(400, _SENDER_EXPECTED)
    return sender


def read_body(body: bytes) -> tuple[str, str]:
    """(sender, message) of a request; the sender is empty when there is none. Whatever else it holds is left alone.

    Raises RefusedError, which says what is expected.
    """
    payload = read_object(body)
    text = payload.get("message", "")
    if not isinstance(text, str):
        raise RefusedError(400, "message: a text is expected")
    return read_sender(payload), clean(text)


def traffic_of(request: Request) -> str:
    """Real use, unless a trainer's or a tester's program says otherwise."""
    told = request.headers.get(TRAFFIC_HEADER, "")
    return told if told in TRAFFICS else REAL


def site_of(request: Request) -> str:
    """Address where the documents lie, ending with a slash; empty on a server that offers none."""
    return str(getattr(request.app.ctx, "site", ""))


def _line(message: Mapping[str, Any]) -> str:
    return json.dumps(message, ensure_ascii=False) + "\n"
