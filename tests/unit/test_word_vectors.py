"""Words that keep the same company: near one another as vectors, and taught by one another's texts."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu import word_vectors as module
from bot.nlu.linear_text import LinearText
from bot.nlu.word_vectors import word_vectors

TEXTS = [
    "elle a de la thune plein le sac".split(),
    "elle a du fric plein le sac".split(),
    "il compte sa thune devant nous".split(),
    "il compte son fric devant nous".split(),
    "elle dort sur la table en cours".split(),
    "elle dort sur le banc du couloir".split(),
]
VOCABULARY = {word: number for number, word in enumerate(sorted({word for text in TEXTS for word in text}))}


@pytest.fixture(autouse=True)
def _few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SIZE", 6)


def test_words_of_the_same_company_are_near() -> None:
    vectors = word_vectors(TEXTS, VOCABULARY)
    money, cash, sleep = (vectors[VOCABULARY[word]] for word in ("thune", "fric", "dort"))
    assert money @ cash > money @ sleep
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0)


def test_a_feature_that_stands_in_no_text_has_no_vector() -> None:
    vectors = word_vectors(TEXTS, {**VOCABULARY, "elle a": len(VOCABULARY)})
    assert vectors.shape == (len(VOCABULARY) + 1, 6)
    assert not vectors[-1].any()


def test_a_word_that_is_no_feature_is_passed_over() -> None:
    without = {word: number for number, word in enumerate(word for word in VOCABULARY if word != "sac")}
    assert np.allclose(np.linalg.norm(word_vectors(TEXTS, without), axis=1), 1.0)


def test_two_runs_give_the_same_vectors() -> None:
    assert np.array_equal(word_vectors(TEXTS, VOCABULARY), word_vectors(TEXTS, VOCABULARY))


def test_what_is_learned_of_a_word_is_learned_of_its_company() -> None:
    """« fric » and « banc » stand in no text that tells money; « fric » keeps the company of « thune », which does."""
    told = [["argent"] if "thune" in text else ["sommeil"] if "table" in text else [] for text in TEXTS]
    nearer = {}
    for company in (0.0, 2.0):
        model = LinearText(fewest_letters=3, company=company)
        model.fit_many(TEXTS, told, 1.0, 3.0)
        money = model.labels.index("argent")
        nearer[company] = model.scores(["fric"])[money] - model.scores(["banc"])[money]
    assert nearer[2.0] > nearer[0.0]
