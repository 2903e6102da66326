"""Every messenger against a fake provider that checks what it is sent, with the trained assistant behind."""

from __future__ import annotations

import hmac
import itertools
import json
import logging
import os
import re
import runpy
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.channels.capabilities import CAPABILITIES, texts
from tests.dialogues.test_invariants import DANGERS, Messages, check_turn
from tests.dialogues.test_invariants import directory as directory
from tests.driver import Turn, Vigie
from tests.fixtures.provider import KITS, PASSWORD, SECRET, SITE, Kit, Provider, Room, Telegram
from tests.fixtures.provider import kit as kit
from tests.fixtures.provider import provider as provider
from tests.ports import free_port

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[2]
PAYLOAD = re.compile(r"(?<![\w./])/[a-z_]+(?:/[a-z0-9_]+)?\b")
# The page of scenarios is an address too: « adresse du site, suivie de /formation ».
ADDRESS = re.compile(r"https?://\S+|(?<=suivie de )/formation\b")
CHOICE = re.compile(r"^(\d+)\\?\. (.+)$", re.M)
WALK = 40
NUMBERS = itertools.count()


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


def test_the_invariants_hold_through_every_messenger(
    vigie: Vigie, kit: Kit, directory: tuple[set[str], set[str]]
) -> None:
    messages = Messages(sum(map(ord, kit.name)))
    me = user()

    async def scenario() -> None:
        async with room(vigie, kit, per_conversation=(100_000, 1)) as here:
            turn: Turn | None = None
            for _ in range(WALK):
                said = messages.next(turn)
                sent = await here.say(said, me)
                check(said, sent, CAPABILITIES[kit.name].longest)
                check_turn(said, Turn([{"text": plain(text)} for text in sent]), directory)
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


class Installation:
    """A Vigie process with every messenger declared, in a folder whose credentials.yml is its own."""

    def __init__(self, folder: Path, provider: Provider) -> None:
        self.folder, self.log = folder, folder / "journal"
        self.kits = [kit(provider) for kit in KITS]
        for entry in ROOT.iterdir():
            if entry.name not in ("credentials.yml", ".env"):
                (folder / entry.name).symlink_to(entry)
        declared: dict[str, Any] = {kit.class_path: dict(kit.declared) for kit in self.kits}
        declared["bot.channels.callback.VigieCallback"]["secret"] = "${ESSAI_SECRET}"
        declared["bot.channels.rest.VigieRest"] = {"max_message_length": 1500}
        (folder / "credentials.yml").write_text(yaml.safe_dump(declared).replace("'", ""), encoding="utf-8")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, secret: str | None) -> subprocess.Popen[bytes]:
        code = (
            "import sys; from dataclasses import replace; from pathlib import Path\n"
            "from bot.settings import load_settings; from bot.server import serve\n"
            "serve(replace(load_settings(), root=Path(sys.argv[1])))"
        )
        environ = {**os.environ, "VIGIE_PORT": str(self.port), "VIGIE_URL": SITE, "VIGIE_LOG_LEVEL": "INFO"}
        environ["VIGIE_CONVERSATIONS_URL"] = f"sqlite:///{self.folder / 'essai.sqlite'}"
        environ |= {"ESSAI_SECRET": secret} if secret is not None else {}
        with self.log.open("ab") as log:
            command = [sys.executable, "-c", code, str(self.folder)]
            return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT)

    def wait(self, process: subprocess.Popen[bytes]) -> None:
        wait_for(lambda: process.poll() is not None or self.ready(), 90)
        assert process.poll() is None, self.log.read_text(encoding="utf-8")

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/ready", timeout=2).status_code == 200
        except httpx.TransportError:
            return False


def wait_for(what: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.1)


@pytest.mark.server
def test_an_installation_without_a_secret_does_not_start(tmp_path: Path, provider: Provider) -> None:
    installation = Installation(tmp_path, provider)
    for secret, why in ((None, "ESSAI_SECRET"), ("", "channel callback needs secret"), ("court", "too short")):
        process = installation.start(secret)
        try:
            assert process.wait(timeout=90) != 0
        finally:
            process.kill()
        assert why in installation.log.read_text(encoding="utf-8")


@pytest.mark.server
def test_a_server_answers_every_messenger_and_the_samples_of_the_guide(tmp_path: Path, provider: Provider) -> None:
    installation = Installation(tmp_path, provider)
    process = installation.start(SECRET)
    samples = {**os.environ, "VIGIE": installation.url, "VIGIE_RAPPEL_SECRET": SECRET}

    def sample(*command: str) -> str:
        done = subprocess.run(
            command, cwd=ROOT / "docs/exemples", env=samples, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    try:
        installation.wait(process)
        for kit in installation.kits:
            told = kit.deliver("elle s'appelle Zoé Secrète, 06 98 76 54 32", "12345678", "m1")
            path = f"{installation.url}/webhooks/{kit.name}/webhook"
            assert httpx.post(path, content=told.body, headers=told.headers).status_code in (200, 204), kit.name
            assert httpx.post(path, content=b"{}").status_code == 403, kit.name
        in_python = sample(sys.executable, "rest.py", "bonjour", "le 93", "1")
        with_curl = sample("sh", "rest.sh")
        assert sample(sys.executable, "rappel.py", "bonjour", "personne-1") == "200\n"
        assert sample("sh", "rappel.sh", '{"sender": "personne-2", "message": "bonjour"}') == "200\n"
        places = {kit.place.format(user="12345678") for kit in installation.kits} | {"personne-1", "personne-2"}
        wait_for(lambda: {sent.place for sent in provider.sent} == places, 30)
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert {sent.place for sent in provider.sent} == places
    assert not provider.wrong
    assert "Seine-Saint-Denis" in in_python and "\n1. " in in_python and not PAYLOAD.search(ADDRESS.sub("", in_python))
    assert "119" in with_curl and "Seine-Saint-Denis" in with_curl
    asked = next(body for route, body in provider.calls if route.endswith("/setWebhook"))
    assert asked["url"] == f"{SITE}webhooks/telegram/webhook"
    assert asked["secret_token"] == SECRET
    assert "edited_message" in json.loads(asked["allowed_updates"])
    written = [file.read_bytes().decode("utf-8", "replace") for file in tmp_path.iterdir() if not file.is_symlink()]
    declared = (tmp_path / "credentials.yml").read_text(encoding="utf-8")
    kept = "\n".join(written).replace(declared, "")
    for secret in ("Zoé", "Secrète", "98 76", "12345678", "zoe_secrete", SECRET, PASSWORD):
        assert secret not in kept, secret


def test_the_sample_that_receives_refuses_what_is_not_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_RAPPEL_SECRET", SECRET)
    sample = runpy.run_path(str(ROOT / "docs/exemples/rappel.py"))
    now = int(time.time())

    def signature(secret: str, when: int, body: bytes) -> str:
        return hmac.new(secret.encode(), f"{when}.".encode() + body, "sha256").hexdigest()

    body = b'{"recipient_id": "a", "text": "b"}'
    assert sample["proved"](body, f"t={now},v1={signature(SECRET, now, body)}")
    for shown in (
        f"t={now - 400},v1={signature(SECRET, now - 400, body)}",
        f"t={now},v1={signature('x' * 32, now, body)}",
        f"t={now},v1={signature(SECRET, now, body + b' ')}",
        "",
    ):
        assert not sample["proved"](body, shown)
