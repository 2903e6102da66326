"""`python -m tests.benchmarks.matrix`: Vigie on Matrix beside a bare echo bot; writes docs/benchmarks/matrix.*."""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.bench import describe_run
from tests.matrix.driver import TOKEN, Bot, Room, Users
from tests.matrix.homeserver import PYTHON, Homeserver
from tests.server import ROOT, Server

DOCS = ROOT / "docs" / "benchmarks"
BUDGET = 1.5  # Vigie's p50 over the echo bot's
ASKED = ("que risque le client ?", "étape 4", "suivant", "la crip du 93", "qu'est-ce que l'emprise ?")
WARM_UP = 5


def main(argv: list[str]) -> int:
    """Measure and write; 0 when it went to its end, whatever the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.matrix", description=__doc__)
    parser.add_argument("--blocks", type=int, default=10, help="blocks of five messages to each, in turn")
    parser.add_argument("--output", type=Path, default=DOCS, help="where to write (default: docs/benchmarks)")
    options = parser.parse_args(argv)
    results = describe_run("python -m tests.benchmarks.matrix", argv)
    with tempfile.TemporaryDirectory(prefix="vigie-matrix-") as folder:
        results |= _measure(Path(folder), options.blocks)
    results["machine"]["load_average_after"] = round(os.getloadavg()[0], 2)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "matrix.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (options.output / "matrix.md").write_text(_page(results), encoding="utf-8")
    print(_table(results))
    return 0


def _measure(folder: Path, blocks: int) -> dict[str, Any]:
    (folder / "vigie").mkdir()
    (folder / "echo").mkdir()
    homeserver = Homeserver(folder / "homeserver")
    vigie = Server(folder / "vigie", VIGIE_API_TOKEN=TOKEN)
    homeserver.wait()
    users, bot = Users(homeserver, folder / "users"), Bot(homeserver, vigie.url, folder / "bot")
    echoed = homeserver.register("echo")
    echo = subprocess.Popen(
        [str(PYTHON), str(ROOT / "tests/matrix/echo.py"), homeserver.url, "echo", str(folder / "echo")],
        stderr=subprocess.DEVNULL,
    )
    try:
        rounds: dict[str, list[float]] = {}
        rooms = {}
        for encrypted in (False, True):
            how = "encrypted" if encrypted else "plain"
            person = users.new(f"user-{how}")
            rooms["vigie", how] = person.meet(bot, encrypted)
            id = person.do("room", invite=[echoed], encrypted=encrypted)
            assert person.do("wait_member", room=id, member=echoed, state="join", seconds=30)
            rooms["echo", how] = Room(person, id)
        for (who, how), room in rooms.items():
            _rounds(room, WARM_UP)
            rounds[f"{who} {how}"] = []
        for _ in range(blocks):
            for (who, how), room in rooms.items():
                rounds[f"{who} {how}"] += _rounds(room, len(ASKED))
        memory = {
            name: round(psutil.Process(process.pid).memory_info().rss / 1e6)
            for name, process in (("bot", bot.process), ("echo", echo), ("synapse", homeserver.process))
        }
    finally:
        echo.kill()
        bot.stop()
        users.stop()
        vigie.stop(signal.SIGKILL)
        homeserver.stop()
    return {"milliseconds": {k: [round(1000 * s, 1) for s in v] for k, v in rounds.items()}, "memory_mb": memory}


def _rounds(room: Room, count: int) -> list[float]:
    texts = [ASKED[n % len(ASKED)] for n in range(count)]
    return list(room.person.do("rounds", room=room.id, texts=texts))


def _quantile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[round(100 * share) - 1]


def _table(results: dict[str, Any]) -> str:
    took = results["milliseconds"]
    lines = ["| what | Vigie | echo bot | ratio | budget | met |", "|---|---:|---:|---:|---:|:---:|"]
    for how in ("plain", "encrypted"):
        for share in (0.5, 0.95):
            ours, bare = (_quantile(took[f"{who} {how}"], share) for who in ("vigie", "echo"))
            verdict = (f"<= {BUDGET}", "yes" if ours / bare <= BUDGET else "**no**") if share == 0.5 else ("", "")
            lines.append(
                f"| {how} room, round trip, p{share * 100:.0f} (ms) | {ours:.0f} | {bare:.0f} | {ours / bare:.2f} | "
                f"{verdict[0]} | {verdict[1]} |"
            )
    memory = results["memory_mb"]
    lines.append(f"| resident memory (MB) | {memory['bot']} | {memory['echo']} |  |  |  |")
    return "\n".join(lines)


def _page(results: dict[str, Any]) -> str:
    machine, count = results["machine"], len(results["milliseconds"]["vigie plain"])
    return (
        "\n\n".join(
            [
                "# Benchmark: Vigie on Matrix beside a bare echo bot",
                "Written by `python -m tests.benchmarks.matrix` from [matrix.json](matrix.json); do not edit.",
                f"`{results['command']}`, {results['date']}, {machine['system']}, {machine['processor']}, "
                f"{machine['cores']} cores, {machine['memory_gb']} GB, load average {machine['load_average_after']} at "
                f"the end (these processes included). Synapse 1.163.2 on SQLite, matrix-nio 0.26.0, on loopback; "
                f"{results['memory_mb']['synapse']} MB for Synapse.",
                _table(results),
                "## How it is measured\n\n"
                f"- One user sends, waits for the first notice that follows, rests 120 ms; {count} messages in each "
                "room, by blocks of five, one room after the other in turn, after a warm-up of five.\n"
                "- From the call that sends to the notice decrypted by the user's client: the homeserver is crossed "
                "twice. The clients, the homeserver, both bots and Vigie share the machine.\n"
                "- The echo bot (`tests/matrix/echo.py`) is matrix-nio's own loop: it keeps no token, shows no "
                "receipt, and says again what it heard. Vigie's answers are longer (their HTML doubles them), and "
                "often of two messages: the second one is not in the figures.\n"
                f"- Messages: {', '.join(f'« {text} »' for text in ASKED)}.",
            ]
        )
        + "\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
