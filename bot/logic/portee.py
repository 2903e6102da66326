"""Whose sign it is, and whether it is denied: the scope of what was found in a clause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

_BEFORE = 5
_AFTER = 3
_SUBJECT = 7


class ScopeWords(Protocol):
    """The function words that decide (see data/lexicon/mots.yml)."""

    @property
    def negation_first(self) -> frozenset[str]:
        """« ne », « n »."""

    @property
    def negation_second(self) -> frozenset[str]:
        """« pas », « plus », « jamais »..."""

    @property
    def negation_before(self) -> frozenset[str]:
        """« sans », « aucun »..., said before what they deny."""

    @property
    def not_negations(self) -> tuple[tuple[str, ...], ...]:
        """« plus en plus », « pas mal »..."""

    @property
    def other_people(self) -> frozenset[str]:
        """« soeur », « mere »..."""

    @property
    def young_person(self) -> frozenset[str]:
        """« elle », « eleve »..."""


def is_denied(clause: Sequence[str], start: int, end: int, vocabulary: ScopeWords) -> bool:
    """True when `clause[start:end]` is under a negation: « elle ne fugue plus », « sans argent »."""
    clause = _without_false_negations(clause, vocabulary)
    before = clause[max(0, start - _BEFORE) : start]
    if any(word in vocabulary.negation_before for word in before[-_AFTER:]):
        return True
    first = next((i for i, word in enumerate(before) if word in vocabulary.negation_first), None)
    if first is None:
        return False
    following = [*before[first + 1 :], *clause[start:end], *clause[end : end + _AFTER]]
    return any(word in vocabulary.negation_second for word in following)


def is_about_someone_else(clause: Sequence[str], start: int, vocabulary: ScopeWords) -> bool:
    """True when the nearest person named before `start` is not the young person: « sa sœur boit »."""
    for word in reversed(clause[max(0, start - _SUBJECT) : start]):
        if word in vocabulary.young_person:
            return False
        if word in vocabulary.other_people:
            return True
    return False


def _without_false_negations(clause: Sequence[str], vocabulary: ScopeWords) -> list[str]:
    cleaned = list(clause)
    for phrase in vocabulary.not_negations:
        for i in range(len(cleaned) - len(phrase) + 1):
            if tuple(cleaned[i : i + len(phrase)]) == phrase:
                cleaned[i : i + len(phrase)] = ["_"] * len(phrase)
    return cleaned
