"""The parts of Rasa that Vigie replaces do what they replace."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.engine.absent_libraries import needed_by
from bot.engine.startup import prepare_imports

ROOT = Path(__file__).resolve().parents[2]
prepare_imports(ROOT / "config.yml")


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def make_store(monkeypatch: pytest.MonkeyPatch, clock: FakeClock, **environ: str):  # type: ignore[no-untyped-def]
    from rasa.shared.core.domain import Domain

    from bot.engine.tracker_store import ConversationStore

    environ = {"VIGIE_CONVERSATIONS_URL": "sqlite://", **environ}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    domain = Domain.from_dict({"slots": {"lieu": {"type": "text", "mappings": [{"type": "custom"}]}}})
    return ConversationStore(domain, clock=clock)


def test_a_conversation_is_forgotten_after_the_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    store = make_store(monkeypatch, clock, VIGIE_IDLE_MINUTES="60")

    async def scenario() -> list[bool]:
        await store.get_or_create_tracker("a")
        seen = [await store.exists("a")]
        clock.now = 59 * 60
        seen.append(await store.exists("a"))
        clock.now = 61 * 60
        seen.append(await store.exists("a"))
        return seen

    assert asyncio.run(scenario()) == [True, True, False]


def test_the_oldest_conversation_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    store = make_store(monkeypatch, FakeClock(), VIGIE_MAX_CONVERSATIONS="2")

    async def scenario() -> list[str]:
        for sender in ("a", "b", "c"):
            await store.get_or_create_tracker(sender)
        return list(await store.keys())

    assert asyncio.run(scenario()) == ["b", "c"]


def test_slots_outlive_the_events_that_set_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered

    from bot.engine.live_tracker import MAX_EVENTS

    store = make_store(monkeypatch, FakeClock())

    async def scenario() -> tuple[object, object, int, int]:
        tracker = await store.get_or_create_tracker("a")
        tracker.update(SlotSet("lieu", "93"))
        await store.save(tracker)
        for _ in range(50):
            tracker = await store.retrieve("a")
            tracker.update(UserUttered("bonjour"))
            tracker.update(ActionExecuted("action_listen"))
            await store.save(tracker)
        tracker = await store.retrieve("a")
        changed = tracker.copy()
        changed.update(SlotSet("lieu", "94"))
        return tracker.get_slot("lieu"), changed.get_slot("lieu"), len(tracker.events), len(tracker.applied_events())

    kept, changed, events, turn = asyncio.run(scenario())
    assert kept == "93"
    assert changed == "94"
    assert events == MAX_EVENTS
    assert turn <= 3


def utter(tracker: Any, text: str, *more: Any) -> None:
    from rasa.shared.core.events import ActionExecuted, UserUttered

    tracker.update(UserUttered(text, intent={"name": "loi"}, parse_data={"text": text, "intent": {"name": "loi"}}))
    for event in more:
        tracker.update(event)
    tracker.update(ActionExecuted("action_listen"))


def test_the_words_of_a_turn_are_forgotten_once_it_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    store = make_store(monkeypatch, FakeClock())

    async def scenario() -> Any:
        tracker = await store.get_or_create_tracker("a")
        utter(tracker, "elle s'appelle zanzibar")
        await store.save(tracker)
        return await store.retrieve("a")

    tracker = asyncio.run(scenario())
    assert "zanzibar" not in json.dumps([event.as_dict() for event in tracker.events])
    assert tracker.latest_message.intent == {"name": "loi"}


def test_a_restart_finds_slots_and_choices_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from rasa.shared.core.events import BotUttered, SlotSet

    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    buttons = {"buttons": [{"title": "La loi", "payload": "/loi/interdiction"}]}

    async def before() -> None:
        store = make_store(monkeypatch, FakeClock(), VIGIE_CONVERSATIONS_URL=url)
        tracker = await store.get_or_create_tracker("a")
        for turn in range(30):
            utter(tracker, f"zanzibar {turn}", SlotSet("lieu", "93"), BotUttered("texte", buttons))
            await store.save(tracker)

    async def after() -> Any:
        return await make_store(monkeypatch, FakeClock(), VIGIE_CONVERSATIONS_URL=url).retrieve("a")

    asyncio.run(before())
    tracker = asyncio.run(after())
    assert tracker.get_slot("lieu") == "93"
    assert [e.data["buttons"] for e in tracker.events if isinstance(e, BotUttered)][-1] == buttons["buttons"]
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"zanzibar" not in kept
    assert b"texte" not in kept


@pytest.mark.parametrize("how", ["erased", "restarted", "expired"])
def test_no_row_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str) -> None:
    from rasa.shared.core.events import Restarted, SlotSet

    clock = FakeClock()
    store = make_store(monkeypatch, clock, VIGIE_CONVERSATIONS_URL=f"sqlite:///{tmp_path / 'c.sqlite'}")

    async def scenario() -> Any:
        tracker = await store.get_or_create_tracker("a")
        utter(tracker, "bonjour", SlotSet("lieu", "zanzibar"))
        await store.save(tracker)
        assert store._disk.count() == 1
        if how == "erased":
            await store.delete("a")
        elif how == "restarted":
            utter(tracker, "efface", Restarted())
            await store.save(tracker)
        else:
            clock.now += 3601
            await store.purge()
        return await store.retrieve("a")

    assert asyncio.run(scenario()) is None
    assert store._disk.count() == 0
    assert b"zanzibar" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_a_disk_that_fails_loses_nothing_and_is_caught_up_with(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from rasa.shared.core.events import SlotSet

    folder = tmp_path / "absent"
    url = f"sqlite:///{folder / 'c.sqlite'}"
    store = make_store(monkeypatch, FakeClock(), VIGIE_CONVERSATIONS_URL=url)

    async def scenario() -> tuple[Any, bool]:
        tracker = await store.get_or_create_tracker("a")
        utter(tracker, "bonjour", SlotSet("lieu", "93"))
        await store.save(tracker)
        seen = (await store.retrieve("a")).get_slot("lieu"), await store.check()
        folder.mkdir()
        store._not_before = 0.0
        await store.purge()
        return seen

    assert asyncio.run(scenario()) == ("93", False)
    assert [one.message for one in caplog.records].count("Conversations are written to disk again.") == 1
    again = make_store(monkeypatch, FakeClock(), VIGIE_CONVERSATIONS_URL=url)
    assert asyncio.run(again.retrieve("a")).get_slot("lieu") == "93"


def test_a_damaged_snapshot_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    store = make_store(monkeypatch, FakeClock())
    store._disk.save("a", "{", 1e12)
    assert asyncio.run(store.retrieve("a")) is None


def test_a_malformed_result_of_an_action_never_reaches_the_dialogue() -> None:
    from rasa.core.actions.action import RemoteAction
    from rasa_sdk.executor import ActionExecutor

    from bot.engine.inprocess_actions import trust_inprocess_results

    trust_inprocess_results()
    assert RemoteAction("action_x", None)._validate_action_result({"events": []})
    # What the schema used to refuse is dropped before, by rasa_sdk itself.
    assert ActionExecutor().validate_events([{"name": "no event"}, "x", {"event": "restart"}], "x") == [
        {"event": "restart"}
    ]


def test_an_unknown_action_is_an_error_that_rasa_understands() -> None:
    from rasa.utils.endpoints import ClientResponseError

    from bot.engine.inprocess_actions import InProcessActions

    call = {"next_action": "action_inconnue", "tracker": {"sender_id": "a", "slots": {}, "events": []}}
    with pytest.raises(ClientResponseError):
        asyncio.run(InProcessActions("actions").request(json=call))


@pytest.mark.parametrize(
    ("pipeline", "policies", "needed"),
    [
        (["bot.nlu.x.X"], ["RulePolicy"], False),
        (["bot.nlu.x.X", "DIETClassifier"], ["RulePolicy"], True),
        (["bot.nlu.x.X"], ["RulePolicy", "TEDPolicy"], True),
        ([], [], False),
    ],
)
def test_heavy_libraries_stay_when_a_component_may_use_them(
    pipeline: list[str], policies: list[str], needed: bool
) -> None:
    config = {"pipeline": [{"name": n} for n in pipeline], "policies": [{"name": n} for n in policies]}
    assert needed_by(config) is needed


def test_a_placeholder_says_what_to_do_when_it_is_really_used() -> None:
    script = (
        "from bot.engine.absent_libraries import stand_in, AbsentLibraryError\n"
        "stand_in(['tensorflow'])\n"
        "import tensorflow as tf\n"
        "from tensorflow.keras.layers import Dense\n"
        "class Model(tf.keras.Model):\n    pass\n"
        "@tf.function\ndef f():\n    return 1\n"
        "assert f() == 1\n"
        "try:\n    tf.constant(3)\nexcept AbsentLibraryError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "python -m bot run" in done.stdout


def test_a_situation_is_the_intent_and_the_actions_run_since() -> None:
    from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.engine.one_turn_rules import situation_of

    tracker = DialogueStateTracker.from_events("a", [])
    assert situation_of(tracker) is None
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered("que risque le client", intent={"name": "loi", "confidence": 1.0}))
    assert situation_of(tracker) == ("loi", ())
    tracker.update(ActionExecuted("utter_loi"))
    tracker.update(ActionExecuted("action_reprendre_parcours"))
    assert situation_of(tracker) == ("loi", ("action_reprendre_parcours", "utter_loi"))
    tracker.update(ActionExecutionRejected("action_x"))
    assert situation_of(tracker) is None


def test_messages_of_one_conversation_wait_for_one_another_and_others_do_not() -> None:
    from bot.engine.lock_store import ConversationLocks

    async def scenario() -> list[str]:
        locks, seen = ConversationLocks(), []

        async def turn(sender: str, name: str, pauses: int) -> None:
            async with locks.lock(sender):
                for _ in range(pauses):
                    await asyncio.sleep(0)
                seen.append(name)

        await asyncio.gather(turn("a", "a1", 50), turn("a", "a2", 1), turn("b", "b1", 1))
        assert not locks._held
        return seen

    assert asyncio.run(scenario()) == ["b1", "a1", "a2"]


def test_a_turn_that_fails_leaves_no_word_and_no_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from rasa.shared.core.events import SlotSet

    store = make_store(monkeypatch, FakeClock(), VIGIE_CONVERSATIONS_URL=f"sqlite:///{tmp_path / 'c.sqlite'}")

    async def scenario() -> Any:
        tracker = await store.get_or_create_tracker("a")
        utter(tracker, "bonjour", SlotSet("lieu", "93"))
        await store.save(tracker)
        failing = await store.retrieve("a")
        utter(failing, "zanzibar", SlotSet("lieu", "94"))  # never saved
        store._behind.add("a")
        await store.purge()
        return await store.retrieve("a")

    tracker = asyncio.run(scenario())
    assert tracker.get_slot("lieu") == "93"
    assert "zanzibar" not in json.dumps([event.as_dict() for event in tracker.events])
    assert b"zanzibar" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_the_conversations_file_is_its_owners_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = make_store(monkeypatch, FakeClock(), VIGIE_CONVERSATIONS_URL=f"sqlite:///{tmp_path / 'c.sqlite'}")
    assert asyncio.run(store.check())
    assert {oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()} == {"0o600"}


def test_an_erasure_that_the_disk_refuses_is_owed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = make_store(
        monkeypatch, FakeClock(), VIGIE_CONVERSATIONS_URL=f"sqlite:///{tmp_path / 'absent' / 'c.sqlite'}"
    )
    assert not asyncio.run(store.delete("a"))
    assert store.owes_erasure("a")
    assert not store.owes_erasure("b")


def make_two_stores(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *clocks: FakeClock) -> list[Any]:
    """Two servers on one database."""
    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    return [make_store(monkeypatch, clock, VIGIE_CONVERSATIONS_URL=url) for clock in clocks]


async def one_turn(store: Any, place: str) -> None:
    from rasa.shared.core.events import SlotSet

    tracker = await store.get_or_create_tracker("a")
    utter(tracker, "suivant", SlotSet("lieu", place))
    await store.save(tracker)


async def place_in(store: Any) -> object:
    tracker = await store.retrieve("a")
    return tracker and tracker.get_slot("lieu")


def test_a_clock_that_is_behind_loses_no_turn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ahead, behind = FakeClock(), FakeClock()
    ahead.now = 5.0
    one, two = make_two_stores(monkeypatch, tmp_path, ahead, behind)

    async def scenario() -> list[object]:
        await one_turn(one, "01")
        await one_turn(two, "02")
        seen = [await place_in(one)]
        await one_turn(one, "03")
        return [*seen, await place_in(two)]

    assert asyncio.run(scenario()) == ["02", "03"]


def test_two_servers_without_locks_leave_one_whole_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from rasa.shared.core.events import SlotSet

    clocks = FakeClock(), FakeClock()
    one, two = make_two_stores(monkeypatch, tmp_path, *clocks)

    async def scenario() -> list[object]:
        trackers = [await store.get_or_create_tracker("a") for store in (one, two)]
        for clock, tracker, place in zip(clocks, trackers, ("01", "02"), strict=True):
            clock.now += 1 if place == "02" else 2
            utter(tracker, "suivant", SlotSet("lieu", place))
        await one.save(trackers[0])
        await two.save(trackers[1])  # begun before, written after
        return [await place_in(one), await place_in(two)]

    assert asyncio.run(scenario()) == ["01", "01"]


def test_a_conversation_answered_blindly_never_replaces_the_one_on_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from bot.engine.tracker_store import DiskError

    one, two = make_two_stores(monkeypatch, tmp_path, FakeClock(), FakeClock())

    async def refuse(*_: Any) -> None:
        raise DiskError

    async def scenario() -> list[object]:
        await one_turn(one, "01")
        with monkeypatch.context() as patch:
            patch.setattr(two, "_ask", refuse)
            await one_turn(two, "02")
            seen = [await place_in(two)]
        await two.purge()
        return [*seen, await place_in(one), await place_in(two)]

    assert asyncio.run(scenario()) == ["02", "01", "01"]


def test_a_conversation_in_memory_takes_the_slots_of_another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.shared.core.domain import Domain

    store = make_store(monkeypatch, FakeClock())
    slots = {name: {"type": "text", "mappings": [{"type": "custom"}]} for name in ("lieu", "besoin")}

    async def scenario() -> Any:
        await one_turn(store, "93")
        store.domain = Domain.from_dict({"slots": slots})
        return await store.retrieve("a")

    tracker = asyncio.run(scenario())
    assert tracker.get_slot("lieu") == "93"
    assert "besoin" in tracker.slots


def test_between_turns_no_turn_is_under_way_and_new_ones_wait() -> None:
    from bot.engine.lock_store import ConversationLocks

    async def scenario() -> list[str]:
        locks, seen = ConversationLocks(), []

        async def turn(name: str) -> None:
            async with locks.lock(name):
                seen.append(f"{name} begins")
                await asyncio.sleep(0.01)
                seen.append(f"{name} ends")

        first = asyncio.ensure_future(turn("a"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        exchange = locks.between_turns(5.0)
        async with exchange:
            second = asyncio.ensure_future(turn("b"))
            await asyncio.sleep(0.03)
            seen.append("exchange")
        await asyncio.gather(first, second)
        return seen

    assert asyncio.run(scenario()) == ["a begins", "a ends", "exchange", "b begins", "b ends"]
