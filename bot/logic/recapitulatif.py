"""The recap of a conversation: the answers given, from their keys alone. No word of the user can enter it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.logic.documents import Block, Bullets, Document, Heading, Paragraph, Section
from bot.logic.parcours import Path

LONGEST = 60  # answers repeated at most

_PLACEHOLDER = re.compile(r"\{\w*\}")
_ITEM = re.compile(r"- +(?P<item>.+)")
_NUMBERED = re.compile(r"\d{1,2}\. +(?P<item>.+)")
_OF_A_STEP = ("_exemple", "_pourquoi")


@dataclass(frozen=True)
class Given:
    """An answer as the recap repeats it; `sources` are titles, empty for a courtesy that states no fact."""

    key: str
    title: str
    text: str
    sources: tuple[str, ...] = ()
    reviewed_on: date | None = None


@dataclass(frozen=True)
class RecapWords:
    """The fixed words of the recap; `topics` names the topics that are repeated, save those and the keys `left_out`.

    `steps` are the steps of the interview, by id, in the path `path`.
    """

    id: str
    title: str
    subtitle: str
    usage: str
    seen_title: str
    nothing: str
    topics: Mapping[str, str]
    left_out: frozenset[str]
    path: str
    steps: tuple[str, ...]
    steps_title: str
    steps_seen: str
    steps_to_see: str
    contacts_title: str
    next_title: str
    next_items: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed_on: date
    review_by: date


def recapitulate(
    keys: Iterable[str],
    answers: Mapping[str, Given],
    words: RecapWords,
    path: Path,
    contacts: Document | None = None,
) -> Document:
    """The recap of the answers `keys` in the order met, the steps of `path`, and the contact sheet when there is one.

    Unknown keys, courtesies, answers with placeholders and repetitions are left out; LONGEST answers at most.
    """
    given = _kept(keys, answers, words)
    # Contacts alone were asked for: nothing is missing, and nothing needs to be said of it.
    seen = [Section(words.seen_title, tuple(_seen(given, words)))] if given or not contacts else []
    sections = [*seen, Section(words.steps_title, tuple(_steps(given, words, path)))]
    if contacts:
        sections += _contacts(contacts, words)
    sections.append(Section(words.next_title, (Bullets(words.next_items),)))
    cited = [
        *words.sources,
        *(title for one in given for title in one.sources),
        *(contacts.sources if contacts else ()),
    ]
    read = [words.reviewed_on, *(one.reviewed_on for one in given if one.reviewed_on)]
    return Document(
        id=words.id,
        title=words.title,
        subtitle=words.subtitle,
        usage=words.usage,
        sections=tuple(sections),
        sources=tuple(dict.fromkeys(cited)),
        reviewed_on=min(read),  # the oldest reading is what may be promised of the whole
        review_by=words.review_by,
    )


def _kept(keys: Iterable[str], answers: Mapping[str, Given], words: RecapWords) -> list[Given]:
    kept: dict[str, Given] = {}
    for key in keys:
        one = answers.get(key)
        topic = key.partition("/")[0]
        if one is None or not one.sources or topic not in words.topics or {key, topic} & words.left_out:
            continue
        if _PLACEHOLDER.search(one.text) or _PLACEHOLDER.search(one.title):
            continue
        kept[key] = one
        if len(kept) == LONGEST:
            break
    return list(kept.values())


def _seen(given: Sequence[Given], words: RecapWords) -> Iterator[Block]:
    if not given:
        yield Paragraph(words.nothing)
    by_topic: dict[str, list[Given]] = {}
    for one in given:
        by_topic.setdefault(one.key.partition("/")[0], []).append(one)
    for topic, ones in by_topic.items():
        yield Heading(words.topics[topic])
        for one in ones:
            yield Heading(one.title, level=3)
            yield from blocks_of(one.text)


def blocks_of(text: str) -> Iterator[Block]:
    """Paragraphs and lists of a text of data/responses ("- " and "1. " begin the lines of a list)."""
    items: list[str] = []
    numbered = False
    for line in filter(None, map(str.strip, text.split("\n"))):
        as_number, as_item = _NUMBERED.fullmatch(line), _ITEM.fullmatch(line)
        found = as_number or as_item
        if items and (found is None or numbered != bool(as_number)):
            yield Bullets(tuple(items), numbered)
            items = []
        if found:
            numbered = bool(as_number)
            items.append(found["item"])
        else:
            yield Paragraph(line)
    if items:
        yield Bullets(tuple(items), numbered)


def _steps(given: Iterable[Given], words: RecapWords, path: Path) -> Iterator[Block]:
    met: set[str] = set()
    for one in given:
        topic, _, name = one.key.partition("/")
        if topic == path.name:
            for ending in _OF_A_STEP:
                name = name.removesuffix(ending)
            met.add(name)
    line = [step for step in path.steps if step.id in words.steps]
    for title, wanted in ((words.steps_seen, True), (words.steps_to_see, False)):
        titles = tuple(step.title for step in line if (step.id in met) is wanted)
        if titles:
            yield Heading(title)
            yield Bullets(titles)


def _contacts(contacts: Document, words: RecapWords) -> Iterator[Section]:
    """The contact sheet as one section, its own sections one level lower."""
    blocks: list[Block] = [Paragraph(contacts.usage)]
    for section in contacts.sections:
        blocks += (Heading(section.title), *section.blocks)
    yield Section(words.contacts_title.format(contacts=contacts.title), tuple(blocks))
