"""Words as vectors, learned from the company that they keep in the training texts: « thune » stands near « fric »."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from sklearn.utils.extmath import randomized_svd

_SIZE = 100
_WINDOW = 4  # words on each side that keep a word company, the nearer the more
_SMOOTHING = 0.75  # of the frequencies of the company: what is rare says less than it seems
_NOTHING = 1e-9  # length under which a vector is none: nothing keeps that word company
_SEED = 2021


def word_vectors(texts: Sequence[Sequence[str]], vocabulary: Mapping[str, int]) -> npt.NDArray[np.float32]:
    """Vectors of length 1, a row for each feature of `vocabulary` by its number; 0 for one that stands in no text.

    `texts` are lists of words; a pair of words has no vector of its own. Positive pointwise mutual information, then
    its singular vectors (Levy, Goldberg and Dagan, 2015): on a few hundred thousand words they are worth more than
    vectors learned by a network. Two runs on the same texts give the same vectors.
    """
    known, read = np.unique([vocabulary.get(word, -1) for word in chain(*texts)], return_inverse=True)
    named = known >= 0  # the words of no feature are one, which keeps no company
    of_text = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    pairs = []
    for away in range(1, _WINDOW + 1):
        one, other = read[:-away], read[away:]
        kept = (of_text[:-away] == of_text[away:]) & named[one] & named[other] & (one != other)
        pairs.append((np.full(kept.sum(), 1.0 / away), one[kept], other[kept]))
    values, ones, others = (np.concatenate(column) for column in zip(*pairs, strict=True))
    met = coo_matrix((values, (ones, others)), shape=(len(known), len(known)))
    axes, importance, _ = randomized_svd(_surprise(met), min(_SIZE, len(known)), random_state=_SEED)
    found = axes * np.sqrt(importance)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    vectors = np.zeros((len(vocabulary), found.shape[1]), dtype=np.float32)
    vectors[known[named]] = np.divide(found, lengths, out=np.zeros_like(found), where=lengths > _NOTHING)[named]
    return vectors


def _surprise(met: Any) -> Any:
    """How much more often than by chance words meet, from 0 up: a sparse square matrix like `met`."""
    met = (met + met.T).tocoo()
    often = np.asarray(met.sum(axis=1)).ravel()
    share = often**_SMOOTHING / (often**_SMOOTHING).sum()
    told = np.maximum(np.log(met.data / (often[met.row] * share[met.col])), 0.0)
    return coo_matrix((told, (met.row, met.col)), shape=met.shape).tocsr()
