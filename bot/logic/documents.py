"""What a document to take away is made of, whatever it is rendered to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Heading:
    """A heading inside a section: `level` 2 under the section's title, 3 under a level 2."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list; `numbered` when its order counts."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Words:
    """Sentences to say and sentences to avoid; either may be empty."""

    say: tuple[str, ...]
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Boxes:
    """Boxes to tick, each with a line for one's own note."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Blank:
    """A blank to fill: `id` is unique in the document, `lines` is the writing space on paper."""

    id: str
    title: str
    help: str = ""
    lines: int = 3


@dataclass(frozen=True)
class ContactCard:
    """A contact: (label, value) pairs in display order, the label may be empty; `note` is a warning."""

    title: str
    lines: tuple[tuple[str, str], ...]
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A drawing, as SVG; `text` says the same to those who do not see it."""

    svg: str
    text: str


Block = Heading | Paragraph | Bullets | Words | Boxes | Blank | ContactCard | Picture


@dataclass(frozen=True)
class Section:
    """A titled part; `verso` begins the back of the sheet."""

    title: str
    blocks: tuple[Block, ...]
    verso: bool = False


@dataclass(frozen=True)
class Document:
    """A document; `sources` are titles to cite, `usage` says how to use it and what it is not."""

    id: str
    title: str
    subtitle: str
    usage: str
    sections: tuple[Section, ...]
    sources: tuple[str, ...]
    reviewed_on: date
    review_by: date | None = None

    def blocks(self) -> Iterator[Block]:
        """Every block, in order."""
        for section in self.sections:
            yield from section.blocks

    def texts(self) -> Iterator[str]:
        """Every piece of text that the document's own content shows, in order."""
        yield from (text for text in (self.title, self.subtitle, self.usage) if text)
        for section in self.sections:
            yield section.title
            for block in section.blocks:
                yield from _texts(block)


@dataclass(frozen=True)
class Phrases:
    """The fixed words of every document; `sources` holds {sources}, `reviewed` {date}, `page` {page} and {total}.

    `closing` is the line that points to 17 and 119, shown on every page and at the end.
    """

    say: str
    avoid: str
    sources: str
    reviewed: str
    page: str
    closing: str
    fill_in: str
    author: str
    language: str

    def reviewed_line(self, day: date) -> str:
        """« relu le 21/11/2026 »."""
        return self.reviewed.format(date=f"{day:%d/%m/%Y}")

    def cited(self, sources: tuple[str, ...]) -> str:
        """« Sources : A ; B. »."""
        return self.sources.format(sources=" ; ".join(sources))


# A line break before these, after an opening guillemet or inside an amount is a fault of French typography. Telephone
# numbers keep their plain spaces: they are copied and searched.
_BEFORE_SIGN = re.compile(r" (?=[:;?!»%€])")
_IN_AMOUNT = re.compile(r"(?<=\d) (?=\d{3}[ \u00a0]€)")


def unbreakable(text: str) -> str:
    """`text` with no-break spaces where French typography wants them."""
    return _BEFORE_SIGN.sub("\u00a0", _IN_AMOUNT.sub("\u00a0", text)).replace("« ", "«\u00a0")


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, (Heading, Paragraph, Picture)):
        yield block.text
    elif isinstance(block, (Bullets, Boxes)):
        yield from block.items
    elif isinstance(block, Words):
        yield from (*block.say, *block.avoid)
    elif isinstance(block, Blank):
        yield from (text for text in (block.title, block.help) if text)
    else:
        yield block.title
        for label, value in block.lines:
            yield from (text for text in (label, value) if text)
        if block.note:
            yield block.note
