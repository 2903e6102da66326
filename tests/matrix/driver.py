"""From the tests to the Matrix processes: users (JSON lines), the bot, and what Vigie says of the same messages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from itertools import count
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from bot.channels.capabilities import numbered
from tests.matrix.homeserver import PYTHON, Homeserver
from tests.server import ROOT, Server

TOKEN = "jeton-des-essais-du-canal-matrix-0123456789"


class Users:
    """The users' process; `call` waits for the answer, `order` does not."""

    def __init__(self, homeserver: Homeserver, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.homeserver, self.folder = homeserver, folder
        self.process = subprocess.Popen(
            [str(PYTHON), str(Path(__file__).with_name("users.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "users.log").open("ab"),
            text=True,
            bufsize=1,
        )
        self.numbers = count()
        self.answers: dict[int, Queue[dict[str, Any]]] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            answer = json.loads(line)
            self.answers[answer["id"]].put(answer)

    def order(self, do: str, **what: Any) -> int:
        number = next(self.numbers)
        self.answers[number] = Queue()
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"id": number, "do": do, **what}) + "\n")
        self.process.stdin.flush()
        return number

    def result(self, number: int, seconds: float = 60) -> Any:
        try:
            answer = self.answers[number].get(timeout=seconds)
        except Empty:
            raise AssertionError(f"no answer; {(self.folder / 'users.log').read_text()[-2000:]}") from None
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def call(self, do: str, **what: Any) -> Any:
        return self.result(self.order(do, **what))

    def new(self, name: str) -> Person:
        user = self.homeserver.register(name)
        self.call("enter", homeserver=self.homeserver.url, user=name, store=str(self.folder))
        return Person(self, name, user)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)


class Person:
    """One user."""

    def __init__(self, users: Users, name: str, user: str) -> None:
        self.users, self.name, self.user = users, name, user

    def do(self, what: str, **more: Any) -> Any:
        return self.users.call(what, user=self.name, **more)

    def meet(self, bot: Bot, encrypted: bool = False) -> Room:
        """A direct room with the bot in it."""
        room = self.do("room", invite=[bot.user], encrypted=encrypted)
        assert self.do("wait_member", room=room, member=bot.user, state="join"), bot.logged()
        return Room(self, room)


class Room:
    """A room as one user sees it."""

    def __init__(self, person: Person, id: str) -> None:
        self.person, self.id = person, id

    def say(self, text: str, **content: Any) -> str:
        return str(self.person.do("say", room=self.id, text=text, **content))

    def send(self, content: dict[str, Any], kind: str = "m.room.message") -> str:
        return str(self.person.do("send", room=self.id, content=content, kind=kind))

    def notices(self, count: int = 0, **more: Any) -> list[dict[str, Any]]:
        return list(self.person.do("notices", room=self.id, count=count, **more))

    def heard(self, count: int = 0, **more: Any) -> list[str]:
        return [notice["body"] for notice in self.notices(count, **more)]


class Bot:
    """The real Matrix process, its store and its log in `folder`."""

    def __init__(self, homeserver: Homeserver, vigie: str, folder: Path, name: str = "vigie", **environ: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.log = folder, folder / "bot.log"
        self.user = homeserver.register(name)
        self.environ = {
            "VIGIE_MATRIX_HOMESERVER": homeserver.url,
            "VIGIE_MATRIX_USER": self.user,
            "VIGIE_MATRIX_PASSWORD": name,
            "VIGIE_MATRIX_STORE": str(folder / "store"),
            "VIGIE_URL": vigie,
            "VIGIE_API_TOKEN": TOKEN,
            "VIGIE_LOG_LEVEL": "INFO",
            **environ,
        }
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(PYTHON), "-m", "bot.matrix"],
                cwd=ROOT,
                env={**os.environ, **self.environ},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self, how: int = signal.SIGKILL) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=20)

    def logged(self) -> str:
        return self.log.read_text()[-3000:]


def spoken(server: Server, sender: str, messages: list[str]) -> list[list[str]]:
    """What Vigie says of each of `messages`, as texts with numbered choices."""
    found = []
    for message in messages:
        answer = server.http.post(
            f"{server.url}/webhooks/rest/webhook",
            json={"sender": sender, "message": message},
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        assert answer.status_code == 200, answer.text
        found.append([shown.plain().strip() for shown in numbered(answer.json())])
    return found
