"""What each channel can show, and a turn of the REST contract turned into the texts that it shows. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import Any


@dataclass(frozen=True)
class Capability:
    """`longest` is in characters of one message; `escape` protects a text from the channel's own marks."""

    longest: int
    escape: Callable[[str], str] = str


def _slack(text: str) -> str:
    # The three characters that Slack reads as its own (links, mentions).
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _markdown(text: str) -> str:
    # Mattermost and Rocket.Chat read Markdown: what Vigie says has none, but an e-mail address may hold an underscore.
    # A web address is left whole: they make a link of it as it is written, backslashes included.
    return re.sub(r"(https?://\S+)|([\\`*_~#|])", lambda found: found[1] or f"\\{found[2]}", text)


# The limits that the providers document; choices are numbers everywhere, for what is typed works everywhere.
CAPABILITIES: Mapping[str, Capability] = {
    "matrix": Capability(4000),
    "telegram": Capability(4096),
    "twilio": Capability(1600),
    "mattermost": Capability(4000, _markdown),
    "rocketchat": Capability(4000, _markdown),
    "slack": Capability(3000, _slack),
    "facebook": Capability(2000),
    "callback": Capability(4000),
}


@dataclass(frozen=True)
class Shown:
    """One message as a messenger shows it, before its own marks: the text, and its choices as (number, title)."""

    text: str
    choices: tuple[tuple[int, str], ...] = ()

    def plain(self) -> str:
        """The text, then a line for each choice."""
        return "\n".join([self.text, *([""] if self.choices else []), *(f"{n}. {title}" for n, title in self.choices)])


def numbered(turn: Sequence[Mapping[str, Any]]) -> Iterator[Shown]:
    """The messages of a turn (REST contract) with their choices numbered over the whole turn, as they can be typed."""
    number = 1
    for message in turn:
        choices = tuple(enumerate((button["title"] for button in message.get("buttons") or ()), start=number))
        number += len(choices)
        yield Shown(message["text"], choices)


def texts(turn: Sequence[Mapping[str, Any]], capability: Capability) -> list[str]:
    """A turn as the plain texts that a channel sends, none longer than it takes; no payload is ever shown."""
    return [part for shown in numbered(turn) for part in cut(shown.plain(), capability)]


def cut(text: str, capability: Capability) -> Iterator[str]:
    """`text`, escaped, in parts that the channel takes: cut between paragraphs, else lines, else words."""
    rest = text.strip()
    while len(capability.escape(rest)) > capability.longest:
        # A text is escaped character by character: the longest beginning that fits once escaped.
        sizes = accumulate(len(capability.escape(character)) for character in rest)
        end = sum(1 for _ in takewhile(lambda size: size <= capability.longest, sizes))
        at = next((found for mark in ("\n\n", "\n", " ") if (found := rest.rfind(mark, end // 2, end)) > 0), end)
        yield capability.escape(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    if rest:
        yield capability.escape(rest)
