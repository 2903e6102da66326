"""Every messenger against a fake provider that checks what it is sent, with the trained assistant behind."""

from __future__ import annotations

import itertools
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.capabilities import CAPABILITIES, texts
from tests.dialogues.test_invariants import DANGERS, Messages
from tests.driver import Turn, Vigie
from tests.fixtures.provider import KITS, PASSWORD, SECRET, Kit, Provider, Room, Telegram

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[2]
PAYLOAD = re.compile(r"(?<![\w./])/[a-z_]+(?:/[a-z0-9_]+)?\b")
ADDRESS = re.compile(r"https?://\S+")
CHOICE = re.compile(r"^(\d+)\\?\. (.+)$", re.M)
WALK = 40
NUMBERS = itertools.count()


@pytest.fixture
def provider() -> Iterator[Provider]:
    running = Provider()
    yield running
    running.close()


@pytest.fixture(params=KITS, ids=lambda kit: kit.name)
def kit(request: Any, provider: Provider) -> Kit:
    built: Kit = request.param(provider)
    return built


def user() -> str:
    return f"4{next(NUMBERS):07}"


def room(vigie: Vigie, kit: Kit, **rules: Any) -> Room:
    made = Room(kit, vigie.agent.handle_message, **rules)
    made.app.ctx.conversations = vigie.store
    return made


def plain(text: str) -> str:
    """A text as it is read, without the marks that protect it."""
    return re.sub(r"\\(.)", r"\1", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def choice(said: list[str], title: str) -> str:
    """The number to type for a choice."""
    return next(number for text in said for number, name in CHOICE.findall(plain(text)) if title in name)


def check(said: str, sent: list[str], longest: int) -> None:
    assert sent, f"I3 silence after {said!r}"
    assert re.search(r"\b119\b", sent[-1]), f"I1 no 119 after {said!r}: {sent[-1]!r}"
    for text in sent:
        assert len(text) <= longest
        assert not PAYLOAD.search(ADDRESS.sub("", plain(text))), f"payload after {said!r}: {text!r}"
    if said in DANGERS:
        assert re.search(r"\b(17|112)\b", sent[0]), f"I2 after {said!r}: {sent[0]!r}"
        whole = "\n".join(sent)
        assert whole.index("17") < whole.index("119"), f"I2 119 before 17 after {said!r}"


def test_from_the_signs_to_the_contact(vigie: Vigie, kit: Kit) -> None:
    me = user()

    async def scenario() -> None:
        async with room(vigie, kit, per_conversation=(1000, 10)) as here:
            signs = await here.say("elle a 15 ans, un deuxième téléphone, elle fugue souvent", me)
            assert any("téléphone" in text for text in signs)
            assert sum("sa propre copie" in text for text in signs) == 1
            interview = await here.say(choice(signs, "Préparer l'entretien"), me)
            step = await here.say(choice(interview, "Commencer à l'étape 1"), me)
            assert "Étape 1 sur 8" in step[0]
            step = await here.say(choice(step, "Étape suivante"), me)
            assert "Étape 2 sur 8" in step[0]
            needs = await here.say("je cherche un contact dans le 93", me)
            contact = await here.say(choice(needs, "CRIP"), me)
            assert any("CRIP 93" in text for text in contact)
            danger = await here.say("il est en train de la frapper", me)
            assert "17" in danger[0]
            ended = [signs, interview, step, needs, contact, danger]
            for texts_ in ended:
                check("", texts_, CAPABILITIES[kit.name].longest)
            assert "sa propre copie" not in "\n".join(text for said in ended[1:] for text in said)
            erased = await here.say("effacer", me)
            assert "119" in erased[-1]

    vigie.loop.run_until_complete(scenario())
    assert not kit.provider.wrong
    assert {sent.place for sent in kit.provider.sent} == {kit.place.format(user=me)}


def test_the_invariants_hold_through_every_messenger(vigie: Vigie, kit: Kit) -> None:
    messages = Messages(sum(map(ord, kit.name)))
    me = user()

    async def scenario() -> None:
        async with room(vigie, kit, per_conversation=(100_000, 1)) as here:
            turn: Turn | None = None
            for said in itertools.islice(iter(lambda: messages.next(turn), None), WALK):
                sent = await here.say(said, me)
                check(said, sent, CAPABILITIES[kit.name].longest)
                titles = [name for text in sent for _, name in CHOICE.findall(plain(text))]
                turn = Turn([{"text": "", "buttons": [{"title": title, "payload": title} for title in titles]}])

    vigie.loop.run_until_complete(scenario())
    assert not kit.provider.wrong


@pytest.mark.parametrize("name", CAPABILITIES)
def test_the_invariants_hold_for_every_capability(vigie: Vigie, name: str) -> None:
    messages, capability = Messages(7), CAPABILITIES[name]
    sender, turn = vigie.conversation(), None
    for _ in range(WALK):
        said = messages.next(turn)
        turn = vigie.say(sender, said)
        check(said, texts(turn.messages, capability), capability.longest)


def test_what_names_somebody_goes_nowhere(vigie: Vigie, kit: Kit, caplog: pytest.LogCaptureFixture) -> None:
    me = user()
    heard: list[Any] = []

    async def listen(message: Any) -> None:
        heard.append((message.sender_id, message.text, message.metadata))
        await vigie.agent.handle_message(message)

    async def scenario() -> list[str]:
        async with Room(kit, listen) as here:
            said = "elle s'appelle Zoé Secrète, 06 98 76 54 32, zoe.secret@exemple.fr"
            sent = await here.say(said, me)
            kit.provider.failing = 3
            return sent + await here.say(said, me)

    caplog.set_level(logging.INFO)
    sent = vigie.loop.run_until_complete(scenario())
    assert any("masqué" in text for text in sent)
    seen = repr(heard) + "\n".join(sent) + caplog.text
    for secret in ("Zoé", "Secrète", "98 76", "zoe", me, SECRET, PASSWORD):
        assert secret not in seen, secret
    sender = heard[0][0]
    assert re.fullmatch(rf"{kit.name}:[0-9a-f]{{32}}", sender)
    assert "Zoé" not in repr(vigie.slots(sender))
    assert "could not be sent" in caplog.text


def test_a_command_typed_by_a_user_is_what_it_is_in_rest(vigie: Vigie, kit: Kit) -> None:
    async def scenario(said: str) -> list[str]:
        async with room(vigie, kit) as here:
            return await here.say(said, user())

    for said in ("/restart", "/urgence", '/loi/client_peines{"profession":"x"}', "/accueil/bonjour"):
        expected = vigie.say(vigie.conversation(), said)
        sent = vigie.loop.run_until_complete(scenario(said))
        assert expected.messages[0]["text"][:60] in plain(sent[0]), said


def test_telegrams_first_button_greets(vigie: Vigie, provider: Provider) -> None:
    async def scenario() -> tuple[list[str], list[str]]:
        async with room(vigie, Telegram(provider)) as here:
            return await here.say("/start", user()), await here.say("bonjour", user())

    started, greeted = vigie.loop.run_until_complete(scenario())
    assert started == greeted


@pytest.mark.server
def test_a_server_with_every_messenger_starts_and_without_a_secret_does_not(tmp_path: Path, provider: Provider) -> None:
    import os
    import socket
    import time

    import httpx
    import yaml

    for entry in ROOT.iterdir():
        if entry.name not in ("credentials.yml", ".env"):
            (tmp_path / entry.name).symlink_to(entry)
    kits = [kit(provider) for kit in KITS]
    declared: dict[str, Any] = {kit.class_path: dict(kit.declared) for kit in kits}
    declared["bot.channels.callback.VigieCallback"]["secret"] = "${ESSAI_SECRET}"
    (tmp_path / "credentials.yml").write_text(yaml.safe_dump(declared).replace("'", ""), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "from dataclasses import replace; from pathlib import Path\n"
        "from bot.settings import load_settings; from bot.server import serve\n"
        f"serve(replace(load_settings(), root=Path({str(tmp_path)!r})))"
    )

    def start(secret: str | None) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "VIGIE_PORT": str(port), "VIGIE_URL": "https://vigie.exemple.fr/"}
        environ.pop("ESSAI_SECRET", None)
        environ |= {"ESSAI_SECRET": secret} if secret is not None else {}
        with (tmp_path / "journal").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", code], cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT
            )

    for missing in (None, "", "court"):
        refused = start(missing)
        assert refused.wait(timeout=90) != 0, missing
    said = (tmp_path / "journal").read_text(encoding="utf-8")
    assert "channel callback needs secret" in said
    assert "too short to be a secret" in said
    assert "ESSAI_SECRET" in said
    running = start(SECRET)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            deadline = time.monotonic() + 90
            while time.monotonic() < deadline:
                assert running.poll() is None, (tmp_path / "journal").read_text(encoding="utf-8")
                try:
                    if http.get("/ready").status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.2)
            for kit in kits:
                good = kit.deliver("bonjour", "12345678", "m1")
                answered = http.post(f"/webhooks/{kit.name}/webhook", content=good.body, headers=good.headers)
                assert answered.status_code in (200, 204), kit.name
            deadline = time.monotonic() + 30
            places = {kit.place.format(user="12345678") for kit in kits}
            while {sent.place for sent in provider.sent} != places and time.monotonic() < deadline:
                time.sleep(0.2)
    finally:
        running.terminate()
        running.wait(timeout=20)
    assert {sent.place for sent in provider.sent} == places
    assert not provider.wrong
    asked = next(body for route, body in provider.calls if route.endswith("/setWebhook"))
    assert asked["url"] == "https://vigie.exemple.fr/webhooks/telegram/webhook"
    assert asked["secret_token"] == SECRET
    assert "edited_message" in json.loads(asked["allowed_updates"])
