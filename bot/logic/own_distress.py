"""Whether a line speaks of the trainee's own distress: learnt from examples, because it is said in a thousand ways."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from bot.logic.normalisation import fold

_SMOOTHING = 0.3
_PIECE = re.compile(r"[.!?…;,:\n]+|\b(?:mais|parce que|parce qu['’]|car)\b", re.I)
_FEWEST = 3  # examples that hold a word or a pair of words, for it to count


@dataclass(frozen=True)
class OwnDistress:
    """Weights of words and pairs of words; a line is one when it scores `threshold`, says « je » and never « tu ».

    Pieces of the line that hold one of `apologies` (patterns, on folded text) do not count: whoever is sorry for his or
    her words is not in distress.
    """

    weights: Mapping[str, float]
    threshold: float
    oneself: frozenset[str]
    other: frozenset[str]
    apologies: tuple[re.Pattern[str], ...] = ()

    def _apologises(self, piece: str) -> bool:
        said = fold(piece)
        return any(pattern.search(said) for pattern in self.apologies)

    def told_in(self, line: str) -> bool:
        """Whether the trainee speaks of himself or herself in distress, rather than to the young person."""
        if frozenset(fold(line).split()) & self.other:
            return False
        pieces = _PIECE.split(line)
        rest = [piece for piece in pieces if not self._apologises(piece)]
        if len(rest) < len(pieces):
            line = " ".join(rest)
        words = frozenset(fold(line).split())
        if not words & self.oneself:
            return False
        seen = _features(line)
        return sum(self.weights.get(one, 0.0) for one in seen) / math.sqrt(len(seen)) >= self.threshold


def learn(distress: Iterable[str], others: Iterable[str]) -> dict[str, float]:
    """How much more each word, or pair of words, is found in `distress` than in `others` (log of the odds)."""
    counts, totals = [], []
    for texts in (distress, others):
        found = [_features(text) for text in texts]
        counts.append(Counter(one for seen in found for one in seen))
        totals.append(len(found))
    return {
        one: _share(counts[0][one], totals[0]) - _share(counts[1][one], totals[1])
        for one in counts[0].keys() | counts[1].keys()
        if counts[0][one] + counts[1][one] >= _FEWEST
    }


def _share(count: int, total: int) -> float:
    return math.log((count + _SMOOTHING) / (total + 2 * _SMOOTHING))


def _features(text: str) -> list[str]:
    """Distinct words and pairs of words, in the order of the line: the same line always gives the same sum."""
    words = ["^", *fold(text).split(), "$"]
    return list(dict.fromkeys([*words, *(f"{first} {second}" for first, second in pairwise(words))]))
