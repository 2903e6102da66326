"""Simulated users, run by locust in `.venv-tools`: imports nothing of the project, takes its job from a file.

Each user talks as a professional would: types a question of our training data or presses a button of the answer it has
just read, waits as long as a reader does, and after ten to twelve turns starts another conversation. Ids are those that
the server gives out, as on a public site.
"""

from __future__ import annotations

import json
import os
import random
import time
from itertools import count
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, events, task

JOB: dict[str, Any] = json.loads(Path(os.environ["VIGIE_BENCH_JOB"]).read_text(encoding="utf-8"))
_PATH = "/webhooks/rest/webhook"
_FAILED = "accueil/panne"  # what a user reads when a turn failed

seen: list[tuple[float, float, str]] = []  # end of the turn (epoch), milliseconds, what was wrong ("" for nothing)
_numbers = count()


class Professional(FastHttpUser):  # type: ignore[misc]  # locust is not in the environment that mypy reads
    """One user."""

    connection_timeout = network_timeout = 30.0

    def on_start(self) -> None:
        """Arrive at a moment of one's own."""
        self.chance = random.Random(JOB["seed"] + next(_numbers))
        self.turns_left = 0
        self.buttons: list[str] = []
        self.sender = ""
        gevent.sleep(self.chance.uniform(0, JOB["think_s"]))

    def wait_time(self) -> float:
        """Seconds of reading: independent arrivals, the hardest for a queue."""
        return self.chance.expovariate(1 / JOB["think_s"]) if JOB["think_s"] else 0.0

    @task
    def turn(self) -> None:
        """One message and its answer."""
        if self.turns_left == 0:
            self.turns_left = self.chance.randint(*JOB["turns"])
            self.sender, self.buttons = "", []
        self.turns_left -= 1
        pressed = self.buttons and self.chance.random() < JOB["buttons"]
        message = self.chance.choice(self.buttons) if pressed else self.chance.choice(JOB["typed"])
        body = {"message": message, **({"sender": self.sender} if self.sender else {})}
        start = time.perf_counter()
        with self.client.post(_PATH, json=body, catch_response=True, name="turn") as response:
            elapsed = (time.perf_counter() - start) * 1000
            wrong = self._read(response)
            response.failure(wrong) if wrong else response.success()
        if not seen:  # the time is counted from the first answer
            gevent.spawn_later(JOB["seconds"], self.environment.runner.quit)
        seen.append((time.time(), round(elapsed, 3), wrong))

    def _read(self, response: Any) -> str:
        """Remember the id and the choices of an answer; what is wrong with it."""
        if response.status_code != 200:
            return f"status {response.status_code}"
        messages = response.json()
        if not messages:
            return "silence"
        if self.sender and messages[0]["recipient_id"] != self.sender:
            return "another conversation"
        self.sender = messages[0]["recipient_id"]
        self.buttons = [button["payload"] for message in messages for button in message.get("buttons", [])]
        if any(message.get("custom", {}).get("answer") == _FAILED for message in messages):
            return "failure notice"
        return ""


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def write(**_: Any) -> None:
    """Leave what was seen."""
    Path(JOB["output"]).write_text(json.dumps({"seen": seen, "cpu_s": time.process_time()}), encoding="utf-8")
