"""The softmax that reads beside the hyperplanes: what it learns, what it leaves alone, and twice the same."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.nlu import softmax
from bot.nlu.linear_text import LinearText
from bot.nlu.softmax import fit_softmax

WANTED = ["contact", "loi", "soin"]
LABELS = np.array(WANTED * 30)
# Columns: a word of each label, a word of every text, a word of a single text.
FEATURES = csr_matrix(
    [[*(label == one for one in WANTED), 1, row == 0] for row, label in enumerate(LABELS)], dtype=float
)


def test_it_tells_labels_apart() -> None:
    weights, bias = fit_softmax(FEATURES, LABELS, WANTED)
    told = np.argmax(FEATURES @ weights.T + bias, axis=1)
    assert [WANTED[i] for i in told] == list(LABELS)


def test_a_feature_of_too_few_texts_weighs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(softmax, "_RARE", len(LABELS) / 2)
    weights, _ = fit_softmax(FEATURES, LABELS, WANTED)
    assert weights[:, 0].any()
    assert not weights[:, 4].any()


def test_two_trainings_give_the_same_weights() -> None:
    (first, _), (second, _) = (fit_softmax(FEATURES, LABELS, WANTED) for _ in range(2))
    assert np.array_equal(first, second)


def test_blended_scores_are_those_of_both_readers() -> None:
    texts = [["que", "risque", "le", "client"], ["la", "peine", "du", "client"], ["ou", "la", "faire", "soigner"]] * 9
    labels = ["loi", "peine", "soin"] * 9
    scores = {}
    for blend in (0.0, 0.5, 1.0):
        model = LinearText()
        model.fit(texts, labels, 1.0, blend=blend, scale=0.15)
        scores[blend] = model.scores(["quelle", "peine", "pour", "le", "client"])
    assert not np.allclose(scores[0.0], scores[1.0])
    assert np.allclose(scores[0.5], (scores[0.0] + scores[1.0]) / 2, atol=2e-3)  # half precision
