"""Nothing proprietary in the way of someone who knows Rasa: `run` with `run actions`, through `python -m bot`."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.ports import free_port

pytestmark = pytest.mark.server

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT = 120


@contextlib.contextmanager
def command(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments], cwd=ROOT, env=dict(os.environ), stdout=output, stderr=output
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=20)


def test_rasa_run_with_its_own_action_server_gives_the_same_answer(tmp_path: Path) -> None:
    port = free_port()
    with (
        command("run", "actions", log=tmp_path / "actions.log"),
        command("run", "--port", str(port), "--model", "models/vigie.tar.gz", log=tmp_path / "run.log"),
    ):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                body = json.dumps({"sender": "rasa", "message": "/preparer_entretien/etape_4"})
                answer = httpx.post(f"http://127.0.0.1:{port}/webhooks/rest/webhook", content=body, timeout=20)
                break
            time.sleep(0.5)
        else:
            raise AssertionError((tmp_path / "run.log").read_text())
    text = answer.json()[-1]["text"]
    assert "Étape 4 sur 8" in text
    assert "119" in text
