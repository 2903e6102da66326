"""From the messages of a bot turn to what a channel sends: text, choices, source line, pointer to 119. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_HELPLINE = re.compile(r"\b119\b")


@dataclass(frozen=True)
class Said:
    """One message as the dialogue produced it."""

    text: str
    buttons: tuple[Mapping[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    reviewed_on: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Phrases:
    """The fixed words of a turn, from data/responses: the source line's beginning and the pointer to 119."""

    source: str
    reviewed: str
    helpline: str
    titles: Mapping[str, str] = field(default_factory=dict)


def said(text: str | None, buttons: Sequence[Mapping[str, Any]], metadata: Mapping[str, Any] | None) -> Said:
    """Read one message from what Rasa gives an output channel."""
    facts = metadata or {}
    source = facts.get("source") or ()
    return Said(
        text=text or "",
        buttons=tuple({"title": str(b["title"]), "payload": str(b.get("payload") or b["title"])} for b in buttons),
        sources=(source,) if isinstance(source, str) else tuple(source),
        reviewed_on=str(facts["reviewed_on"]) if facts.get("reviewed_on") else None,
        title=facts.get("titre"),
    )


def render(message: Said, recipient: str, phrases: Phrases, last: bool) -> dict[str, Any]:
    """One message of the REST contract; the `last` of a turn always points to 119."""
    parts = [message.text]
    cited = [phrases.titles[source] for source in message.sources if phrases.titles.get(source)]
    if cited:
        reviewed = phrases.reviewed.format(date=_french_date(message.reviewed_on)) if message.reviewed_on else ""
        parts.append(phrases.source.format(sources=" ; ".join(cited)) + reviewed)
    if last and not _HELPLINE.search(message.text):
        parts.append(phrases.helpline)
    rendered: dict[str, Any] = {"recipient_id": recipient, "text": "\n\n".join(part for part in parts if part)}
    if message.buttons:
        rendered["buttons"] = [dict(button) for button in message.buttons]
    if cited:
        rendered["custom"] = {"sources": cited, "reviewed_on": message.reviewed_on}
    return rendered


def render_turn(messages: Sequence[Said], recipient: str, phrases: Phrases) -> Iterator[dict[str, Any]]:
    """All the messages of a turn, in order."""
    for i, message in enumerate(messages):
        yield render(message, recipient, phrases, last=i == len(messages) - 1)


def _french_date(iso: str) -> str:
    year, month, day = iso[:10].split("-")
    return f"{day}/{month}/{year}"
