"""A linear model of short French texts: what the intent classifier, the safety layer and the sign reader learn with."""

from __future__ import annotations

import json
import math
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.nlu.french import stem
from bot.nlu.softmax import fit_softmax
from bot.nlu.word_vectors import word_vectors

_LETTERS = {"analyzer": "char_wb", "ngram_range": (3, 5), "sublinear_tf": True}
_WORDS = {"analyzer": "word", "token_pattern": r"\S+", "sublinear_tf": True}
# A rough solution is as good as a fine one here, and a third sooner. Its seed is liblinear's own, one for the whole
# process: two of them in threads would draw from one another, and no training would be like the one before.
_SOLVER: dict[str, Any] = {"tol": 0.1, "random_state": 2021}

_Hyperplanes = tuple[npt.NDArray[Any], npt.NDArray[Any]]  # weights, a row for each label; bias


class _Encoder:
    """What one TfidfVectorizer does, for one text at a time: five times faster than its own `transform`."""

    def __init__(
        self, split: Callable[[str], list[str]], vocabulary: Mapping[str, int], idf: npt.NDArray[Any], offset: int
    ) -> None:
        """`offset` is added to each feature's number."""
        self._split = split
        self._vocabulary = vocabulary
        self._idf = array("d", idf)  # its items are plain floats: numpy's cost three times as much, one at a time
        self._offset = offset

    def __call__(self, text: str) -> tuple[list[int], list[float]]:
        """Numbers and values of the features of `text`, of Euclidean length 1."""
        counts = Counter(n for n in map(self._vocabulary.get, self._split(text)) if n is not None)
        idf = self._idf
        values = [idf[n] if count == 1 else (1.0 + math.log(count)) * idf[n] for n, count in counts.items()]
        length = math.sqrt(sum(value * value for value in values)) or 1.0
        return [n + self._offset for n in counts], [value / length for value in values]


class LinearText:
    """One hyperplane per label, over the stems of a text and the letters of its words; stored without pickle."""

    def __init__(
        self, words_in_a_row: int = 2, fewest_words: int = 1, fewest_letters: int = 2, company: float = 0.0
    ) -> None:
        """A feature of `words_in_a_row` words at most; the fewest texts that a feature must be found in.

        `company` is the weight of the words' vectors (bot/nlu/word_vectors.py) beside the words: with it, words that
        keep the same company are taught by one another's texts. Read texts cost no more: vectors end up in the weights.
        """
        self._company = company
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
        blend: float = 0.0,
        scale: float = 1.0,
    ) -> None:
        """Learn from texts, each the list of its folded words and of one label; two labels at least.

        `blend` is the share of a softmax (bot/nlu/softmax.py) in the decision values, and `scale` what its logits are
        multiplied by: the mean of two linear readers is a linear reader, which costs no more.
        """
        wanted = sorted(set(labels))
        told = np.array(labels)

        def fit(rows: Any) -> _Hyperplanes:
            with ThreadPoolExecutor(1) as beside:
                other = beside.submit(fit_softmax, rows, told, wanted) if blend else None
                model = LinearSVC(C=C, class_weight=class_weights, **_SOLVER).fit(rows, told, text_weights)
            if not other:
                return model.coef_, model.intercept_
            both = zip((model.coef_, model.intercept_), other.result(), strict=True)
            weights, bias = ((1.0 - blend) * mine + blend * scale * its for mine, its in both)
            return weights, bias

        self._learn(texts, wanted, fit)

    def fit_many(
        self,
        texts: Sequence[Sequence[str]],
        labels: Sequence[Collection[str]],
        C: float,  # noqa: N803
        weight: float,
    ) -> None:
        """Learn from texts of any number of labels each; a text that bears a label weighs `weight` for it."""
        wanted = sorted(set(chain(*labels)))

        def fit(rows: Any) -> _Hyperplanes:
            model = LinearSVC(C=C, class_weight={True: weight, False: 1.0}, **_SOLVER)
            weights, bias = [], []
            for label in wanted:
                model.fit(rows, [label in borne for borne in labels])
                weights.append(model.coef_[0])
                bias.append(model.intercept_[0])
            return np.vstack(weights), np.array(bias)

        self._learn(texts, wanted, fit)

    def _learn(self, texts: Sequence[Sequence[str]], labels: list[str], fit: Callable[[Any], _Hyperplanes]) -> None:
        stems, folded = zip(*map(_forms, texts), strict=True)
        by_word, by_letter = (TfidfVectorizer(**options) for options in self._options)
        words, letters = by_word.fit_transform(stems), by_letter.fit_transform(folded)
        if self._company:
            vectors = self._company * word_vectors([text.split() for text in stems], by_word.vocabulary_)
            weights, bias = fit(hstack([words, letters, csr_matrix(words @ vectors)], format="csr"))
            weights, shared = np.split(weights, [words.shape[1] + letters.shape[1]], axis=1)
            weights[:, : words.shape[1]] += shared @ vectors.T
        else:
            weights, bias = fit(hstack([words, letters], format="csr"))
        self.labels = labels
        self._vocabularies = [{f: int(n) for f, n in v.vocabulary_.items()} for v in (by_word, by_letter)]
        self._numbers = {
            "idf_word": by_word.idf_,
            "idf_letter": by_letter.idf_,
            "weights": np.ascontiguousarray(weights.T, dtype=np.float16),  # half the memory, the same decisions
            "bias": bias.astype(np.float32),
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
        decided: npt.NDArray[np.float32] = (
            values @ self._numbers["weights"][rows].astype(np.float32) + self._numbers["bias"]
        )
        return decided

    def pulls(self, text: Sequence[str], label: str) -> list[float]:
        """How much each word of a text speaks for `label`, by itself and by halves with each of its neighbours."""
        column = self._numbers["weights"][:, self.labels.index(label)]
        vocabulary, idf = self._vocabularies[0], self._numbers["idf_word"]
        stems = [stem(word) for word in text]

        def pull(feature: str) -> float:
            number = vocabulary.get(feature)
            return 0.0 if number is None else float(column[number] * idf[number])

        pairs = [0.0, *(pull(f"{one} {other}") for one, other in pairwise(stems)), 0.0]
        return [pull(one) + (pairs[i] + pairs[i + 1]) / 2 for i, one in enumerate(stems)]

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
