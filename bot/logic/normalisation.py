"""French text as people type it in a chat, brought to one form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from bot.logic.confidentialite import MARKERS

_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"}
# Letters of Latin Extended-A and -B without their accents.
_PLAIN = str.maketrans(
    {**{chr(code): unicodedata.normalize("NFKD", chr(code))[0] for code in range(0xC0, 0x250)}, **_LIGATURES}
)
# What stands in place of a name or a number says nothing of the young person.
_MASKED = re.compile("|".join(map(re.escape, MARKERS)))
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_REPEATED = re.compile(r"([a-z])\1{2,}")


def fold(text: str) -> str:
    """Lower-case `text`, without accents, ligatures or punctuation; words are separated by one space."""
    if not text.isascii():
        # A letter and its accent typed apart become one character first.
        text = unicodedata.normalize("NFC", text).lower().translate(_PLAIN)
    return _NOT_WORD.sub(" ", text.lower()).strip()


def words(text: str, abbreviations: Mapping[str, str] | None = None) -> list[str]:
    """Folded words of `text`, chat abbreviations written out and stretched letters shortened ("ouiiii" -> "oui")."""
    found = _REPEATED.sub(r"\1", fold(_MASKED.sub(" ", text))).split()
    return written_out(found, abbreviations) if abbreviations else found


def written_out(found: Iterable[str], abbreviations: Mapping[str, str]) -> list[str]:
    """The words `found` with the chat abbreviations written out ("pk" -> "pourquoi")."""
    return [word for short in found for word in abbreviations.get(short, short).split()]
