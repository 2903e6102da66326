"""The client, a process of its own: closed-loop users on keep-alive sockets. Reads a job on stdin, writes its results.

Plain asyncio streams and a dozen lines of HTTP/1.1: an HTTP library would cost more than the server it measures.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

_LONGEST_REPLY = 60.0  # seconds


@dataclass(frozen=True)
class Job:
    """What to send: `warmup` messages that are not counted, then `count`, by `clients` users at a time."""

    port: int
    clients: int
    warmup: int
    count: int
    turns: int  # turns of a conversation, before the user starts another one
    prefix: str  # of the senders' ids
    marker: str  # a text whose presence in an answer is counted
    messages: list[str]


@dataclass
class Measured:
    """What was seen; times in milliseconds, `seconds` for the whole."""

    latencies: list[float] = field(default_factory=list)
    errors: int = 0
    empty: int = 0
    marked: int = 0
    seconds: float = 0.0
    client_cpu_seconds: float = 0.0


class Connection:
    """One keep-alive connection, opened again after a failure."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, sender: str, message: str) -> list[dict[str, object]]:
        """The messages of one turn; raises OSError or ValueError when there is no proper answer."""
        body = json.dumps({"sender": sender, "message": message}).encode()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(
            b"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = await reader.readexactly(length)
        if head[9:12] != b"200":
            raise ValueError(head[9:12].decode())
        return list(json.loads(answer))

    def close(self) -> None:
        """Drop the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def send(job: Job, count: int, phase: str) -> Measured:
    """Send `count` messages, each user waiting for an answer before going on."""
    seen = Measured()
    numbers = iter(range(count))
    start, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(_user(job, numbers, f"{job.prefix}-{phase}-{user}", seen) for user in range(job.clients)))
    seen.seconds = time.perf_counter() - start
    seen.client_cpu_seconds = time.process_time() - cpu
    return seen


async def _user(job: Job, numbers: Iterator[int], name: str, seen: Measured) -> None:
    connection = Connection(job.port)
    for turn in itertools.count():
        number = next(numbers, None)
        if number is None:
            break
        sender = f"{name}-{turn // job.turns}"
        sent = time.perf_counter()
        try:
            answer = await asyncio.wait_for(
                connection.post(sender, job.messages[number % len(job.messages)]), _LONGEST_REPLY
            )
        except (OSError, EOFError, ValueError, asyncio.TimeoutError):
            seen.errors += 1
            connection.close()
            continue
        seen.latencies.append((time.perf_counter() - sent) * 1000)
        seen.empty += not answer
        seen.marked += any(message.get("text") == job.marker for message in answer)
    connection.close()


async def run(job: Job) -> Measured:
    """Warm up, then measure."""
    await send(job, job.warmup, "warmup")
    return await send(job, job.count, "measure")


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(run(Job(**json.load(sys.stdin)))))))
