"""Whose sign it is, on a handful of sentences: the rules alone, then what was learned beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.lexicon import read_lexicon
from bot.nlu.french import clauses
from bot.nlu.sign_scope import Parts, SignScope

SIGN = "fugues"
WORDS = read_lexicon(Path(__file__).resolve().parents[2] / "data/lexicon").small_words
# « fugue » is told in the first half; in the second, no rule sees that « pipeau total » denies.
TOLD = ["elle fugue le soir", "il fugue souvent", "la petite fugue encore", "elle fugue et ne dit rien"]
DENIED = ["pipeau total pour la fugue", "fugue pipeau total", "côté fugue pipeau total", "pipeau total question fugue"]


def spot(text: str) -> tuple[Parts, int, int, str]:
    parts = clauses(text, {})
    index = next(i for i, part in enumerate(parts) if "fugue" in part)
    return parts, index, parts[index].index("fugue"), SIGN


@pytest.fixture(scope="module")
def learned() -> SignScope:
    scope = SignScope(WORDS)
    told = [*([True] * len(TOLD)), *([False] * len(DENIED))]
    scope.fit([spot(text) for text in TOLD + DENIED] * 9, told * 9)
    return scope


def test_untrained_it_says_what_the_rules_say() -> None:
    scope = SignScope(WORDS)
    assert scope.value(*spot("elle fugue le soir")) > 0
    assert scope.value(*spot("elle ne fugue pas")) < 0
    assert scope.value(*spot("fugue pipeau total")) > 0


def test_it_learns_a_denial_that_no_rule_knows(learned: SignScope) -> None:
    assert (
        learned.value(*spot("depuis la rentrée fugue pipeau total")) < 0 < learned.value(*spot("elle fugue à la gare"))
    )


def test_it_is_the_same_once_stored(learned: SignScope, tmp_path: Path) -> None:
    learned.persist(tmp_path, "scope")
    read_back = SignScope(WORDS)
    read_back.restore(tmp_path, "scope")
    for text in TOLD + DENIED:
        assert read_back.value(*spot(text)) == pytest.approx(learned.value(*spot(text)), abs=1e-3)
