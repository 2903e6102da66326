"""French text as people type it in a chat, brought to one form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_REPEATED = re.compile(r"([a-z])\1{2,}")


def fold(text: str) -> str:
    """Lower-case `text`, without accents, ligatures or punctuation; words are separated by one space."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES).lower())
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", letters).strip()


def words(text: str, abbreviations: Mapping[str, str] | None = None) -> list[str]:
    """Folded words of `text`, chat abbreviations written out and stretched letters shortened ("ouiiii" -> "oui")."""
    found: list[str] = []
    for word in _REPEATED.sub(r"\1", fold(text)).split():
        expansion = abbreviations.get(word) if abbreviations else None
        found.extend(expansion.split() if expansion else [word])
    return found
