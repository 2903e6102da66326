"""The walls of the channel, on a Sanic application of their own."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.engine.startup import prepare_imports

prepare_imports(Path(__file__).resolve().parents[2] / "config.yml")

from sanic import Sanic  # noqa: E402

from bot.channels.rest import VigieRest  # noqa: E402
from bot.channels.walls import Rules, build  # noqa: E402
from bot.engine.lock_store import ConversationLocks  # noqa: E402

TOKEN, SECRET = "t" * 32, "s" * 32
HOST = "vigie.exemple.fr"
ERASE = "/webhooks/rest/effacer"
NAMES = itertools.count()


class Conversations:
    def __init__(self) -> None:
        self.erased: list[str] = []
        self.well = True

    async def delete(self, sender: str) -> bool:
        self.erased.append(sender)
        return self.well

    def owes_erasure(self, sender: str) -> bool:
        return False


class Agent:
    lock_store = ConversationLocks()


def make(answer: Any = None, **rules: Any) -> Sanic:
    async def on_new_message(message: Any) -> None:
        if answer:
            await answer(message)
        await message.output_channel.send_text_message(message.sender_id, f"lu : {message.text}")

    app = Sanic(f"essai_{next(NAMES)}", configure_logging=False)
    build(app, Rules(**{"secret": SECRET, "local_only": False, **rules}))
    app.blueprint(VigieRest().blueprint(on_new_message), url_prefix="/webhooks/rest")
    app.ctx.conversations = Conversations()
    app.ctx.agent = Agent()
    return app


async def post(app: Sanic, text: str, sender: str | None = None, **headers: str) -> httpx.Response:
    body = {"message": text, **({"sender": sender} if sender else {})}
    return await call(app, "POST", "/webhooks/rest/webhook", json.dumps(body), **headers)


async def call(app: Sanic, method: str, path: str, body: str = "", **headers: str) -> httpx.Response:
    _, answer = await app.asgi_client.request(
        method, path, content=body, headers={"host": HOST, **{k.replace("_", "-"): v for k, v in headers.items()}}
    )
    return answer


def run(work: Any) -> Any:
    return asyncio.run(work)


def test_an_id_that_was_not_given_out_here_opens_nothing() -> None:
    app = make(own_ids_only=True)

    async def scenario() -> list[int]:
        given = (await post(app, "bonjour")).json[0]["recipient_id"]
        name, _, signature = given.partition(".")
        forged = f"{name}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
        tries = [given, forged, "essai", "default", name]
        return [(await post(app, "encore", sender=one)).status for one in tries]

    assert run(scenario()) == [200, 403, 403, 403, 403]


def test_ids_are_never_given_twice_and_hold_128_bits() -> None:
    app = make()

    async def scenario() -> list[str]:
        return [(await post(app, "bonjour")).json[0]["recipient_id"] for _ in range(15)]

    given = run(scenario())
    assert len(set(given)) == 15
    assert all(len(one.split(".")[0]) >= 22 for one in given)


def test_a_program_with_the_token_chooses_its_ids_and_is_not_slowed() -> None:
    app = make(own_ids_only=True, token=TOKEN, per_conversation=(1, 600), per_address=(4, 600))

    async def scenario() -> list[int]:
        right = [(await post(app, "a", "matrix-1", authorization=f"Bearer {TOKEN}")).status for _ in range(5)]
        wrong = [
            (await post(app, "a", "matrix-1", authorization=shown)).status
            for shown in ("Bearer x", TOKEN, "Bearer " + TOKEN[1:])
        ]
        return right + wrong

    assert run(scenario()) == [200] * 5 + [403] * 3


def test_without_a_token_nobody_is_trusted() -> None:
    assert run(post(make(own_ids_only=True), "a", "x", authorization="Bearer ")).status == 403


def test_a_burst_is_slowed_then_refused_and_others_are_not() -> None:
    app = make(per_conversation=(3, 300))

    async def scenario() -> tuple[list[int], httpx.Response, int]:
        burst = [(await post(app, "a", "presse")).status for _ in range(3)]
        refused = await post(app, "a", "presse")
        return burst, refused, (await post(app, "a", "calme")).status

    burst, refused, other = run(scenario())
    assert burst == [200] * 3
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "17" in refused.json["error"] and "119" in refused.json["error"]
    assert other == 200


def test_an_address_is_slowed_whatever_ids_it_makes_up() -> None:
    app = make(per_address=(4, 300))

    async def scenario() -> list[int]:
        return [(await post(app, "a", f"essai-{n}")).status for n in range(6)]

    assert run(scenario()) == [200] * 4 + [429] * 2


def test_behind_a_proxy_the_address_is_the_callers() -> None:
    app = make(per_address=(2, 300), proxies=1)

    async def scenario() -> list[int]:
        one = [(await post(app, "a", x_forwarded_for="203.0.113.7")).status for _ in range(3)]
        return [*one, (await post(app, "a", x_forwarded_for="203.0.113.8")).status]

    assert run(scenario()) == [200, 200, 429, 200]


def test_a_proxy_that_was_not_declared_is_refused() -> None:
    answer = run(post(make(), "a", x_forwarded_for="203.0.113.7"))
    assert answer.status == 403
    assert "VIGIE_PROXIES" in answer.json["error"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"origin": "http://["}, "{}"),
        ({"host": "["}, "{}"),
        ({}, "[" * 15000),
        ({"authorization": "Bearer x"}, "{"),
    ],
)
def test_what_cannot_be_read_is_no_error_of_the_server(headers: dict[str, str], body: str) -> None:
    answer = run(call(make(token=TOKEN, local_only=True), "POST", "/webhooks/rest/webhook", body, **headers))
    assert answer.status in (400, 403)
    assert answer.json["error"]


def test_too_many_turns_at_once_are_asked_to_come_back() -> None:
    gate = asyncio.Event()

    async def wait(_: Any) -> None:
        await gate.wait()

    app = make(wait, at_once=2)

    async def scenario() -> tuple[int, list[int]]:
        under_way = [asyncio.ensure_future(post(app, "a", f"s{n}")) for n in range(2)]
        await asyncio.sleep(0.1)
        refused = await post(app, "a", "s3")
        gate.set()
        return refused.status, [(await one).status for one in under_way]

    assert run(scenario()) == (503, [200, 200])


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://site.exemple.fr", 200),
        ("https://vigie.exemple.fr", 200),
        ("https://ailleurs.fr", 403),
        ("https://site.exemple.fr.ailleurs.fr", 403),
        ("http://site.exemple.fr", 403),
        ("null", 403),
    ],
)
def test_only_the_sites_of_the_list_may_call(origin: str, status: int) -> None:
    app = make(origins=frozenset({"https://site.exemple.fr"}))
    answer = run(post(app, "a", "s", origin=origin))
    assert answer.status == status
    allowed = answer.headers.get("access-control-allow-origin")
    assert allowed == ("https://site.exemple.fr" if origin == "https://site.exemple.fr" else None)
    assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_is_answered_for_an_allowed_site_only() -> None:
    app = make(origins=frozenset({"https://site.exemple.fr"}))

    async def scenario() -> list[httpx.Response]:
        origins = ("https://site.exemple.fr", "https://ailleurs.fr")
        return [await call(app, "OPTIONS", "/webhooks/rest/webhook", origin=origin) for origin in origins]

    allowed, refused = run(scenario())
    assert allowed.status == 204
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert refused.status == 403
    assert "access-control-allow-origin" not in refused.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:5005", 200),
        ("127.0.0.1:5005", 200),
        ("[::1]:5005", 200),
        ("ailleurs.fr", 403),
        ("127.ailleurs.fr", 403),
        ("", 403),
    ],
)
def test_a_page_that_resolves_to_this_machine_is_refused(host: str, status: int) -> None:
    app = make(local_only=True)
    assert run(call(app, "POST", "/webhooks/rest/webhook", '{"message": "a"}', host=host)).status == status


@pytest.mark.parametrize("path", ["/webhooks/rest/", "/nulle/part", "/webhooks/rest/webhook"])
def test_every_answer_carries_the_headers_and_no_version(path: str) -> None:
    answer = run(call(make(), "GET", path))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert not {"server", "x-powered-by"} & set(answer.headers)
    assert "anic" not in answer.text and "asa" not in answer.text


def test_a_conversation_is_erased_by_who_holds_its_id() -> None:
    app = make(own_ids_only=True)

    async def scenario() -> tuple[str, list[int], int]:
        given = (await post(app, "bonjour")).json[0]["recipient_id"]
        ids = (given, "essai", "../..", "a" * 200, None)
        tries = [(await call(app, "POST", ERASE, json.dumps({"sender": one}))).status for one in ids]
        app.ctx.conversations.well = False
        return given, tries, (await call(app, "POST", ERASE, json.dumps({"sender": given}))).status

    given, tries, late = run(scenario())
    assert tries == [204, 403, 400, 400, 400]
    assert late == 503
    assert app.ctx.conversations.erased == [given, given]


def test_what_else_a_body_holds_is_left_alone() -> None:
    seen: list[Any] = []

    async def keep(message: Any) -> None:
        seen.append((message.input_channel, message.metadata, message.parse_data))

    app = make(keep)
    body = {
        "sender": "s",
        "message": "a",
        "input_channel": "slack",
        "metadata": {"x": "y" * 100},
        "parse_data": {"a": 1},
    }
    answer = run(call(app, "POST", "/webhooks/rest/webhook", json.dumps(body)))
    assert answer.status == 200
    assert seen == [("rest", None, None)]


def test_a_message_that_a_program_sends_again_is_put_to_the_dialogue_once() -> None:
    heard: list[str] = []

    async def hear(message: Any) -> None:
        heard.append(message.text)

    app = make(hear, own_ids_only=True, token=TOKEN)

    async def scenario() -> list[Any]:
        trusted = {"authorization": f"Bearer {TOKEN}"}
        tries = [("a", "1", trusted), ("a", "1", trusted), ("b", "1", trusted), ("a", "2", trusted)]
        return [(await post(app, "suivant", who, idempotency_key=key, **more)).json for who, key, more in tries]

    first, again, other, next_one = run(scenario())
    assert len(heard) == 3
    assert first == again
    assert other[0]["recipient_id"] == "b"
    assert next_one


def test_only_a_trusted_program_may_ask_for_an_answer_again() -> None:
    heard: list[str] = []

    async def hear(message: Any) -> None:
        heard.append(message.text)

    app = make(hear)

    async def scenario() -> None:
        for _ in range(2):
            await post(app, "suivant", "quelqu-un", idempotency_key="1")

    run(scenario())
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("told", "token", "counted"),
    [("matrix", TOKEN, "matrix"), ("matrix", "", "rest"), ("telegram", TOKEN, "rest"), ("", TOKEN, "rest")],
)
def test_the_channel_is_what_a_trusted_program_says_of_those_it_may_carry(told: str, token: str, counted: str) -> None:
    heard: list[str] = []

    async def hear(message: Any) -> None:
        heard.append(message.input_channel)

    headers = {"x_vigie_channel": told, **({"authorization": f"Bearer {token}"} if token else {})}
    run(post(make(hear, token=TOKEN), "bonjour", "quelqu-un", **headers))
    assert heard == [counted]
