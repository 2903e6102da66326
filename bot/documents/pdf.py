"""A Document as a tagged PDF, set by Typst."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timezone
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst

from bot.logic.documents import Blank, Block, ContactCard, Document, Phrases, unbreakable

_TEMPLATE = Path(__file__).with_name("document.typ")
_STANDARD: Final = "ua-1"  # PDF/UA: Typst refuses to write a file that a screen reader could not follow

# One compilation at a time: the compiler keeps its fonts and its caches between two.
_LOCK = Lock()


def render_pdf(document: Document, phrases: Phrases, fonts: Path | None = None) -> bytes:
    """The PDF of `document`, the same bytes for the same content; `fonts` is a folder of TTF files.

    Without that folder, Typst's own fonts serve. Takes tens of milliseconds: call it in a thread. Raises
    typst.TypstError.
    """
    folder = fonts if fonts is not None and fonts.is_dir() else None
    data = json.dumps(_data(document, phrases), ensure_ascii=False)
    with _LOCK:
        made = _compiler(folder).compile(
            sys_inputs={"document": data},
            format="pdf",
            pdf_standards=_STANDARD,
            timestamp=_seconds(document.reviewed_on),
        )
    assert isinstance(made, bytes)  # one file is asked for, not images page by page
    return made


@lru_cache(maxsize=2)
def _compiler(fonts: Path | None) -> typst.Compiler:
    return typst.Compiler(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        font_paths=[str(fonts)] if fonts else [],
        ignore_system_fonts=True,
    )


def _data(document: Document, phrases: Phrases) -> Any:
    language, _, region = phrases.language.partition("-")
    data = {
        "title": document.title,
        "subtitle": document.subtitle,
        "usage": document.usage,
        # Printed on both sides and nothing to write on: a card to carry.
        "compact": any(section.verso for section in document.sections)
        and not any(isinstance(block, Blank) for block in document.blocks()),
        "sources": document.sources,
        "sources-line": phrases.cited(document.sources),
        "reviewed": phrases.reviewed_line(document.reviewed_on),
        "colon": " :",
        "sections": [
            {"title": section.title, "verso": section.verso, "blocks": list(_blocks(section.blocks))}
            for section in document.sections
        ],
        "words": {
            "say": phrases.say,
            "avoid": phrases.avoid,
            "closing": phrases.closing,
            "page": phrases.page,
            "author": phrases.author,
            "lang": language,
            "region": region,
        },
    }
    return _spaced(data)


def _blocks(blocks: Iterable[Block]) -> Iterable[dict[str, Any]]:
    """Blocks with their shape's name; neighbouring contacts go together, to stand side by side."""
    for shape, found in groupby(blocks, key=type):
        if shape is ContactCard:
            yield {"shape": "cards", "cards": [asdict(one) for one in found]}
        else:
            yield from ({"shape": shape.__name__.lower(), **asdict(one)} for one in found)


def _spaced(value: Any) -> Any:
    if isinstance(value, str):
        return unbreakable(value)
    if isinstance(value, dict):
        return {key: _spaced(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spaced(one) for one in value]
    return value


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=timezone.utc).timestamp())
