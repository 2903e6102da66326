"""Replay: each scenario's conversation of a professional with Vigie, over HTTP, as a regression test."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.content.faults import stigmatising_words
from bot.logic.normalisation import fold
from bot.logic.scenario import Expected, Message, Scenario
from bot.trainer.wording import Wording, listed

TRAFFIC = {"X-Vigie-Traffic": "essai"}  # such messages are never counted as real use
_ROUTE = "/webhooks/rest/webhook"
_EMERGENCY = ("17", "15", "112", "114")  # the 15 when life is at risk, the 17 for every other danger
_TIMEOUT = 30  # seconds for one message
_MOST_TRIES = 4
_LONGEST_WAIT = 20.0  # seconds that a busy server may ask for

Turn = Sequence[Mapping[str, Any]]  # messages of the REST contract


class UnreachableError(Exception):
    """Nobody answers there, or not as Vigie does."""


class Answers(Protocol):
    """Whoever answers a message of a conversation."""

    def say(self, sender: str | None, text: str) -> Turn:
        """The messages answered; the first message of a conversation has no sender."""


@dataclass(frozen=True)
class Broken:
    """An expectation that is not held: what was expected and what came."""

    expected: str
    received: str


@dataclass(frozen=True)
class Played:
    """One message and its answer."""

    message: Message
    turn: Turn
    broken: tuple[Broken, ...]


@dataclass(frozen=True)
class Replayed:
    """One scenario and the seconds that it took."""

    scenario: Scenario
    played: tuple[Played, ...]
    seconds: float

    @property
    def broken(self) -> int:
        """Expectations that are not held."""
        return sum(len(one.broken) for one in self.played)


@dataclass(frozen=True)
class Result:
    """A whole run against `url`."""

    url: str
    scenarios: tuple[Replayed, ...]
    seconds: float

    @property
    def failures(self) -> int:
        """Expectations that are not held."""
        return sum(one.broken for one in self.scenarios)

    @property
    def messages(self) -> int:
        """Messages sent."""
        return sum(len(one.played) for one in self.scenarios)


class OverHttp:
    """A running Vigie."""

    def __init__(self, url: str, token: str) -> None:
        """`token` of the API, empty when the installation has none."""
        self._address = url + _ROUTE
        self._http = requests.Session()
        self._http.headers.update(TRAFFIC)
        # What the environment says of a proxy is not for a Vigie of this machine.
        self._http.trust_env = not url.startswith(("http://127.", "http://localhost"))
        if token:
            self._http.headers["Authorization"] = f"Bearer {token}"

    def say(self, sender: str | None, text: str) -> Turn:
        """Raises UnreachableError; a server that is busy is asked again when it says so."""
        body = {"message": text, **({"sender": sender} if sender else {})}
        for left in reversed(range(_MOST_TRIES)):
            try:
                answer = self._http.post(self._address, json=body, timeout=_TIMEOUT)
                if answer.status_code in (429, 503) and left:
                    time.sleep(min(_LONGEST_WAIT, float(answer.headers.get("Retry-After") or 1)))
                    continue
                if answer.status_code != 200:
                    raise UnreachableError(f"HTTP {answer.status_code} : {answer.text[:200]}")
                turn = answer.json()
            except (requests.RequestException, ValueError) as error:
                raise UnreachableError(type(error).__name__) from error
            if not isinstance(turn, list) or not all(isinstance(one, dict) for one in turn):
                raise UnreachableError("not a list of messages")
            return turn
        raise AssertionError("every try either answers or raises")


def replay(scenarios: Collection[Scenario], url: str, token: str, console: Console, say: Wording) -> Result:
    """Play every scenario against the Vigie at `url`, with a progress bar. Raises UnreachableError."""
    vigie = OverHttp(url, token)
    started = time.perf_counter()
    done = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(say.say("rejeu.marche"), total=len(scenarios))
        for scenario in scenarios:
            done.append(replay_one(scenario, vigie, say))
            progress.advance(task)
    return Result(url, tuple(done), time.perf_counter() - started)


def replay_one(scenario: Scenario, vigie: Answers, say: Wording) -> Replayed:
    """One conversation, from its first message to its last whatever comes. Raises UnreachableError."""
    started = time.perf_counter()
    sender: str | None = None
    played = []
    for message in scenario.replay:
        turn = vigie.say(sender, message.says)
        sender = next((str(one["recipient_id"]) for one in turn if one.get("recipient_id")), sender)
        played.append(Played(message, turn, tuple(broken(message.expected, turn, say))))
    return Replayed(scenario, tuple(played), time.perf_counter() - started)


def broken(expected: Expected, turn: Turn, say: Wording) -> Iterator[Broken]:
    """The expectations that `turn` does not hold: those of the file, and those of every turn."""
    none = say.say("rejeu.rien")
    texts = [str(one.get("text") or "") for one in turn]
    if not turn or not all(text.strip() for text in texts):
        yield Broken(say.say("rejeu.tour"), none)
        return
    whole = "\n\n".join(texts)
    if "119" not in texts[-1]:
        yield Broken(say.say("rejeu.numero"), texts[-1])
    for word in stigmatising_words(whole):
        yield Broken(say.say("rejeu.mot"), word)
    keys = [str(_custom(one).get("answer") or "") for one in turn]
    if expected.answers and not any(_is(key, wanted) for key in keys for wanted in expected.answers):
        yield Broken(
            say.say("rejeu.reponse", attendu=", ".join(expected.answers)),
            say.say("rejeu.reponse_recue", recu=listed(filter(None, keys), none)),
        )
    folded = f" {fold(whole)} "
    for text in expected.contains:
        if f" {fold(text)} " not in folded and fold(text) not in folded:
            yield Broken(say.say("rejeu.contient", texte=text), whole)
    for text in expected.without:
        if fold(text) in folded:
            yield Broken(say.say("rejeu.sans", texte=text), _around(whole, text))
    sources = [source for one in turn for source in _custom(one).get("sources") or ()]
    if expected.source is not None and expected.source != bool(sources):
        yield Broken(say.say("rejeu.source" if expected.source else "rejeu.sans_source"), listed(sources, none))
    if expected.alert is not None and expected.alert != _is_alert(turn[0]):
        yield Broken(say.say("rejeu.alerte" if expected.alert else "rejeu.sans_alerte"), texts[0])
    titles = [str(button.get("title") or "") for one in turn for button in one.get("buttons") or ()]
    for text in expected.choices:
        if not any(fold(text) in fold(title) for title in titles):
            yield Broken(say.say("rejeu.choix", texte=text), listed(titles, none))


def _is(key: str, wanted: str) -> bool:
    return key.startswith(wanted.removesuffix("...")) if wanted.endswith("/...") else key == wanted


def _is_alert(message: Mapping[str, Any]) -> bool:
    """Whether it answers a danger: an emergency number comes before the 119, in its own words and not the pointer's."""
    custom = _custom(message)
    own = str(message.get("text") or "")
    for line in (custom.get("lines") or {}).values():
        own = own.replace(str(line), "")
    numbers = [word for word in fold(own).split() if word in (*_EMERGENCY, "119")]
    return str(custom.get("answer") or "").startswith("urgence/") and numbers[:1] not in ([], ["119"])


def _custom(message: Mapping[str, Any]) -> Mapping[str, Any]:
    custom = message.get("custom")
    return custom if isinstance(custom, dict) else {}


def _around(text: str, found: str) -> str:
    """The line of `text` that holds `found`."""
    lines: Iterable[str] = text.splitlines()
    return next((line for line in lines if fold(found) in fold(line)), text)
