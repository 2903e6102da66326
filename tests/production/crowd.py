"""Users who talk at once: each knows at every turn what it must be answered, and says what it was answered instead."""

from __future__ import annotations

import asyncio
import json
import math
import random
import ssl
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.proxy import NAME

# What a conversation says, and the answer (custom.answer) that tells exactly where it is then.
SAID = ("le numéro de la crip du {}", "/preparer_entretien/commencer", *("étape suivante",) * 9, "le numéro de la crip")
_LINE = ("commencer", "cinq_points", *(f"etape_{n}" for n in range(1, 9)), "issues", "conclure")
PLACES = ("", *(f"preparer_entretien/{step}" for step in _LINE[:10]), "")
DEPARTMENTS = [f"{n:02}" for n in range(1, 96) if n != 20]
_PATIENCE = 40.0  # seconds that a user goes on sending a message again
_PAUSE = 0.5  # seconds before a message is sent again after a broken connection


@dataclass
class Report:
    """What happened to all the users; times are seconds since the start."""

    statuses: Counter[str] = field(default_factory=Counter)
    turns: int = 0
    mixed: int = 0  # an answer of another conversation
    lost: int = 0  # the conversation is behind what it was
    doubled: int = 0  # it is ahead: a message was put to it twice
    failed: int = 0  # nothing to answer, or the answer of a failure
    resent: int = 0
    servers: Counter[str] = field(default_factory=Counter)
    waits: list[tuple[float, float]] = field(default_factory=list)  # when a turn was first sent, until its answer
    disturbed: list[float] = field(default_factory=list)  # when something else than an answer came
    wrong: list[str] = field(default_factory=list)

    def summary(self, events: dict[str, float]) -> dict[str, Any]:
        """As it is written to results/production; `events` are names and times."""
        waits = sorted(wait for _, wait in self.waits)
        first = min(events.values(), default=math.inf)
        # On a machine that is busy with something else, slow is slower than it was before anything happened.
        before = sorted(wait for sent, wait in self.waits if sent + wait < first)
        slow_wait = max(1.0, 2 * before[int(len(before) * 0.95)]) if before else 1.0
        slow = [sent + wait for sent, wait in self.waits if wait > slow_wait and sent + wait > first]
        last = max([*slow, *(at for at in self.disturbed if at > first)], default=first)
        return {
            "turns": self.turns,
            "mixed": self.mixed,
            "lost": self.lost,
            "doubled": self.doubled,
            "failed": self.failed,
            "resent": self.resent,
            "statuses": dict(self.statuses),
            "servers": dict(self.servers),
            "wait_ms": {
                "p50": round(statistics.median(waits) * 1000, 1),
                "p95": round(waits[int(len(waits) * 0.95)] * 1000, 1),
                "max": round(waits[-1] * 1000, 1),
            },
            "slower_than": {"s": round(slow_wait, 1), "turns": len(slow)},
            "events_s": {name: round(at, 1) for name, at in events.items()},
            "recovered_after_s": round(last - first, 1) if events else 0.0,
            "wrong": self.wrong[:20],
        }


class Crowd:
    """`size` conversations, started over `arrival` seconds, with about `think` seconds between two turns."""

    def __init__(self, urls: Sequence[str], size: int = 200, think: float = 8.0, arrival: float = 10.0) -> None:
        self._urls, self._size, self._think, self._arrival = urls, size, think, arrival
        self._random = random.Random(7)
        self.report = Report()
        self._start = time.monotonic()

    @property
    def now(self) -> float:
        """Seconds since the users came."""
        return time.monotonic() - self._start

    async def talk(self) -> Report:
        """Hold every conversation to its end."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connector = aiohttp.TCPConnector(limit=0, ssl=context, force_close=not self._urls[0].startswith("https"))
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(30)) as self._http:
            await asyncio.gather(*(self._hold(number) for number in range(self._size)))
        return self.report

    async def _hold(self, number: int) -> None:
        department = DEPARTMENTS[number % len(DEPARTMENTS)]
        await asyncio.sleep(self._random.uniform(0, self._arrival))
        sender, ahead = "", 0
        for turn, text in enumerate(SAID):
            if turn:
                await asyncio.sleep(self._random.uniform(0, 2 * self._think))
            messages = await self._send(sender, text.format(department))
            self.report.turns += 1
            if not messages:
                self._wrong("failed", number, turn, "no answer")
                return
            if sender and any(one["recipient_id"] != sender for one in messages):
                self._wrong("mixed", number, turn, "the answer of another")
            sender = messages[0]["recipient_id"]
            ahead = self._check(number, turn, ahead, department, messages)

    def _check(self, number: int, turn: int, ahead: int, department: str, messages: list[dict[str, Any]]) -> int:
        """How many turns the conversation is ahead of (or behind) what its user said."""
        customs = [one.get("custom") or {} for one in messages]
        answers = [custom.get("answer") for custom in customs]
        if not any(answers):  # the channel's own words: the turn took too long or broke
            self._wrong("failed", number, turn, "the words of a failure")
            return ahead
        if not PLACES[turn]:
            seen = {custom["department"] for custom in customs if "department" in custom}
            if seen != {department}:
                self._wrong("mixed" if seen else "lost", number, turn, f"{department} expected, {seen} seen: {answers}")
            return ahead
        steps = [a.partition("/")[2] for a in answers if a and a.startswith("preparer_entretien/")]
        if not steps or steps[0] not in _LINE:
            self._wrong("lost", number, turn, f"{PLACES[turn]} expected, {answers} seen")
            return ahead
        found = _LINE.index(steps[0]) - (turn - 1)
        if found != ahead:
            self._wrong("doubled" if found > ahead else "lost", number, turn, f"{PLACES[turn]} {ahead:+}: {answers}")
        return found

    def _wrong(self, kind: str, number: int, turn: int, what: str) -> None:
        setattr(self.report, kind, getattr(self.report, kind) + 1)
        self.report.wrong.append(f"{self.now:.1f} s, conversation {number}, turn {turn + 1}: {kind}, {what}")

    async def _send(self, sender: str, text: str) -> list[dict[str, Any]]:
        """The messages of the answer, after as many tries as it takes; none when patience ran out."""
        body = json.dumps({"message": text, **({"sender": sender} if sender else {})})
        headers = {"Host": NAME, "Content-Type": "application/json"}
        sent = self.now
        while self.now < sent + _PATIENCE:
            url = self._random.choice(self._urls)
            wait = _PAUSE
            try:
                async with self._http.post(f"{url}/webhooks/rest/webhook", data=body, headers=headers) as answer:
                    status = str(answer.status)
                    if answer.status == 200:
                        messages: list[dict[str, Any]] = await answer.json()
                        self.report.statuses[status] += 1
                        self.report.servers[url] += 1
                        self.report.waits.append((sent, self.now - sent))
                        return messages
                    wait = float(answer.headers.get("Retry-After", _PAUSE))
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError) as error:
                status = type(error).__name__
            self.report.statuses[status] += 1
            self.report.disturbed.append(self.now)
            self.report.resent += 1
            await asyncio.sleep(wait)
        return []
