"""Read data/responses and data/sources.yml: every text that Vigie can say, with its source and its dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.content.location import load_yaml
from bot.content.readings import remember

PREFIX = "utter_"


@dataclass(frozen=True)
class Button:
    """A choice under an answer."""

    title: str
    payload: str


@dataclass(frozen=True)
class Variant:
    """One text of an answer, shown when the slots match `conditions` (empty: always)."""

    text: str
    buttons: tuple[Button, ...]
    conditions: tuple[tuple[str, str], ...]
    title: str | None
    sources: tuple[str, ...]
    reviewed_on: date | None
    review_by: date | None


@dataclass(frozen=True)
class Answer:
    """An answer `topic/name` with its variants, in the order of the file."""

    key: str
    file: str
    variants: tuple[Variant, ...]

    @property
    def topic(self) -> str:
        """The topic, first part of the key."""
        return self.key.partition("/")[0]

    @property
    def title(self) -> str | None:
        """What a human reads of it in a list of choices."""
        return next((v.title for v in self.variants if v.title), None)


@dataclass(frozen=True)
class Source:
    """A source as it is cited."""

    id: str
    title: str
    publisher: str
    date: str
    reference: str


@remember
def read_answers(folder: Path) -> Mapping[str, Answer]:
    """Answers of data/responses by key ("loi/client_peines")."""
    found: dict[str, Answer] = {}
    for file in sorted(folder.glob("*.yml")):
        for name, variants in (load_yaml(file).get("responses") or {}).items():
            key = str(name).removeprefix(PREFIX)
            found[key] = Answer(key, file.name, tuple(_variant(v) for v in variants))
    return found


@remember
def read_titles(folder: Path) -> Mapping[str, str]:
    """Titles of the answers that may be offered as a choice, by key."""
    offered = ((key, answer.title) for key, answer in read_answers(folder).items())
    return {key: title for key, title in offered if title}


@remember
def read_sources(file: Path) -> Mapping[str, Source]:
    """Sources of data/sources.yml by id."""
    return {
        str(key): Source(str(key), row["titre"], row["editeur"], str(row["date"]), row["reference"])
        for key, row in load_yaml(file)["sources"].items()
    }


def _variant(raw: Mapping[str, Any]) -> Variant:
    metadata = raw.get("metadata") or {}
    source = metadata.get("source") or ()
    return Variant(
        text=str(raw.get("text", "")),
        buttons=tuple(Button(str(b["title"]), str(b["payload"])) for b in raw.get("buttons") or ()),
        conditions=tuple((str(c["name"]), str(c["value"])) for c in raw.get("condition") or ()),
        title=metadata.get("titre"),
        sources=(source,) if isinstance(source, str) else tuple(source),
        reviewed_on=_day(metadata.get("reviewed_on")),
        review_by=_day(metadata.get("review_by")),
    )


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if value else None
