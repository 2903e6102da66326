"""data/formation: the kinds, the patterns and the sentences that the reading is made of."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from bot.content.formulations import PHRASES, TUNING, formulations_faults, read_kinds, read_review_words
from bot.content.labelled import read_phrases
from bot.content.location import DATA
from bot.logic.normalisation import fold

ROOT = Path(__file__).resolve().parents[2]
KINDS = (
    "cadre inquietude constat question_ouverte reprise oser loi_protection attentes relais soutien transparence "
    "laisser_place fermee suggestive multiple pourquoi jugement pression enquete promesse mot_trop_tot jargon "
    "minimisation"
).split()


def test_the_files_have_no_fault() -> None:
    assert [f for f in formulations_faults(ROOT, date(2026, 11, 21)) if not f.warning] == []


def test_the_kinds_are_those_that_the_scenarios_cite() -> None:
    kinds = read_kinds(DATA)
    assert list(kinds) == KINDS
    assert all(one.why and len(one.better) >= 2 for one in kinds.values())


def test_each_kind_has_sentences_to_learn_from_all_different() -> None:
    phrases = list(read_phrases(DATA / PHRASES))
    counts = Counter(kind for _, kinds, _ in phrases for kind in kinds)
    assert len(phrases) >= 2500
    assert min(counts[kind] for kind in KINDS) >= 50
    twice = [
        text for text, count in Counter(fold(text) + "?" * text.count("?") for *_, text in phrases).items() if count > 1
    ]
    assert twice == []


def test_the_sentences_of_the_tuning_are_not_learnt() -> None:
    learnt = {fold(text) for *_, text in read_phrases(DATA / PHRASES)}
    kept_apart = {fold(text) for *_, text in read_phrases(DATA / TUNING)}
    assert kept_apart and not learnt & kept_apart


def test_each_kind_leads_to_a_step() -> None:
    steps = read_review_words(DATA).steps
    assert set(steps) == set(KINDS)
    assert set(steps.values()) <= set(range(1, 9))
