"""Correct a misspelt word of a message towards the words that Vigie knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.logic.spelling import one_slip

SHORTEST = 4  # letters of a word that may be corrected
LONGEST = 25  # letters; a longer one is no word
_ALONE = frozenset("acdjlmnsty")  # letters that are a word by themselves, or before a lost apostrophe: « jarrive »
_RUNS = re.compile(r"\d+|[a-z]+")


@dataclass(frozen=True)
class Correction:
    """What a word should be: `known` counts the words of Vigie's own data, `left_alone` are other words of French.

    Words counted `usual` times or more may have another glued to them: « dela », « unemineure ».

    Only a word that is in neither is corrected: « aimer » is not made « aider » because no sentence of ours holds it.
    """

    known: Mapping[str, int]
    left_alone: frozenset[str] = field(default_factory=frozenset)
    usual: int = 3

    def __call__(self, word: str) -> tuple[str, ...]:
        """The word or words that the folded `word` stands for."""
        if word in self.known or word in self.left_alone or not self._is_readable(word):
            return (word,)
        if not word.isalpha():
            return self._counted(word)
        # Words glued come first: « jarrive » is not « arrive », « auplus » is not « plus ».
        return self._parted(word) or self._mended(word) or self._parted(word, slip=True) or (word,)

    def _is_readable(self, word: str) -> bool:
        return SHORTEST <= len(word) <= LONGEST or (not word.isalpha() and 1 < len(word) <= LONGEST)

    def _counted(self, word: str) -> tuple[str, ...]:
        """« 18ans », « la4 »: a number glued to words."""
        runs = tuple(_RUNS.findall(word))
        glued = len(runs) > 1 and all(run.isdigit() or run in self.known for run in runs)
        return runs if glued else (word,)

    def _mended(self, word: str) -> tuple[str, ...] | None:
        near = one_slip(word).intersection(self.known)
        return (max(near, key=lambda one: (self.known[one], one)),) if near else None

    def _parted(self, word: str, slip: bool = False) -> tuple[str, ...] | None:
        """The most usual cutting of `word` into usual words and a last one, which may be misspelt when `slip`."""
        cuttings = self._cuttings(word, slip)
        return max(cuttings, key=lambda cut: (-len(cut), min(self.known[one] for one in cut)), default=None)

    def _cuttings(self, word: str, slip: bool, parts: int = 3) -> Iterator[tuple[str, ...]]:
        for place in range(1, len(word) - 1):
            first, rest = word[:place], word[place:]
            if self.known.get(first, 0) < self.usual or (place == 1 and first not in _ALONE):
                continue
            if rest in self.known and (len(rest) > 2 or self.known[rest] >= self.usual):
                yield (first, rest)
            elif slip and len(rest) > SHORTEST and (mended := self._mended(rest)):
                yield (first, *mended)
            if parts > 2:
                for others in self._cuttings(rest, slip, parts - 1):
                    yield (first, *others)
