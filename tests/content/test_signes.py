"""What the sign reader learns from: whole, apart from the test sets, without anybody's data."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.content.labelled import DENIED, read_phrases
from bot.content.lexicon import read_lexicon
from bot.logic.normalisation import fold
from tests.content.test_alertes import PERSONAL

ROOT = Path(__file__).resolve().parents[2]
PHRASES = list(read_phrases(ROOT / "data/signes"))


def test_each_sign_is_told_and_denied_often_enough_to_be_learned() -> None:
    signs = {sign.id for sign in read_lexicon(ROOT / "data/lexicon").signs}
    found = Counter(label for _, labels, _ in PHRASES for label in labels)
    assert {label.removeprefix(DENIED) for label in found} == signs
    for sign in signs:
        assert found[sign] >= 60, sign
        assert found[DENIED + sign] >= 15, sign


def test_no_sentence_is_written_twice() -> None:
    folded = Counter(fold(text) for *_, text in PHRASES)
    assert not [text for text, count in folded.items() if count > 1]


@pytest.mark.parametrize("file", ["recits.yml", "recits_dev.yml", "recits_dev_2.yml", "recits_dev_3.yml"])
def test_nothing_is_learned_from_a_story_of_the_tests(file: str) -> None:
    stories = yaml.safe_load((ROOT / "tests/nlu" / file).read_text(encoding="utf-8"))["recits"]
    told = [fold(story["texte"]) for story in stories]
    learned = {fold(text) for *_, text in PHRASES if len(text.split()) >= 6}
    assert not [text for text in learned if any(text in story for story in told)]


def test_no_sentence_holds_a_number_or_an_address() -> None:
    assert not [text for *_, text in PHRASES if PERSONAL.search(text)]
