"""Whose sign, and is it denied: on the real function words and the real lexicon of signs."""

from __future__ import annotations

import pytest

from bot.content.lexicon import read_lexicon
from bot.content.location import DATA
from bot.logic.portee import is_about_someone_else, is_denied

WORDS = read_lexicon(DATA / "lexicon").small_words


@pytest.mark.parametrize(
    ("clause", "target", "denied"),
    [
        ("elle ne fugue plus", "fugue", True),
        ("elle n a pas de bleus", "bleus", True),
        ("jamais de fugue", "fugue", True),
        ("elle vient sans telephone", "telephone", True),
        ("aucune trace de bleus", "bleus", True),
        ("elle a arrete de fuguer", "fuguer", True),
        ("elle fugue", "fugue", False),
        ("elle fugue de plus en plus", "fugue", False),
        ("de plus en plus de fugues", "fugues", False),
        ("elle a pas mal de bleus", "bleus", False),
        ("je ne sais que faire elle a des bleus partout et elle fugue", "fugue", False),
    ],
)
def test_negation(clause: str, target: str, denied: bool) -> None:
    words = clause.split()
    start = words.index(target)
    assert is_denied(words, start, start + 1, WORDS) is denied


@pytest.mark.parametrize(
    ("clause", "target", "other"),
    [
        ("sa soeur boit", "boit", True),
        ("son pere fugue", "fugue", True),
        ("elle boit", "boit", False),
        ("sa soeur dit qu elle boit", "boit", False),
        ("mon eleve fugue", "fugue", False),
        ("boit", "boit", False),
    ],
)
def test_subject(clause: str, target: str, other: bool) -> None:
    words = clause.split()
    assert is_about_someone_else(words, words.index(target), WORDS) is other
