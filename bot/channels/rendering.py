"""From the messages of a bot turn to what a channel sends: text, choices, source line, pointer to 119. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

DEPARTMENT = "code_departement"  # what an action passes beside the values of its answer
CONTACTS_DOCUMENT = "fiche_contacts"  # made for one département
RECAP_DOCUMENT = "recapitulatif"  # made of one conversation, by the page that shows it: it has no address
HELPLINE = re.compile(r"\b119\b")


@dataclass(frozen=True)
class Said:
    """One message as the dialogue produced it."""

    text: str
    buttons: tuple[Mapping[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    reviewed_on: str | None = None
    title: str | None = None
    answer: str | None = None  # its key, "loi/client_peines"
    documents: tuple[str, ...] = ()  # ids of data/documents
    department: str | None = None  # code of the département that it speaks of


@dataclass(frozen=True)
class Progress:
    """A numbered step of a guided path."""

    path: str
    title: str
    number: int
    total: int


@dataclass(frozen=True)
class Phrases:
    """The fixed words of a turn, from data: the source line's beginning, the pointer to 119, titles and steps by id."""

    source: str
    reviewed: str
    helpline: str
    titles: Mapping[str, str] = field(default_factory=dict)
    document: str = "{titre} : {adresse}"
    documents: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, Progress] = field(default_factory=dict)


def said(text: str | None, buttons: Sequence[Mapping[str, Any]], extra: Mapping[str, Any]) -> Said:
    """Read one message from what Rasa gives an output channel; `extra` is what comes beside text and buttons."""
    facts = extra.get("metadata") or {}
    return Said(
        text=text or "",
        buttons=tuple({"title": str(b["title"]), "payload": str(b.get("payload") or b["title"])} for b in buttons),
        sources=_several(facts.get("source")),
        reviewed_on=str(facts["reviewed_on"]) if facts.get("reviewed_on") else None,
        title=facts.get("titre"),
        answer=str(extra["utter_action"]).removeprefix("utter_") if extra.get("utter_action") else None,
        documents=_several(facts.get("documents")),
        department=extra.get(DEPARTMENT),
    )


def render(message: Said, recipient: str, phrases: Phrases, last: bool, site: str = "") -> dict[str, Any]:
    """One message of the REST contract; the `last` of a turn always points to 119.

    `custom.lines` repeats the paragraphs that are added here to the text, for clients that show them in their own way;
    `site` is the address of the documents, empty when it is not known.
    """
    cited = [phrases.titles[source] for source in message.sources if phrases.titles.get(source)]
    offered = [id for id in message.documents if id in phrases.documents]
    lines: dict[str, str] = {}
    addresses = {id: at for id in offered if (at := _address(site, id, message.department))}
    if addresses:
        shown = (phrases.document.format(titre=phrases.documents[id], adresse=at) for id, at in addresses.items())
        lines["documents"] = "\n".join(shown)
    if cited:
        reviewed = phrases.reviewed.format(date=_french_date(message.reviewed_on)) if message.reviewed_on else ""
        lines["source"] = phrases.source.format(sources=" ; ".join(cited)) + reviewed
    if last and not HELPLINE.search(message.text):
        lines["helpline"] = phrases.helpline
    text = "\n\n".join(part for part in (message.text, *lines.values()) if part)
    rendered: dict[str, Any] = {"recipient_id": recipient, "text": text}
    if message.buttons:
        rendered["buttons"] = [dict(button) for button in message.buttons]
    step = phrases.steps.get(message.answer or "")
    custom = {
        "answer": message.answer,
        "sources": cited,
        "reviewed_on": message.reviewed_on if cited else None,
        "step": asdict(step) if step else None,
        "documents": [{"id": id, "title": phrases.documents[id]} for id in offered],
        "department": message.department,
        "lines": lines,
    }
    custom = {name: value for name, value in custom.items() if value}
    return {**rendered, "custom": custom} if custom else rendered


def render_turn(messages: Sequence[Said], recipient: str, phrases: Phrases, site: str = "") -> Iterator[dict[str, Any]]:
    """All the messages of a turn, in order."""
    for i, message in enumerate(messages):
        yield render(message, recipient, phrases, i == len(messages) - 1, site)


def _address(site: str, document: str, department: str | None) -> str | None:
    if not site or document == RECAP_DOCUMENT or (document == CONTACTS_DOCUMENT and not department):
        return None
    return f"{site}documents/{document}.pdf" + (f"?departement={department}" if document == CONTACTS_DOCUMENT else "")


def _several(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _french_date(iso: str) -> str:
    year, month, day = iso[:10].split("-")
    return f"{day}/{month}/{year}"
