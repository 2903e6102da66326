"""Correct a misspelt word of a message towards the words that Vigie knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.logic.spelling import one_slip

SHORTEST = 4  # letters of a word that may be corrected
_ELIDED = frozenset("cdjlmnst")  # what may stand alone before a lost apostrophe: « jarrive »


@dataclass(frozen=True)
class Correction:
    """What a word should be: `known` counts the words of Vigie's own data, `left_alone` are other words of French.

    Only a word that is in neither is corrected: « aimer » is not made « aider » because no sentence of ours holds it.
    """

    known: Mapping[str, int]
    left_alone: frozenset[str] = field(default_factory=frozenset)

    def __call__(self, word: str) -> tuple[str, ...]:
        """The word or words that the folded `word` stands for."""
        if len(word) < SHORTEST or word in self.known or word in self.left_alone or not word.isalpha():
            return (word,)
        # Two words glued come first: « jarrive » is not « arrive », « auplus » is not « plus ».
        return self._parted(word) or self._mended(word) or (word,)

    def _mended(self, word: str) -> tuple[str, ...] | None:
        near = one_slip(word).intersection(self.known)
        return (max(near, key=lambda one: (self.known[one], one)),) if near else None

    def _parted(self, word: str) -> tuple[str, ...] | None:
        best: tuple[int, tuple[str, ...]] = (0, ())
        for place in range(1, len(word) - 1):
            first, second = word[:place], word[place:]
            if first in self.known and second in self.known and (place > 1 or first in _ELIDED):
                best = max(best, (min(self.known[first], self.known[second]), (first, second)))
        return best[1] or None
