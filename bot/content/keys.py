"""Every key that a button or a client may name: the allow-list of payloads."""

from __future__ import annotations

from pathlib import Path

from bot.content.answers import read_answers
from bot.content.lexicon import read_lexicon
from bot.content.orientation import read_places, read_policy
from bot.content.training_sentences import read_sentences
from bot.logic.apres_entretien import PROFESSION
from bot.logic.orienter import CHOSEN_PLACE, TOPIC

MOVES = frozenset(
    f"naviguer/{word}"
    for word in ("suivant", "precedent", "exemple", "pourquoi", "pause", "reprendre", "recommencer", "quitter")
)


def known_keys(data: Path) -> frozenset[str]:
    """Answers, requests, moves, kinds of contact, professions and places that exist under `data`."""
    needs = {f"{TOPIC}/{need}" for need in read_policy(data / "directory").needs}
    professions = {f"apres_entretien/{PROFESSION}{one.id}" for one in read_lexicon(data / "lexicon").professions}
    places = {f"{TOPIC}/{CHOSEN_PLACE}{code}" for code in read_places(data / "directory").names}
    return MOVES.union(read_answers(data / "responses"), read_sentences(data / "nlu"), needs, places, professions)
