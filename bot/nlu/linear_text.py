"""A linear model of short French texts: what the intent classifier and the safety layer both learn with."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.nlu.french import stem

_LETTERS = {"analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True}
_WORDS = {"analyzer": "word", "token_pattern": r"\S+", "sublinear_tf": True}
# A rough solution is as good as a fine one here, and a third sooner.
_TOLERANCE = 0.1


class _Encoder:
    """What one TfidfVectorizer does, for one text at a time: five times faster than its own `transform`."""

    def __init__(
        self, split: Callable[[str], list[str]], vocabulary: Mapping[str, int], idf: npt.NDArray[Any], offset: int
    ) -> None:
        """`offset` is added to each feature's number."""
        self._split = split
        self._vocabulary = vocabulary
        self._idf = idf
        self._offset = offset

    def __call__(self, text: str) -> tuple[list[int], list[float]]:
        """Numbers and values of the features of `text`, of Euclidean length 1."""
        counts = Counter(n for n in map(self._vocabulary.get, self._split(text)) if n is not None)
        values = [(1.0 + math.log(count)) * self._idf[n] for n, count in counts.items()]
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        return [n + self._offset for n in counts], [value / length for value in values]


class LinearText:
    """One hyperplane per label, over the stems of a text and the letters of its words; stored without pickle."""

    def __init__(self, words_in_a_row: int = 2, fewest_words: int = 1, fewest_letters: int = 2) -> None:
        """A feature of `words_in_a_row` words at most; the fewest texts that a feature must be found in."""
        self._options = (
            {**_WORDS, "ngram_range": (1, words_in_a_row), "min_df": fewest_words},
            {**_LETTERS, "min_df": fewest_letters},
        )
        self._vocabularies: list[dict[str, int]] = []
        self._numbers: dict[str, npt.NDArray[Any]] = {}
        self._encoders: list[_Encoder] = []
        self.labels: list[str] = []

    @property
    def is_trained(self) -> bool:
        """False before `fit` or `restore`."""
        return bool(self._encoders)

    def fit(
        self,
        texts: Sequence[Sequence[str]],
        labels: Sequence[str],
        C: float,  # noqa: N803  scikit-learn's name for the inverse of the regularisation
        class_weights: Mapping[str, float] | None = None,
        text_weights: Sequence[float] | None = None,
    ) -> None:
        """Learn from texts, each the list of its folded words, two labels at least."""
        stems, folded = zip(*map(_forms, texts), strict=True)
        by_word, by_letter = (TfidfVectorizer(**options) for options in self._options)
        features = hstack([by_word.fit_transform(stems), by_letter.fit_transform(folded)], format="csr")
        model = LinearSVC(C=C, class_weight=class_weights, tol=_TOLERANCE).fit(features, labels, text_weights)
        self.labels = [str(label) for label in model.classes_]
        self._vocabularies = [{f: int(n) for f, n in v.vocabulary_.items()} for v in (by_word, by_letter)]
        self._numbers = {
            "idf_word": by_word.idf_,
            "idf_letter": by_letter.idf_,
            "weights": np.ascontiguousarray(model.coef_.T, dtype=np.float32),
            "bias": model.intercept_.astype(np.float32),
        }
        self._prepare()

    def persist(self, folder: Path, name: str) -> None:
        """Write the model into `folder`, in two files that begin with `name`."""
        (folder / f"{name}.json").write_text(json.dumps({"labels": self.labels, "vocabularies": self._vocabularies}))
        np.savez_compressed(folder / f"{name}.npz", **self._numbers)

    def restore(self, folder: Path, name: str) -> None:
        """Read what `persist` wrote."""
        names = json.loads((folder / f"{name}.json").read_text())
        self.labels, self._vocabularies = names["labels"], names["vocabularies"]
        with np.load(folder / f"{name}.npz", allow_pickle=False) as stored:
            self._numbers = {key: stored[key] for key in stored.files}
        self._prepare()

    def scores(self, text: Sequence[str]) -> npt.NDArray[np.float32]:
        """The decision value of each label for a text, in the order of `labels`."""
        encoded = [encoder(form) for encoder, form in zip(self._encoders, _forms(text), strict=True)]
        rows = [n for numbers, _ in encoded for n in numbers]
        values = np.array([value for _, found in encoded for value in found], dtype=np.float32)
        decided: npt.NDArray[np.float32] = values @ self._numbers["weights"][rows] + self._numbers["bias"]
        return decided

    def _prepare(self) -> None:
        splits = [TfidfVectorizer(**options).build_analyzer() for options in self._options]
        offsets = (0, len(self._vocabularies[0]))
        idfs = (self._numbers["idf_word"], self._numbers["idf_letter"])
        self._encoders = [
            _Encoder(split, vocabulary, idf, offset)
            for split, vocabulary, idf, offset in zip(splits, self._vocabularies, idfs, offsets, strict=True)
        ]


def _forms(text: Sequence[str]) -> tuple[str, str]:
    return " ".join(map(stem, text)), " ".join(text)
