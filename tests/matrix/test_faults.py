"""Homeserver, bot or Vigie killed in mid-conversation: nothing lost, nothing twice; nothing of anybody on disk."""

from __future__ import annotations

import re
import signal
import sqlite3
import stat

import pytest

from bot.matrix.notices import read_texts
from tests.integration.test_privacy import planted
from tests.matrix.conftest import World
from tests.matrix.driver import Room
from tests.matrix.test_channel import expected

pytestmark = pytest.mark.server


def test_the_bot_killed_in_mid_conversation(world: World) -> None:
    path = ["étape 2", "suivant", "pourquoi ?", "étape 6", "la crip du 93", "étape 5"]
    turns = expected(world, path, "temoin-bot")
    room = world.users.new("marc").meet(world.bot)
    room.say(path[0])
    assert room.heard(len(turns[0])) == turns[0]
    world.bot.stop(signal.SIGKILL)
    for text in path[1:4]:
        room.say(text)
    # More than a sync brings: the homeserver leaves the first ones out, the bot asks for them.
    chatter = {"user": room.person.name, "room": room.id, "content": {"msgtype": "m.notice", "body": "robot"}}
    for order in [world.users.order("send", **chatter) for _ in range(55)]:
        world.users.result(order)
    world.bot.start()
    said = [text for turn in turns[:4] for text in turn]
    assert room.heard(len(said)) == said
    for text, turn in zip(path[4:], turns[4:], strict=True):
        # At any moment of its work: the message just arrived.
        room.say(text)
        world.bot.stop(signal.SIGKILL)
        world.bot.start()
        said += turn
        assert room.heard(len(said)) == said
    assert room.heard(settle=0.5) == said


def test_the_homeserver_killed_in_mid_conversation(world: World) -> None:
    path = ["étape 2", "suivant", "la crip du 93"]
    turns = expected(world, path, "temoin-serveur")
    said: list[str] = []
    room = world.users.new("nadia").meet(world.bot, encrypted=True)
    for number, (text, turn) in enumerate(zip(path, turns, strict=True)):
        room.say(text)
        if number == 1:
            world.homeserver.stop(signal.SIGKILL)
            world.homeserver.launch()
            world.homeserver.wait()
        said += turn
        assert room.heard(len(said), seconds=30) == said
    assert room.heard(settle=0.5) == said


def test_vigie_killed_the_user_is_told_and_the_message_is_not_lost(world: World) -> None:
    olga, room = (one := world.users.new("olga")), one.meet(world.bot)
    room.say("bonjour")
    count = len(room.notices(2))
    world.vigie.stop(signal.SIGKILL)
    room.say("la crip du 93")
    told = room.heard(count + 1)[-1]
    assert told == read_texts()["injoignable"]
    assert "17" in told
    assert "119" in told
    world.vigie.start()
    assert "01 43 93 10 35" in room.heard(count + 2, seconds=30)[-1]
    assert olga.do("typed", room=room.id, who=world.bot.user)


def test_nothing_planted_is_on_the_disk_of_vigie_or_of_the_bot(world: World) -> None:
    # Synapse keeps messages, that is what it is for; the two processes that are ours do not.
    rows = planted()[:300]
    assert len(rows) >= 290
    people = [world.users.new(f"plante{n}") for n in range(3)]
    plain, sealed = people[0].meet(world.bot), people[1].meet(world.bot, encrypted=True)
    group = Room(people[2], people[2].do("room", invite=[world.bot.user, people[0].user], direct=False))
    assert people[2].do("wait_member", room=group.id, member=world.bot.user, state="join")
    for person in people:
        person.do("slow_down", pace=1.0)
    sealed.say("bonjour")  # makes the keys: the client of the tests cannot while it sends many at once
    before = kept(world)
    rows = [(text, [one for one in ones if not there(one, before)]) for text, ones in rows]
    assert sum(bool(ones) for _, ones in rows) > 250
    doors = [(plain, "m.text"), (sealed, "m.text"), (plain, "m.image"), *[(group, "m.text")] * 3]
    orders = []
    for number, (text, _) in enumerate(rows):
        # Through every door: said in the clear or sealed, beside an image, in a group.
        room, kind = doors[number % len(doors)]
        content = {"msgtype": kind, "body": text, **({"url": "mxc://vigie.test/a"} if kind == "m.image" else {})}
        orders.append(
            world.users.order("send", user=room.person.name, room=room.id, content=content, kind="m.room.message")
        )
    for order in orders:
        world.users.result(order)
    for room, least in ((plain, len(rows) // 3), (sealed, len(rows) // 6)):
        room.say("la crip du 93")  # answered after all the others
        heard = room.heard(part="01 43 93 10 35", seconds=50)
        assert any("01 43 93 10 35" in text for text in heard)
        assert len(heard) > least
    world.bot.stop(signal.SIGTERM)
    written = kept(world)
    assert [one for _, ones in rows for one in ones if there(one, written)] == []
    without_keys = kept(world, keys=False)
    assert [name for name in ("plante0", "plante3", "claire", "@", "!") if name in without_keys] == []
    world.bot.start()


def kept(world: World, keys: bool = True) -> str:
    """Everything that the bot and Vigie have written; without the bot's `keys`, what is no encryption of nio's."""
    files = [*(world.folder / "bot").rglob("*")]
    files += [*(world.folder / "vigie").rglob("*")] if keys else []
    return "\n".join(
        one.read_bytes().decode("utf-8", "replace")
        for one in files
        if one.is_file() and (keys or (one.name not in ("session.json",) and "keys" not in one.parts))
    )


def there(fragment: str, written: str) -> bool:
    return fragment in written and bool(re.search(rf"(?<!\w){re.escape(fragment)}(?!\w)", written))


def test_the_store_is_closed_to_others_and_holds_no_message(world: World) -> None:
    store = world.folder / "bot/store"
    assert stat.S_IMODE(store.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in store.glob("*.json"))
    with sqlite3.connect(store / "keys/keys.db") as reader:
        tables = {row[0] for row in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        # Where users are named, besides keys and devices: nowhere.
        assert tables <= KEYS, tables - KEYS
        assert reader.execute("SELECT count(*) FROM synctokens").fetchone() == (0,)


KEYS = {
    "accounts",
    "devicekeys",
    "devicetruststate",
    "encryptedrooms",
    "forwardedchains",
    "keys",
    "megolminboundsessions",
    "olmsessions",
    "outgoingkeyrequests",
    "sqlite_sequence",
    "storeversion",
    "synctokens",
    "trackedusers",
}
