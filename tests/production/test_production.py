"""Two servers, PostgreSQL, Redis and nginx: what users see when parts of it stop, restart or change."""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.production.crowd import Crowd
from tests.production.installation import Installation
from tests.server import ROOT

pytestmark = pytest.mark.server

RESULTS = ROOT / "results/production"
Event = Callable[[Installation], Any]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    running = Installation(tmp_path_factory.mktemp("production"))
    try:
        yield running
    finally:
        running.stop()


def hold(
    name: str, urls: Sequence[str], installation: Installation, *events: tuple[float, str, Event], **options: Any
) -> dict[str, Any]:
    """Hold the conversations of a crowd while `events` (seconds, name, what is done) happen; what was seen."""
    happened: dict[str, float] = {}

    async def all_of_it() -> dict[str, Any]:
        crowd = Crowd(urls, **options)
        talking = asyncio.ensure_future(crowd.talk())
        for at, what, event in events:
            await asyncio.sleep(max(0.0, at - crowd.now))
            happened[what] = crowd.now
            await asyncio.get_running_loop().run_in_executor(None, event, installation)
            happened[f"{what}: done"] = crowd.now
        return (await talking).summary(happened)

    summary = asyncio.run(all_of_it())
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\n{name}: {json.dumps(summary, ensure_ascii=False)}")
    return summary


def nothing_wrong(seen: dict[str, Any], *allowed: str) -> None:
    assert seen["turns"] == 200 * 12
    for kind in {"mixed", "lost", "doubled", "failed"} - set(allowed):
        assert seen[kind] == 0, seen["wrong"]


def test_conversations_mixed_over_two_servers(installation: Installation) -> None:
    seen = hold("conversations", installation.urls, installation)
    nothing_wrong(seen)
    assert seen["resent"] == 0
    assert min(seen["servers"][url] for url in installation.urls) > 1000


def test_a_server_is_killed_and_restarted(installation: Installation) -> None:
    def kill(world: Installation) -> None:
        world.servers[0].stop(signal.SIGKILL)

    def start(world: Installation) -> None:
        world.servers[0].start()

    seen = hold("kill", [installation.url], installation, (15, "kill -9", kill), (17, "start", start))
    # A turn that was saved and not answered when its server was killed is understood twice (docs/adr/0010).
    nothing_wrong(seen, "doubled")
    assert seen["doubled"] <= 3
    assert seen["resent"] < 30


def test_redis_restarts(installation: Installation) -> None:
    def restart(world: Installation) -> None:
        world.redis.stop()
        world.redis.start()

    def leave_for_a_while(world: Installation) -> None:
        world.redis.stop()
        time.sleep(5)
        world.redis.start()

    seen = hold(
        "redis", [installation.url], installation, (12, "restart", restart), (25, "five seconds", leave_for_a_while)
    )
    nothing_wrong(seen)
    assert seen["resent"] == 0


def test_postgresql_restarts(installation: Installation) -> None:
    def restart(world: Installation) -> None:
        world.postgresql.stop("fast")
        world.postgresql.start()

    seen = hold("postgresql", [installation.url], installation, (15, "restart", restart))
    nothing_wrong(seen)


def test_servers_are_replaced_one_after_the_other(installation: Installation) -> None:
    def replace(number: int) -> Event:
        def one(world: Installation) -> None:
            world.servers[number].stop()
            world.servers[number].start()

        return one

    seen = hold("rolling", [installation.url], installation, (10, "first", replace(0)), (25, "second", replace(1)))
    nothing_wrong(seen)
    assert seen["resent"] == 0


def test_model_and_directory_change(installation: Installation, tmp_path: Path) -> None:
    models = installation.models
    former = models / "vigie-precedent.tar.gz"
    # The same model in another archive: its fingerprint tells that it was loaded.
    former.write_bytes(gzip.compress(gzip.decompress((models / "vigie.tar.gz").read_bytes()), 5))
    shutil.copy(models / "vigie.sha256", models / "vigie-precedent.sha256")
    version = installation.ready(0)["version"]
    tables = tmp_path / "directory"
    shutil.copytree(ROOT / "data/directory", tables)
    changed = 0
    for file in tables.glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        changed += text.count("01 43 93 10 35")
        file.write_text(text.replace("01 43 93 10 35", "01 43 93 99 99"), encoding="utf-8")
    assert changed

    def reload_model(world: Installation) -> None:
        world.run("model", "rollback")
        for number, server in enumerate(world.servers):
            server.process.send_signal(signal.SIGHUP)
            world.wait_for(number, reload="ok", version=former_version(models))

    def damage_model(world: Installation) -> None:
        sound = (models / "vigie.tar.gz").read_bytes()
        (models / "vigie.tar.gz").write_bytes(sound[:100_000])
        world.servers[0].process.send_signal(signal.SIGHUP)
        world.wait_for(0, reload="failed")
        (models / "vigie.tar.gz").write_bytes(sound)
        world.servers[0].process.send_signal(signal.SIGHUP)
        world.wait_for(0, reload="ok")

    def load_directory(world: Installation) -> None:
        world.run("directory", "load", *(str(tables / name) for name in ("france.csv", "ile-de-france.csv")))

    seen = hold(
        "reload",
        [installation.url],
        installation,
        (8, "model", reload_model),
        (25, "damaged model", damage_model),
        (40, "directory", load_directory),
    )
    nothing_wrong(seen)
    assert seen["resent"] == 0
    assert installation.ready(0)["version"] != version
    for server in installation.servers:
        body = json.dumps({"message": "le numéro de la crip du 93"})
        said = server.post(body).text
        assert "01 43 93 99 99" in said
        assert "01 43 93 10 35" not in said


def former_version(models: Path) -> str:
    from bot.monitoring.metrics import model_identity

    return model_identity(models / "vigie.tar.gz")[0]


def test_two_messages_of_one_conversation_at_once(installation: Installation) -> None:
    async def talk() -> list[set[str]]:
        async with httpx.AsyncClient(timeout=30) as http:

            async def say(url: str, text: str, sender: str = "") -> list[dict[str, Any]]:
                body = {"message": text, **({"sender": sender} if sender else {})}
                answer = await http.post(f"{url}/webhooks/rest/webhook", content=json.dumps(body))
                assert answer.status_code == 200
                return list(answer.json())

            seen = []
            for _ in range(10):
                sender = (await say(installation.urls[0], "/preparer_entretien/cinq_points"))[0]["recipient_id"]
                for _ in range(4):
                    both = await asyncio.gather(*(say(url, "étape suivante", sender) for url in installation.urls))
                    seen.append({said[0]["custom"]["answer"] for said in both})
            return seen

    expected = [{f"preparer_entretien/etape_{n}", f"preparer_entretien/etape_{n + 1}"} for n in (1, 3, 5, 7)]
    assert asyncio.run(talk()) == expected * 10
