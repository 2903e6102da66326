"""A softmax of low rank over sparse features: another linear reader of the same text, to be mixed with hyperplanes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.neural_network import MLPClassifier  # scikit-learn's own: with no activation, a product of two matrices

_RANK = 128
_EPOCHS = 6
_BATCH = 2048  # texts at most: an epoch has `_STEPS` steps at least
_STEPS = 28
_RATE = 8e-3
_SCALE = 3.0  # of the features, whose length is 1 for each kind: learning starts sooner
_DROPPED = 0.4  # share of the features that are hidden, others each time
_RARE = 25_000  # a feature found in less than one text of so many is not read
_SEED = 2021


def fit_softmax(
    features: Any, labels: npt.NDArray[Any], wanted: Sequence[str]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Weights (labels x features) and bias of the logits of the `wanted` labels, three at least, in their order.

    `features` is a sparse matrix, a row for each text; a feature that too few texts hold weighs 0. Two runs on the same
    data give the same weights.
    """
    texts = features.shape[0]
    read = np.flatnonzero(np.diff(features.tocsc().indptr) >= texts / _RARE)
    rows = features[:, read].astype(np.float32) * np.float32(_SCALE)
    draw = np.random.default_rng(_SEED)
    batch = min(_BATCH, max(1, texts // _STEPS))
    model = MLPClassifier(
        (_RANK,), activation="identity", batch_size=batch, learning_rate_init=_RATE, random_state=_SEED
    )
    for _ in range(_EPOCHS):
        shown = rows.copy()
        shown.data *= (draw.random(len(shown.data), dtype=np.float32) >= _DROPPED) / np.float32(1.0 - _DROPPED)
        model.partial_fit(shown, labels, list(wanted))
    (first, second), (first_bias, second_bias) = model.coefs_, model.intercepts_
    weights = np.zeros((len(wanted), features.shape[1]), dtype=np.float32)
    weights[:, read] = (first @ second).T * _SCALE
    return weights, (first_bias @ second + second_bias).astype(np.float32)
