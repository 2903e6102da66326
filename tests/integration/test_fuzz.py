"""The channel under ten thousand requests that nobody would write, then the schema's own (schemathesis).

VIGIE_FUZZ sets how many (default 10 000 in CI).
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import string
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import psutil
import pytest

from tests.server import ROOT, Server

pytestmark = pytest.mark.server

REQUESTS = int(os.environ.get("VIGIE_FUZZ", "10000"))
AT_ONCE = 8
LONGEST_BODY = 16_384
WEBHOOK = "/webhooks/rest/webhook"
PIECES = [
    *("il la retient", "93", "/restart", "/urgence/danger_immediat", '/loi{"a":1}', "étape 4", "suivant", "-1", "nan"),
    *("'; DROP TABLE conversations; --", "<script>", "{{7*7}}", "${jndi:x}", "../../etc/passwd", "%00%0a", "🇫🇷"),
    *("06 12 34 56 78", "\u0000", "\u202e", "\ud800", "😀" * 50, "é" * 300, "a" * 5000, "je " * 700),
    *(" " * 2000, "\n" * 500, "0" * 400, "(" * 900, "9" * 30),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    fast = {"VIGIE_RATE_CONVERSATION": "1000000/1", "VIGIE_RATE_ADDRESS": "1000000/1"}
    fast["VIGIE_MAX_CONVERSATIONS"] = "100"  # what is kept in memory on purpose is no leak
    running = Server(tmp_path_factory.mktemp("fuzz"), **fast)
    yield running
    running.stop()


def value(dice: random.Random, depth: int = 0) -> Any:
    """Anything JSON can hold."""
    kind = dice.randrange(9 if depth < 4 else 6)
    if kind == 0:
        return dice.choice([None, True, False, 0, -1, 1e308, 2**70, float("inf")])
    if kind < 5:
        return "".join(dice.choice([*PIECES, dice.choice(string.printable)]) for _ in range(dice.randrange(4)))
    if kind == 5:
        return "".join(chr(dice.randrange(0x2FFFF)) for _ in range(dice.randrange(60)))
    if kind < 8:
        return {str(value(dice, 5)): value(dice, depth + 1) for _ in range(dice.randrange(4))}
    return [value(dice, depth + 1) for _ in range(dice.randrange(4))]


def request(dice: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
    """(method, path, body, headers) of one request; half of them are well formed."""
    sender = dice.choice([None, "a", "b", value(dice), f"s{dice.randrange(500)}"])
    body: Any = {"sender": sender, "message": value(dice)}
    if dice.random() < 0.4:
        body = {"sender": f"s{dice.randrange(500)}", "message": str(value(dice, 5))}
    elif dice.random() < 0.3:
        body = value(dice)
    elif dice.random() < 0.2:
        body.update({"metadata": value(dice), "input_channel": value(dice), "parse_data": value(dice)})
    raw = json.dumps(body).encode("utf-8", "surrogatepass")
    if dice.random() < 0.1:
        raw = raw[: dice.randrange(len(raw) + 1)] + dice.randbytes(dice.randrange(20))
    method = dice.choices(["POST", "GET", "DELETE", "PUT", "OPTIONS", "HEAD", "PATCH"], [80, 4, 6, 3, 3, 2, 2])[0]
    paths = [WEBHOOK, WEBHOOK + "?stream=true", "/webhooks/rest/effacer", "/", "/ready", "/conversations/a/tracker"]
    path = dice.choices(paths, [65, 15, 5, 5, 5, 5])[0]
    headers = {
        "content-type": dice.choice(["application/json", "text/plain", "application/xml", "multipart/form-data"])
    }
    if dice.random() < 0.05:
        headers["origin"] = dice.choice(["null", "https://ailleurs.fr", "http://127.0.0.1"])
    return method, path, raw, headers


async def storm(server: Server, count: int) -> tuple[Counter[int], float, list[str]]:
    """Statuses, the slowest answer in seconds, and what should not have been seen."""
    dice, statuses, wrong, slowest = random.Random(20261121), Counter[int](), list[str](), 0.0
    queue = [request(dice) for _ in range(count)]

    async def client() -> None:
        nonlocal slowest
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as http:
            while queue:
                method, path, body, headers = queue.pop()
                start = time.monotonic()
                try:
                    answer = await http.request(method, path, content=body, headers=headers)
                except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
                    if len(body) > LONGEST_BODY:
                        # Refused for its length before it was all sent: the server has closed the connection.
                        statuses[413] += 1
                        continue
                    # The request before left a body unread, and its connection was closed: a client opens another.
                    start = time.monotonic()
                    answer = httpx.request(method, server.url + path, content=body, headers=headers, timeout=30)
                slowest = max(slowest, time.monotonic() - start)
                statuses[answer.status_code] += 1
                if answer.status_code >= 500 or "Traceback" in answer.text or 'File "' in answer.text:
                    wrong.append(f"{answer.status_code} {method} {path} {body[:200]!r}")
                elif (
                    answer.status_code == 200
                    and path.startswith(WEBHOOK)
                    and method == "POST"
                    and "119" not in answer.text
                ):
                    wrong.append(f"without 119: {body[:200]!r}")

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return statuses, slowest, wrong


def test_ten_thousand_requests_that_nobody_would_write(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    process = psutil.Process(server.process.pid)
    asyncio.run(storm(server, max(REQUESTS // 5, 100)))  # caches fill first
    before = process.memory_info().rss
    statuses, slowest, wrong = asyncio.run(storm(server, REQUESTS))
    grown = process.memory_info().rss / before - 1
    with capsys.disabled():
        counts = dict(sorted(statuses.items()))
        print(f"\n[fuzz] {REQUESTS} requests, {counts}, slowest {slowest:.2f} s, memory {grown:+.1%}")
    assert not wrong, wrong[:5]
    assert slowest < 2
    assert grown < 0.05
    assert "119" in server.say("apres", "bonjour")


def test_the_schema_holds(server: Server) -> None:
    program = shutil.which("schemathesis", path=str(ROOT / ".venv-tools" / "bin"))
    assert program, "schemathesis is not installed: .ci/run installs it"
    checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
    done = subprocess.run(
        [
            program,
            "run",
            "docs/openapi.yml",
            "--url",
            server.url,
            "--checks",
            checks,
            "--max-examples",
            "200",
            "--seed",
            "1",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
