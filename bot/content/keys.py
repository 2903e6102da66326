"""Every key that a button or a client may name: the allow-list of payloads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.content.answers import read_answers
from bot.content.lexicon import read_lexicon
from bot.content.orientation import read_places, read_policy
from bot.content.paths import read_paths
from bot.content.readings import remember
from bot.content.training_sentences import read_sentences
from bot.logic.apres_entretien import PROFESSION
from bot.logic.normalisation import fold
from bot.logic.orienter import CHOSEN_PLACE, TOPIC

MOVES = frozenset(
    f"naviguer/{word}"
    for word in (
        "suivant",
        "precedent",
        "exemple",
        "pourquoi",
        "pause",
        "reprendre",
        "recommencer",
        "effacer",
        "quitter",
    )
)


@remember
def known_keys(data: Path, with_buttons: bool = True) -> frozenset[str]:
    """What may be asked for by name under `data`.

    Requests, moves, kinds of contact, professions, places, steps, and whatever a button leads to: not the answers that
    only the program gives, whose placeholders it fills. Without buttons: what a button may lead to.
    """
    answers = read_answers(data / "responses")
    buttons = {b.payload[1:] for a in answers.values() for v in a.variants for b in v.buttons}
    steps = {f"{p.name}/{s.id}" for p in read_paths(data / "parcours").values() for s in p.steps}
    needs = {f"{TOPIC}/{need}" for need in read_policy(data / "directory").needs}
    professions = {f"apres_entretien/{PROFESSION}{one.id}" for one in read_lexicon(data / "lexicon").professions}
    places = {f"{TOPIC}/{CHOSEN_PLACE}{code}" for code in read_places(data / "directory").names}
    return MOVES.union(read_sentences(data / "nlu"), buttons if with_buttons else (), steps, needs, professions, places)


@remember
def titles_of_choices(data: Path) -> Mapping[str, str]:
    """Folded title of a choice -> the key that it names; titles of one word, or of several keys, name nothing."""
    named: dict[str, set[str]] = {}
    for answer in read_answers(data / "responses").values():
        for button in (button for variant in answer.variants for button in variant.buttons):
            named.setdefault(fold(button.title), set()).add(button.payload[1:])
    return {title: next(iter(keys)) for title, keys in named.items() if len(keys) == 1 and " " in title}
