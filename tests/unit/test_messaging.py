"""What the messengers' connectors share, with a stub in place of the assistant."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import hmac
import json
import logging
import re
import time
from pathlib import Path
from typing import Any

import pytest

from bot.engine.startup import prepare_imports

prepare_imports(Path(__file__).resolve().parents[2] / "config.yml")

from bot.channels.messaging import CredentialsError, pseudonym  # noqa: E402
from bot.channels.phrases import read_notice  # noqa: E402
from bot.channels.walls import same  # noqa: E402
from tests.fixtures.provider import (  # noqa: E402
    SECRET,
    VERIFY,
    Callback,
    Delivery,
    Facebook,
    Kit,
    Mattermost,
    Provider,
    RocketChat,
    Room,
    Slack,
    Telegram,
    Twilio,
)
from tests.fixtures.provider import kit as kit  # noqa: E402
from tests.fixtures.provider import provider as provider  # noqa: E402

ME = "12345678"


class Stub:
    """Says again what it reads; `work` is awaited first."""

    def __init__(self, work: Any = None) -> None:
        self.work = work
        self.read: list[tuple[str, str]] = []

    async def __call__(self, message: Any) -> None:
        self.read.append((message.sender_id, message.text))
        if self.work:
            await self.work(message)
        await message.output_channel.send_text_message(message.sender_id, f"lu : {message.text}")

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.read]


def run(kit: Kit, stub: Stub, scenario: Any, **rules: Any) -> Any:
    async def work() -> Any:
        async with Room(kit, stub, **rules) as room:
            return await scenario(room)

    return asyncio.run(work())


def test_nothing_that_is_not_proved_is_read(kit: Kit) -> None:
    good = kit.deliver("bonjour", ME, "m1")
    bare = {"content-type": good.headers["content-type"]}
    forged = [
        kit.deliver("bonjour", ME, "m1", secret="x" * 32),
        kit.deliver("bonjour", ME, "m1", secret=""),
        kit.deliver("bonjour", ME, "m1", secret=SECRET[:-1]),
        Delivery(b"", bare),
    ]
    if not kit.in_body:
        forged.append(good.altered())
    for name in good.headers.keys() - bare.keys():
        forged += [Delivery(good.body, {**good.headers, name: value}) for value in ("", "x", "t=9,v1=é")]
        forged.append(Delivery(good.body, bare))
    stub = Stub()

    async def scenario(room: Room) -> list[int]:
        return [(await room.post(one)).status_code for one in forged]

    answered = run(kit, stub, scenario)
    assert set(answered) <= {400, 403}
    assert answered.count(400) <= 1  # an empty body holds no token
    assert not stub.read
    assert not kit.provider.sent


@pytest.mark.parametrize("kind", [Slack, Callback])
@pytest.mark.parametrize(("age", "status"), [(290, 200), (310, 403), (-310, 403)])
def test_an_old_signature_is_refused(kind: type[Any], age: float, status: int, provider: Provider) -> None:
    kit = kind(provider)

    async def scenario(room: Room) -> int:
        return (await room.post(kit.deliver("bonjour", ME, "m1", age=age))).status_code

    assert run(kit, Stub(), scenario) == status


def test_a_message_delivered_again_is_answered_once(kit: Kit) -> None:
    stub = Stub()

    async def scenario(room: Room) -> set[int]:
        delivery = kit.deliver("bonjour", ME, "m1")
        answered = {(await room.post(one)).status_code for one in [delivery] * 3 + [kit.deliver("bonjour", ME, "m1")]}
        await room.post(kit.deliver("encore", ME, "m2"))
        return answered

    assert run(kit, stub, scenario) <= {200, 204}
    assert stub.texts == ["bonjour", "encore"]
    assert sum("lu : bonjour" in sent.text for sent in kit.provider.sent) == 1


def test_the_same_bytes_of_a_program_that_names_nothing_are_a_replay(provider: Provider) -> None:
    kit, stub = Callback(provider), Stub()

    async def scenario(room: Room) -> None:
        delivery = kit.deliver("bonjour", ME, "")
        await room.post(delivery)
        await room.post(delivery)

    run(kit, stub, scenario)
    assert stub.texts == ["bonjour"]


def test_groups_bots_and_receipts_are_left_alone(kit: Kit) -> None:
    stub = Stub()

    async def scenario(room: Room) -> list[int]:
        return [(await room.post(one)).status_code for one in kit.ignored()]

    assert set(run(kit, stub, scenario)) <= {200, 204}
    assert not stub.read
    assert not kit.provider.sent


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_nothing_typed_is_never_silence(kit: Kit, text: str) -> None:
    async def scenario(room: Room) -> list[str]:
        return await room.say(text, ME)

    assert "119" in run(kit, Stub(), scenario)[-1]


def test_what_is_no_text_is_answered_and_left_closed(kit: Kit) -> None:
    stub = Stub()

    async def scenario(room: Room) -> None:
        await room.post(kit.file(ME, "m1"))

    run(kit, stub, scenario)
    assert not stub.read
    assert kit.provider.sent[0].text.startswith(read_notice("canal/texte_seulement").text[:30])
    assert "https://x" not in repr(kit.provider.calls)
    assert "119" in kit.provider.sent[-1].text


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (Telegram, {"photo": [{"file_id": "x"}]}),
        (Twilio, {"NumMedia": "1"}),
        (Slack, {"subtype": "file_share", "files": [{}]}),
        (Facebook, {"attachments": [{"type": "image", "payload": {"url": "https://x"}}]}),
    ],
)
def test_the_words_beside_a_file_are_read(kind: type[Any], more: dict[str, Any], provider: Provider) -> None:
    kit, stub = kind(provider), Stub()

    async def scenario(room: Room) -> list[str]:
        return await room.say("il la frappe", ME, **more)

    sent = run(kit, stub, scenario)
    assert stub.texts == ["il la frappe"]
    assert sent[0].startswith("lu : il la frappe")
    assert any("Je ne lis que le texte" in text for text in sent)


def test_the_notice_comes_once_and_last(kit: Kit) -> None:
    async def scenario(room: Room) -> list[list[str]]:
        return [await room.say(text, ME) for text in ("un", "deux")]

    first, second = run(kit, Stub(), scenario)
    assert first[0].startswith("lu : un")
    assert "sa propre copie" in first[-1]
    assert "119" in first[-1]
    assert "sa propre copie" not in "".join(second)


@pytest.mark.parametrize(("failing", "lost"), [(2, False), (3, True)])
def test_a_provider_that_fails_is_tried_three_times(
    kit: Kit, failing: int, lost: bool, caplog: pytest.LogCaptureFixture
) -> None:
    kit.provider.failing = failing

    async def scenario(room: Room) -> list[str]:
        return await room.say("bonjour", ME)

    sent = run(kit, Stub(), scenario)
    assert ("lu : bonjour" not in sent[0]) == lost
    assert "119" in sent[-1]  # what follows is still sent
    logged = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert [re.sub(r"\(\w+\)", "(…)", line) for line in logged] == [
        f"A message of {kit.name} could not be sent (…)."
    ] * lost
    assert ME not in caplog.text


@pytest.mark.parametrize("kind", [Twilio, RocketChat, Facebook])
def test_a_client_that_blocks_keeps_no_thread_from_others(kind: type[Any], provider: Provider) -> None:
    kit = kind(provider)
    provider.delay = 0.5

    async def scenario(room: Room) -> float:
        for n in range(10):
            await room.post(kit.deliver("bonjour", f"1000000{n}", f"m{n}"))
        await asyncio.sleep(0.2)
        start = time.monotonic()
        await asyncio.to_thread(str)
        taken = time.monotonic() - start
        provider.delay = 0
        return taken

    assert run(kit, Stub(), scenario) < 0.2
    assert sum(sent.text.startswith("lu") for sent in provider.sent) == 10


def test_a_provider_that_is_down_stops_nothing(kit: Kit) -> None:
    kit.provider.failing = 1000
    stub = Stub()

    async def scenario(room: Room) -> list[str]:
        assert await room.say("un", ME) == []
        kit.provider.failing = 0
        return await room.say("deux", ME)

    assert run(kit, stub, scenario)[0].startswith("lu : deux")


def test_a_slow_turn_is_accepted_at_once(kit: Kit) -> None:
    async def slow(_: Any) -> None:
        await asyncio.sleep(0.5)

    async def scenario(room: Room) -> float:
        start = time.monotonic()
        await room.post(kit.deliver("bonjour", ME, "m1"))
        return time.monotonic() - start

    assert run(kit, Stub(slow), scenario) < 0.3
    assert "lu : bonjour" in kit.provider.sent[0].text


def test_the_messages_of_one_user_are_answered_in_order(kit: Kit) -> None:
    async def uneven(message: Any) -> None:
        await asyncio.sleep(0.2 if message.text == "un" else 0)

    async def scenario(room: Room) -> None:
        for n, text in enumerate(("un", "deux", "trois")):
            await room.post(kit.deliver(text, ME, f"m{n}"))
        await room.post(kit.deliver("autre", "87654321", "m9"))

    run(kit, Stub(uneven), scenario)
    said = [(sent.place, sent.text.split()[2]) for sent in kit.provider.sent if sent.text.startswith("lu")]
    mine, other = kit.place.format(user=ME), kit.place.format(user="87654321")
    assert [text for place, text in said if place == mine] == ["un", "deux", "trois"]
    assert said[0] == (other, "autre")


def test_two_users_at_once_are_never_mixed(kit: Kit) -> None:
    async def uneven(message: Any) -> None:
        await asyncio.sleep(int(message.text[-1]) % 3 / 100)

    async def scenario(room: Room) -> None:
        await asyncio.gather(*(room.post(kit.deliver(f"message {n}", f"1000000{n}", f"m{n}")) for n in range(9)))

    run(kit, Stub(uneven), scenario)
    said = [(sent.place, sent.text) for sent in kit.provider.sent if sent.text.startswith("lu")]
    assert len(said) == 9
    for place, text in said:
        assert place == kit.place.format(user=f"1000000{re.findall(r'message (.)', text)[0]}")


def test_who_writes_too_fast_is_told_so_once(kit: Kit) -> None:
    stub = Stub()

    async def scenario(room: Room) -> None:
        for n in range(12):
            await room.post(kit.deliver("bonjour", ME, f"m{n}"))

    run(kit, stub, scenario, per_conversation=(3, 300), per_address=(1, 600))
    assert len(stub.read) == 3
    slowed = [sent.text for sent in kit.provider.sent if "très vite" in sent.text]
    assert len(slowed) == 1
    assert "17" in slowed[0] and "119" in slowed[0]


def test_a_turn_that_fails_is_answered(kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_: Any) -> None:
        raise OSError("Zoé Secrète")

    async def scenario(room: Room) -> list[str]:
        return await room.say("elle est là", ME)

    sent = run(kit, Stub(broken), scenario)
    assert "119" in sent[-1]
    assert "OSError" in caplog.text
    assert "Zoé" not in caplog.text
    assert "elle est" not in caplog.text


def test_a_signed_delivery_that_cannot_be_read_is_not_asked_for_again(provider: Provider, caplog: Any) -> None:
    telegram, slack, facebook = Telegram(provider), Slack(provider), Facebook(provider)
    header = {"x-telegram-bot-api-secret-token": SECRET}
    strange: list[tuple[Kit, Delivery]] = [
        (telegram, Delivery(b"{}", header)),
        (telegram, Delivery(b'{"update_id": 1, "message": {"text": "Zoe"}}', header)),
        (slack, slack.signed({"event": {"type": "message", "channel_type": "im", "user": "u", "text": "Zoe"}})),
        (facebook, facebook.signed({"entry": [{"messaging": [{"message": {"text": "Zoe"}}]}]})),
        (facebook, facebook.signed({"entry": "Zoe"})),
    ]
    for messenger, delivery in strange:

        async def scenario(room: Room, delivery: Delivery = delivery) -> int:
            return (await room.post(delivery)).status_code

        assert run(messenger, Stub(), scenario) == 200
    assert "Zoe" not in caplog.text
    assert not provider.sent


def test_only_what_is_needed_is_served(kit: Kit) -> None:
    async def scenario(room: Room) -> list[int]:
        base = f"/webhooks/{kit.name}"
        statuses = [(await room.http.get(f"{base}/{path}")).status_code for path in ("", "set_webhook")]
        statuses.append((await room.http.put(f"{base}/webhook")).status_code)
        if kit.name != "facebook":
            statuses.append((await room.http.get(f"{base}/webhook")).status_code)
        return statuses

    assert run(kit, Stub(), scenario) in ([200, 404, 405], [200, 404, 405, 405])


def test_without_a_secret_nothing_starts(kit: Kit) -> None:
    module = __import__(f"bot.channels.{kit.name}", fromlist=[kit.cls])
    made = getattr(module, kit.cls)
    for name in kit.declared.keys() - {"api_url"}:
        for value in ("", "  ", None, "${UNE_VARIABLE_ENTRE_GUILLEMETS_ASSEZ_LONGUE}"):
            with pytest.raises(CredentialsError, match=re.escape(name)):
                made.from_credentials({**kit.declared, name: value})
    for nothing in (None, {}):
        with pytest.raises(CredentialsError):
            made.from_credentials(nothing)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (Telegram, "secret_token", "court"),
        (Telegram, "secret_token", "é" * 40),
        (Telegram, "access_token", "rien"),
        (Callback, "secret", "court"),
    ],
)
def test_a_weak_secret_starts_nothing(kind: type[Any], name: str, value: str, provider: Provider) -> None:
    kit = kind(provider)
    module = __import__(f"bot.channels.{kit.name}", fromlist=[kit.cls])
    with pytest.raises(CredentialsError) as raised:
        getattr(module, kit.cls).from_credentials({**kit.declared, name: value})
    assert value not in str(raised.value).replace("too short", "")


def test_telegram_is_told_the_address_and_its_buttons_are_answered(provider: Provider) -> None:
    kit, stub = Telegram(provider), Stub()

    async def scenario(room: Room) -> None:
        await room.post(kit.pressed("le 93", ME, "b1"))
        await room.post(kit.deliver("/start", ME, "b2"))

    run(kit, stub, scenario)
    calls = dict(provider.calls)
    told = next(body for route, body in calls.items() if route.endswith("setWebhook"))
    assert (told["url"], told["secret_token"]) == ("https://vigie.exemple.fr/webhooks/telegram/webhook", SECRET)
    assert any(route.endswith("answerCallbackQuery") for route in calls)
    assert stub.texts == ["le 93", "/accueil/bonjour"]


def test_twilio_signs_the_query_too(provider: Provider) -> None:
    kit = Twilio(provider)

    async def scenario(room: Room) -> int:
        good = kit.deliver("bonjour", ME, "m1")
        path = "/webhooks/twilio/webhook?x=1"
        return (await room.http.post(path, content=good.body, headers=good.headers)).status_code

    assert run(kit, Stub(), scenario) == 403


def test_mattermost_is_answered_in_the_thread(provider: Provider) -> None:
    kit, stub = Mattermost(provider), Stub()

    async def scenario(room: Room) -> None:
        await room.say("bonjour", ME)
        await room.post(kit.deliver("encore", ME, "p2", post={"root_id": "p1"}))
        await room.post(kit.deliver("seul à seul", ME, "p3", channel_name="a__b"))
        await room.post(kit.deliver("", ME, "p4"))

    run(kit, stub, scenario)
    assert stub.texts == ["bonjour", "encore", "seul à seul", "/accueil/bonjour"]
    threads = {sent.text.split(" : ")[1].split("\n")[0]: sent.thread for sent in provider.sent if sent.text[:2] == "lu"}
    assert threads["encore"] == "p1"
    assert threads["seul à seul"] == ""
    assert threads["bonjour"].startswith("m")


def test_mattermost_reads_a_form_too(provider: Provider) -> None:
    from urllib.parse import urlencode

    kit, stub = Mattermost(provider), Stub()

    async def scenario(room: Room) -> None:
        fields = json.loads(kit.deliver("bonjour", ME, "m1").body)
        form = {"content-type": "application/x-www-form-urlencoded"}
        await room.post(Delivery(urlencode(fields).encode(), form))

    run(kit, stub, scenario)
    assert stub.texts == ["bonjour"]


def test_rocketchat_is_answered_in_a_thread_in_a_room(provider: Provider) -> None:
    kit = RocketChat(provider)

    async def scenario(room: Room) -> None:
        await room.post(kit.deliver("bonjour", ME, "p1", channel_name="equipe"))
        await room.post(kit.deliver("bonjour", ME, "p2", tmid="p0", channel_name="equipe"))
        await room.post(kit.deliver("bonjour", ME, "p3"))

    run(kit, Stub(), scenario)
    assert {sent.thread for sent in provider.sent} == {"p1", "p0", ""}
    # Logged in once, not at each message.
    assert sum(route.endswith("/login") for route, _ in provider.calls) == 1


def test_slack_declares_its_address_by_a_signed_word(provider: Provider) -> None:
    kit = Slack(provider)
    body = {"type": "url_verification", "challenge": "mot"}

    async def scenario(room: Room) -> list[Any]:
        return [await room.post(kit.signed(body)), await room.post(kit.signed(body, secret="x"))]

    good, forged = run(kit, Stub(), scenario)
    assert (good.status_code, good.text) == (200, "mot")
    assert forged.status_code == 403


def test_slack_reads_what_was_typed(provider: Provider) -> None:
    stub = Stub()

    async def scenario(room: Room) -> list[str]:
        return await room.say("a < b & c > d", ME)

    sent = run(Slack(provider), stub, scenario)
    assert stub.texts == ["a < b & c > d"]
    assert sent[0].startswith("lu : a &lt; b &amp; c &gt; d")


def test_facebook_declares_its_address_and_every_event_is_read(provider: Provider) -> None:
    kit, stub = Facebook(provider), Stub()
    events = [
        kit.event(ME, message={"mid": "a", "text": "un"}),
        kit.event("87654321", message={"mid": "b", "text": "deux"}),
        kit.event(ME, postback={"payload": "GET_STARTED"}),
    ]
    several = kit.signed({"entry": [{"messaging": events[:1]}, {"messaging": events[1:]}]})
    body = several.body.replace(b'"un"', b'"ancien"').replace(b'"a"', b'"c"')
    body = body.replace(b'"b"', b'"d"').replace(b'"timestamp": ', b'"timestamp": 9')
    sha1 = {"x-hub-signature": "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()}
    both = dataclasses.replace(several, body=body, headers={**sha1, "x-hub-signature-256": "sha256=" + "0" * 64})

    async def scenario(room: Room) -> list[int]:
        asked = {"hub.mode": "subscribe", "hub.challenge": "123"}
        path = "/webhooks/facebook/webhook"
        good = await room.http.get(path, params={**asked, "hub.verify_token": VERIFY})
        assert good.text == "123"
        bad = await room.http.get(path, params={**asked, "hub.verify_token": "x"})
        statuses = [bad.status_code]
        for one in (several, both, Delivery(body, sha1)):
            statuses.append((await room.post(one)).status_code)
            await room.settle()
        return statuses

    assert run(kit, stub, scenario) == [403, 200, 403, 200]
    assert sorted(stub.texts[:3]) == ["/accueil/bonjour", "deux", "un"]
    assert "ancien" in stub.texts


def test_a_conversation_is_named_by_a_pseudonym() -> None:
    names = {pseudonym(channel, user, secret) for channel in "ab" for user in ("+33600000001", "2") for secret in "xy"}
    assert len(names) == 8
    assert all(re.fullmatch(r"[ab]:[0-9a-f]{32}", name) for name in names)


def test_an_empty_secret_matches_nothing() -> None:
    assert same("abc", "abc")
    assert not any(same(shown, expected) for shown, expected in [("", ""), (None, ""), ("a", "b"), (["a"], "a")])
