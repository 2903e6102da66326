"""A fault of the content, and the words that no text of Vigie may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_STIGMA = re.compile(
    r"\b(une? prostitu[ée]+e?s?|avou(?:er|e|é|ée|ent)|aveux?|se prostitu\w+|suspicions?|michetonneuse)\b", re.I
)
_PHONE = re.compile(r"(?<![\d.])0\d(?:[ .\u00a0]?\d{2}){4}(?!\d)|0 8\d\d \d\d \d\d \d\d")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
_REFUSED = (
    (_STIGMA, "mot stigmatisant"),
    (_PHONE, "numéro écrit hors annuaire"),
    (_EMAIL, "adresse électronique"),
)


@dataclass(frozen=True)
class Fault:
    """What is wrong, where, and what to do; a warning does not fail the check."""

    where: str
    what: str
    warning: bool = False


def refused_words(text: str) -> Iterator[str]:
    """What `text` may not hold: stigmatising words, numbers and addresses written outside the directory."""
    for pattern, what in _REFUSED:
        found = pattern.search(text)
        if found:
            yield f"{what} : « {found[0]} »"


def stigmatising_words(text: str) -> Iterator[str]:
    """The stigmatising words of `text`."""
    yield from (found[0] for found in _STIGMA.finditer(text))
