"""Whether a sign is told of the young person, today: learned from the words that stand around it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.svm import LinearSVC

from bot.logic.portee import is_said
from bot.logic.scope_words import SmallWords
from bot.nlu.french import stem

_C = 0.01  # inverse of the regularisation, chosen on development lines
_FEWEST = 3  # signs around which a clue must stand to count
_NEAR = (1, 3, 6)  # distances, in words, beyond which a word is another clue
_EXACT = 3  # words on each side whose exact place is a clue too
_REFUSED = (
    0.4  # what a denial seen by the rules takes off, beside its learned weight: told stories are longer than lines
)
_SEED = 2021

Parts = Sequence[Sequence[str]]


class SignScope:
    """A hyperplane between signs that are told and signs that are denied, past, supposed or somebody else's.

    What the rules of bot/logic/portee.py say is one of its clues; untrained, it says what they say.
    """

    def __init__(self, vocabulary: SmallWords) -> None:
        """`vocabulary` is what the rules read with."""
        self._vocabulary = vocabulary
        self._weights: dict[str, float] = {}
        self._bias = 0.0

    def fit(self, spots: Sequence[tuple[Parts, int, int, str]], told: Sequence[bool]) -> None:
        """Learn from signs, each (clauses, number of the clause, number of its word, sign), told or not."""
        counter = CountVectorizer(analyzer=lambda clues: clues, min_df=_FEWEST, binary=True)
        seen = counter.fit_transform([list(_clues(*spot, self._is_said(*spot[:3]))) for spot in spots])
        model = LinearSVC(C=_C, random_state=_SEED).fit(seen, told)
        self._weights = {clue: float(model.coef_[0, number]) for clue, number in counter.vocabulary_.items()}
        self._bias = float(model.intercept_[0])

    def value(self, parts: Parts, index: int, word: int, sign: str) -> float:
        """Above 0 when `sign`, which the word `word` of the clause `index` speaks for, is told; about -2 to 2."""
        said = self._is_said(parts, index, word)
        if not self._weights:
            return 1.0 if said else -1.0
        clues = set(_clues(parts, index, word, sign, said))
        return self._bias + sum(self._weights.get(clue, 0.0) for clue in clues) - (0.0 if said else _REFUSED)

    def persist(self, folder: Path, name: str) -> None:
        """Write the model into `folder`, in one file."""
        stored = {"bias": self._bias, "weights": {clue: round(value, 5) for clue, value in self._weights.items()}}
        (folder / f"{name}.json").write_text(json.dumps(stored))

    def restore(self, folder: Path, name: str) -> None:
        """Read what `persist` wrote."""
        stored = json.loads((folder / f"{name}.json").read_text())
        self._bias, self._weights = stored["bias"], stored["weights"]

    def _is_said(self, parts: Parts, index: int, word: int) -> bool:
        return is_said(parts, index, word, word + 1, self._vocabulary)


def _clues(parts: Parts, index: int, word: int, sign: str, said: bool) -> Iterator[str]:
    yield f"signe {sign}"
    yield "dit" if said else "pas dit"
    stems = [stem(one) for one in parts[index]]
    for place, found in enumerate(stems):
        if place != word:
            side, away = ("avant" if place < word else "après"), abs(place - word)
            yield f"ici {found}"
            yield f"{side} {found}"
            yield f"{side} {sum(away > near for near in _NEAR)} {found}"
            if away <= _EXACT:
                yield f"{place - word} {found}"
    for place, (one, other) in enumerate(pairwise(stems)):
        if word not in (place, place + 1):
            yield f"{'avant' if place < word else 'après'} {one} {other}"
    for side, beside in (("clause avant", index - 1), ("clause après", index + 1)):
        if 0 <= beside < len(parts):
            yield from (f"{side} {stem(one)}" for one in parts[beside])
    yield "suite " + " ".join(stem(one) for one in (parts[index + 1][:2] if index + 1 < len(parts) else ()))
