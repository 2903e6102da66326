"""The last word on what a message asks for: danger, typed choices and context before the classifier."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.logic.normalisation import fold

FALLBACK = "nlu_fallback"
SILENCE = "accueil/silence"
DESCRIBE = "reconnaitre_signes/decrire"
GIVE_PLACE = "contacter_departement/donner_lieu"
PROFESSION_NOTED = "accueil/profession_notee"
ANSWER_YES = "naviguer/affirmer"
ANSWER_NO = "naviguer/refuser"

_YES = frozenset(
    {"oui", "ok", "d accord", "oui merci", "oui svp", "oui s il vous plait", "bien sur", "volontiers", "yes"}
)
_NO = frozenset({"non", "non merci", "pas maintenant", "non pas maintenant", "surtout pas", "no"})
_STEP = re.compile(
    r"^(?:\w+ ){0,4}?(?:etape|etap|step)\s*(?:numero |no |n )?(\d|une?|deux|trois|quatre|cinq|six|sept|huit)\b"
)
_NTH_STEP = re.compile(
    r"\b(premiere|1re|1ere|deuxieme|2e|2eme|seconde|troisieme|3e|3eme|quatrieme|4e|4eme|cinquieme|5e|5eme"
    r"|sixieme|6e|6eme|septieme|7e|7eme|huitieme|8e|8eme|derniere) (?:etape|etap)\b"
)
_NUMBERS = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8}
_ORDINALS = {
    **dict.fromkeys(("premiere", "1re", "1ere"), 1),
    **dict.fromkeys(("deuxieme", "2e", "2eme", "seconde"), 2),
    **dict.fromkeys(("troisieme", "3e", "3eme"), 3),
    **dict.fromkeys(("quatrieme", "4e", "4eme"), 4),
    **dict.fromkeys(("cinquieme", "5e", "5eme"), 5),
    **dict.fromkeys(("sixieme", "6e", "6eme"), 6),
    **dict.fromkeys(("septieme", "7e", "7eme"), 7),
    **dict.fromkeys(("huitieme", "8e", "8eme", "derniere"), 8),
}
_STEP_MESSAGE_WORDS = 9


@dataclass(frozen=True)
class Choice:
    """A button of the last bot turn: the title read by the user and the key it stands for ("loi/client_peines")."""

    title: str
    key: str


@dataclass(frozen=True)
class Context:
    """What the conversation brings to the reading of a message."""

    choices: tuple[Choice, ...] = ()
    expected: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Observation:
    """What the components before read in the message; `ranking` holds (key, confidence), best first."""

    text: str
    ranking: tuple[tuple[str, float], ...] = ()
    danger: str | None = None
    signs: tuple[str, ...] = ()
    place_found: bool = False
    place_is_whole_message: bool = False
    is_short: bool = False
    profession: str | None = None
    need: str | None = None
    is_question: bool = False


@dataclass(frozen=True)
class Thresholds:
    """Confidences, from 0 to 1, calibrated on the development set (tests/nlu/dev.yml)."""

    accept: float = 0.2
    sure: float = 0.6
    certain: float = 0.8


@dataclass(frozen=True)
class Reading:
    """What the message asks for: a key, how sure (0 to 1) and the other candidates."""

    key: str
    confidence: float
    candidates: tuple[tuple[str, float], ...] = field(default=())


def read_message(
    seen: Observation, context: Context, known: frozenset[str], thresholds: Thresholds | None = None
) -> Reading:
    """Decide what a message asks for; `known` are the keys that a button or a client may name directly."""
    limits = thresholds or Thresholds()
    if not fold(seen.text) and "?" not in seen.text:
        return Reading(SILENCE, 1.0)
    payload = seen.text.strip()
    if payload.startswith("/") and payload[1:] in known:
        return Reading(payload[1:], 1.0)
    # A button's own title is a choice, even « Risque suicidaire »; anything else that says danger is danger.
    typed = typed_choice(seen.text, context.choices)
    if typed:
        return Reading(typed, 1.0)
    if seen.danger:
        return Reading(f"urgence/{seen.danger}", 1.0)
    step = interview_step(seen.text)
    if step:
        return Reading(step, 1.0)
    if seen.place_found:
        place = _place(seen, context, limits)
        if place:
            return Reading(place, 1.0)
    if seen.profession and context.expected == "profession":
        return Reading(f"apres_entretien/profession_{seen.profession}", 1.0)
    return _weigh(seen, context, limits)


def _place(seen: Observation, context: Context, limits: Thresholds) -> str | None:
    """What a message that names a place asks for: a contact of some kind, or the place is the answer to a question."""
    key, confidence = seen.ranking[0] if seen.ranking else (FALLBACK, 0.0)
    # « la liste de signes du parquet de Paris » names a place and a kind of contact, and asks for neither.
    if seen.need and (confidence < limits.sure or key.startswith("contacter_departement/")):
        return f"contacter_departement/{seen.need}"
    alone = seen.place_is_whole_message and not seen.is_question
    return GIVE_PLACE if context.expected == "departement" or alone else None


def _weigh(seen: Observation, context: Context, limits: Thresholds) -> Reading:
    key, confidence = seen.ranking[0] if seen.ranking else (FALLBACK, 0.0)
    describing = key == DESCRIBE or (context.expected == "description" and not seen.is_question)
    doubtful = confidence < (limits.certain if len(seen.signs) > 1 else limits.sure)
    if seen.signs and not seen.is_question and (describing or doubtful):
        return Reading(DESCRIBE, 1.0, seen.ranking)
    if context.expected == "description" and not seen.is_question and confidence < limits.sure:
        return Reading(DESCRIBE, confidence, seen.ranking)
    if seen.profession and not seen.is_question and (seen.is_short or confidence < limits.accept):
        return Reading(PROFESSION_NOTED, 1.0, seen.ranking)
    if confidence < limits.accept:
        return Reading(FALLBACK, confidence, seen.ranking)
    return Reading(key, confidence, seen.ranking)


def typed_choice(text: str, choices: Sequence[Choice]) -> str | None:
    """The key of the button that `text` names by its number, its title, or oui/non; None when it names none."""
    typed = fold(text)
    if not typed or not choices:
        return None
    number = re.fullmatch(r"(?:(?:choix|numero|no|n|option|le|la) )?([1-9]\d?)", typed)
    if number and not typed.startswith("0") and int(number[1]) <= len(choices):
        return choices[int(number[1]) - 1].key
    for choice in choices:
        if typed == fold(choice.title):
            return choice.key
    if typed in _YES or typed in _NO:
        wanted = "oui" if typed in _YES else "non"
        for choice in choices:
            if fold(choice.title).split(" ")[0] == wanted:
                return choice.key
    return None


def interview_step(text: str) -> str | None:
    """The interview step that a short message names: "étape 4", "la quatrième étape"."""
    folded = fold(text)
    if len(folded.split()) > _STEP_MESSAGE_WORDS:
        return None
    nth = _NTH_STEP.search(folded)
    if nth:
        return f"preparer_entretien/etape_{_ORDINALS[nth[1]]}"
    found = _STEP.search(folded)
    if not found:
        return None
    number = _NUMBERS.get(found[1]) or int(found[1])
    return f"preparer_entretien/etape_{number}" if 1 <= number <= 8 else None


def is_question(text: str, words: Sequence[str], question_words: Sequence[Sequence[str]]) -> bool:
    """True when `text` asks something: a question mark, or it begins with or contains an interrogative phrase."""
    if "?" in text:
        return True
    folded = " ".join(words)
    return any(
        folded.startswith(" ".join(phrase) + " ") or (len(phrase) > 1 and f" {' '.join(phrase)} " in f" {folded} ")
        for phrase in question_words
    )


def split_key(key: str) -> tuple[str, str | None]:
    """("loi", "client_peines") for "loi/client_peines"; the second part is None for a plain intent."""
    topic, _, rest = key.partition("/")
    return topic, rest or None
