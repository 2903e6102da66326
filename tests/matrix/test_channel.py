"""Vigie on Matrix, a real homeserver, real clients, the real bot: paths, groups, invitations, what is no text."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from bot.channels.phrases import read_notice
from bot.matrix.notices import read_texts, what_is_kept
from tests.matrix.conftest import World
from tests.matrix.driver import Bot, Room, spoken
from tests.matrix.homeserver import PYTHON
from tests.server import ROOT

pytestmark = pytest.mark.server

PATH = [
    "elle a un nouveau sac de luxe, deux téléphones et elle fugue",
    "comment je lui en parle",
    "étape 1",
    "suivant",
    "Un exemple",
    "1",
    "au fait, que risque le client ?",
    "je cherche la crip du 93",
    "j'ai peur pour elle ce soir, elle est partie avec un homme",
    "119",
]


def expected(world: World, messages: list[str], sender: str) -> list[list[str]]:
    turns = spoken(world.vigie, sender, messages)
    turns[0].append(what_is_kept())
    return turns


def talk(room: Room, messages: list[str], turns: list[list[str]]) -> None:
    said: list[str] = []
    for message, turn in zip(messages, turns, strict=True):
        room.say(message)
        said += turn
        assert room.heard(len(said)) == said


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_the_whole_path(world: World, encrypted: bool) -> None:
    turns = expected(world, PATH, f"temoin-{encrypted}")
    room = world.users.new(f"claire{int(encrypted)}").meet(world.bot, encrypted)
    talk(room, PATH, turns)
    notices = room.notices(settle=0.3)
    bodies = [one["body"] for one in notices]
    assert bodies == [text for turn in turns for text in turn]
    assert all(one["encrypted"] is encrypted for one in notices)
    assert any("01 43 93 10 35" in body for body in bodies)
    assert all("119" in turn[-1] for turn in turns)
    assert all("/" + topic not in body for body in bodies for topic in ("preparer_entretien", "contacter_departement"))
    [contact] = [one["html"] for one in notices if "01 43 93 10 35" in one["body"]]
    assert '<a href="tel:0143931035">' in contact
    assert all(one["format"] == "org.matrix.custom.html" for one in notices)


def test_two_users_at_once_are_never_mixed(world: World) -> None:
    paths = {
        "anne": ["je suis dans le 93", "la crip", "le tribunal", "la crip", "le tribunal"],
        "boris": ["préparer l'entretien", "étape 3", "suivant", "suivant", "suivant"],
    }
    rooms, turns = {}, {}
    for name, path in paths.items():
        rooms[name] = world.users.new(name).meet(world.bot)
        turns[name] = [text for turn in expected(world, path, f"temoin-{name}") for text in turn]
    for pair in zip(*(paths[name] for name in paths), strict=True):
        # Both at once, and without waiting for any answer.
        orders = [
            world.users.order("say", user=name, room=rooms[name].id, text=text)
            for name, text in zip(paths, pair, strict=True)
        ]
        for order in orders:
            world.users.result(order)
    for name, room in rooms.items():
        assert room.heard(len(turns[name]), settle=0.3) == turns[name]


def test_a_group_hears_nothing_but_where_to_write(world: World) -> None:
    eve, farid = world.users.new("eve"), world.users.new("farid")
    id = eve.do("room", invite=[world.bot.user, farid.user], direct=False)
    farid.do("join", room=id)
    assert eve.do("wait_member", room=id, member=world.bot.user, state="join")
    room = Room(eve, id)
    private = read_texts()["en_prive"]
    room.say("une élève de 15 ans a deux téléphones et elle fugue")
    Room(farid, id).say("il faut rester vigilants")
    assert room.heard(1, seconds=0.7) == []
    room.say("Vigie, que faire ?")
    [answer] = room.notices(1)
    assert answer["body"] == private
    room.say("et toi ?", **{"m.relates_to": {"m.in_reply_to": {"event_id": answer["id"]}}})
    assert room.heard(2) == [private] * 2
    Room(farid, id).say("une idée ?", **{"m.mentions": {"user_ids": [world.bot.user]}})
    assert room.heard(3) == [private] * 3


def test_a_direct_room_where_somebody_comes_in_is_a_group_and_an_empty_one_is_left(world: World) -> None:
    gina, hugo = world.users.new("gina"), world.users.new("hugo")
    room = gina.meet(world.bot)
    gina.do("invite", room=room.id, who=hugo.user)
    room.say("la crip du 93")
    assert room.heard(1, seconds=0.7) == []
    hugo.do("leave", room=room.id)
    room.say("la crip du 93")
    assert "01 43 93 10 35" in room.heard(1)[0]
    gina.do("leave", room=room.id)
    for _ in range(100):
        if not world.homeserver.members(room.id):
            break
        time.sleep(0.1)
    assert world.homeserver.members(room.id) == []


def test_an_invitation_of_a_server_that_is_not_allowed_is_refused(world: World) -> None:
    bot = Bot(world.homeserver, world.vigie.url, world.folder / "refus", "refus", VIGIE_MATRIX_SERVERS="autre.test")
    try:
        ines = world.users.new("ines")
        room = ines.do("room", invite=[bot.user])
        assert ines.do("wait_member", room=room, member=bot.user, state="leave"), bot.logged()
        bot.stop(signal.SIGTERM)
        assert bot.process.returncode == 0
    finally:
        bot.stop()


def test_erasing_wipes_the_conversation_and_takes_back_what_the_bot_said(world: World) -> None:
    julie = world.users.new("julie")
    room = julie.meet(world.bot)
    path = ["je suis dans le 93", "étape 4"]
    turns = expected(world, path, "temoin-efface")
    talk(room, path, turns)
    said = len([text for turn in turns for text in turn])
    room.say("effacer")
    for _ in range(50):
        left = room.heard(part=read_texts()["efface"][:20], settle=0.1)
        if left == [read_texts()["efface"]]:
            break
    assert left == [read_texts()["efface"]]
    assert julie.do("redacted", room=room.id) == said
    room.say("reprendre")
    again = room.heard(3)
    assert "Étape 4" not in "".join(again)
    assert again[-1] == what_is_kept()


def test_what_is_no_text_is_answered_and_left_closed(world: World) -> None:
    karim = world.users.new("karim")
    room = karim.meet(world.bot)
    file = read_notice("canal/texte_seulement").text
    text = read_texts()
    event = room.say("bonjour")
    count = len(room.notices(2))
    for content in (
        {"msgtype": "m.image", "body": "photo.jpg", "url": "mxc://vigie.test/abc"},
        {"msgtype": "m.audio", "body": "voix.ogg", "url": "mxc://vigie.test/abc", "org.matrix.msc3245.voice": {}},
        {"msgtype": "m.file", "body": "x.pdf", "url": "mxc://vigie.test/abc"},
        {"msgtype": "m.location", "body": "ici", "geo_uri": "geo:48.8,2.3"},
    ):
        room.send(content)
        count += 1
        assert file in room.heard(count)[-1]
    room.send({"msgtype": "m.sticker", "body": "x", "info": {}, "url": "mxc://vigie.test/abc"}, kind="m.sticker")
    count += 1
    assert file in room.heard(count)[-1]
    edit = {"m.new_content": {"msgtype": "m.text", "body": "bonsoir"}}
    room.say("* bonsoir", **edit, **{"m.relates_to": {"rel_type": "m.replace", "event_id": event}})
    count += 1
    assert room.heard(count)[-1] == text["modifie"]
    karim.do("redact", room=room.id, event=event)
    count += 1
    assert room.heard(count)[-1] == text["supprime"]
    room.send({"msgtype": "m.notice", "body": "un autre robot"})
    room.send({"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": "👍"}}, kind="m.reaction")
    assert len(room.heard(count + 1, seconds=0.5)) == count
    assert event in karim.do("receipts", room=room.id, reader=world.bot.user)


def test_a_message_that_cannot_be_decrypted_is_asked_again(world: World) -> None:
    lea = world.users.new("lea")
    room = lea.meet(world.bot, encrypted=True)
    lea.do("send_sealed", room=room.id)
    assert room.heard(1) == [read_texts()["illisible"]]
    room.say("bonjour")
    assert "Vigie" in room.heard(2)[1]


def test_a_second_process_on_the_same_folder_stops_at_once(world: World) -> None:
    second = subprocess.run(
        [str(PYTHON), "-m", "bot.matrix"], cwd=ROOT, env={**os.environ, **world.bot.environ}, capture_output=True
    )
    assert second.returncode == 1
    assert b"VIGIE_MATRIX_STORE" in second.stderr


def test_the_bots_device_is_signed_by_its_account(world: World) -> None:
    mona = world.users.new("mona")
    mona.meet(world.bot)
    known, bot = mona.do("keys_of", who=world.bot.user), world.bot.user
    [signer] = known["self_signing_keys"][bot]["keys"]
    [master] = known["master_keys"][bot]["keys"]
    [device] = known["device_keys"][bot].values()
    # The homeserver checks a signature before it keeps it.
    assert signer in device["signatures"][bot]
    assert master in known["self_signing_keys"][bot]["signatures"][bot]
