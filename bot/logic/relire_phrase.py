"""« Relisez ma phrase »: find the planned sentence in a message, and what to answer about it; it is kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.logic.formulation import GRAVE, IMPROVE, UNKNOWN, Kind, Reading, unquoted
from bot.logic.normalisation import fold

TOPIC = "relire_phrase"
ASK = f"{TOPIC}/commencer"
REVIEW = f"{TOPIC}/phrase"
EXPECTED = "phrase"  # what is expected once the sentence was asked for

_MOST_KINDS = 3
_MOST_SHOWN = 8  # words at fault that may be shown
_LONGEST = 60  # words of a planned sentence
_QUOTED = re.compile(r"«(?P<a>[^«»]{4,600})»|\"(?P<b>[^\"]{4,600})\"|“(?P<c>[^“”]{4,600})”")
_TO_THE_YOUNG = re.compile(r"\b(?:tu|te|t|toi|ton|ta|tes|vous|votre|vos|\w{3,}ez)\b")
_CLAUSE = re.compile(r"[.!?;,\n]+")
_ANYTHING = re.compile("")
_FEW_WORDS = 4  # « ... », ça va comme ça ?
_SHORT_CLAUSE = 2  # words: « s'il te plaît », « alors » say no danger


@dataclass(frozen=True)
class Planned:
    """A sentence planned for the young person. `around` is the message without it.

    `addressed` when every clause speaks to the young person: what it says of violence is asked, not reported.
    """

    sentence: str
    around: str
    addressed: bool


@dataclass(frozen=True)
class Said:
    """What is said of a sentence: the name of the answer, its three texts, and the kind that the advice is about."""

    answer: str
    kinds: str = ""
    why: str = ""
    better: str = ""
    about: str | None = None


def asked_about(text: str, asks: Sequence[re.Pattern[str]]) -> Planned | None:
    """The sentence that `text` gives while asking to review it (`asks`, on folded text); None when it gives none."""
    quoted = _QUOTED.search(text)
    if quoted:
        after = text[quoted.end() :]
        around = f"{text[: quoted.start()]}. {after}"
        sentence = next(part for part in quoted.groups() if part).strip()
        if any(pattern.search(fold(around)) for pattern in asks) and len(sentence.split()) > 1:
            # More told after the sentence may be the story of a danger, which the sentence makes plainer.
            told = len(fold(after).split()) > _FEW_WORDS
            return Planned(sentence, around, not told and _addressed(sentence, strictly=True))
        return None
    before, colon, after = text.partition(":")
    if colon and len(after.split()) > 1 and any(pattern.search(fold(before)) for pattern in asks):
        return Planned(after.strip(), before, _addressed(after, strictly=True))
    return None


def told(text: str) -> Planned | None:
    """The sentence that stands in `text`, in quotation marks or after a colon, when it speaks to somebody."""
    planned = asked_about(text, (_ANYTHING,))
    return planned if planned and _addressed(planned.sentence, strictly=False) else None


def given(text: str) -> Planned | None:
    """The sentence that `text` is, when one is expected; None when it speaks to nobody, or is too long."""
    sentence = unquoted(text.strip())
    if len(sentence.split()) > _LONGEST or len(sentence.split()) < 2:
        return None
    quoted = sentence != text.strip()
    if not quoted and not _addressed(sentence, strictly=False):
        return None
    return Planned(sentence, "", _addressed(sentence, strictly=True))


def _addressed(sentence: str, strictly: bool) -> bool:
    clauses = [fold(clause) for clause in _CLAUSE.split(sentence)]
    spoken = [bool(_TO_THE_YOUNG.search(clause)) for clause in clauses if len(clause.split()) > _SHORT_CLAUSE]
    if not spoken:
        return bool(_TO_THE_YOUNG.search(fold(sentence)))
    return all(spoken) if strictly else any(spoken)


def say(reading: Reading, kinds: Mapping[str, Kind], phrases: Mapping[str, str]) -> Said:
    """What to answer: the kinds, faults first, why, and a better wording; `phrases` are the pieces of text."""
    shown = [one for one in reading.found if reading.verdict != IMPROVE or kinds[one.kind_id].verdict == IMPROVE]
    # The gravest first: one advice at a time is followed.
    shown = sorted(shown, key=lambda one: one.kind_id not in GRAVE)[:_MOST_KINDS]
    if reading.verdict == UNKNOWN or not shown:
        return Said("inconnu")
    lines = []
    for one in shown:
        kind = kinds[one.kind_id]
        named = phrases["sorte"].format(titre=kind.title)
        if kind.verdict == IMPROVE and one.words and len(one.words.split()) <= _MOST_SHOWN:
            named = phrases["sorte_mots"].format(titre=kind.title, mots=one.words)
        lines.append(named)
    first = kinds[shown[0].kind_id]
    better = "\n".join(phrases["mieux"].format(phrase=one) for one in first.better[:2])
    answer = "a_ameliorer" if reading.verdict == IMPROVE else "a_garder"
    return Said(answer, "\n".join(lines), first.why, better, first.id)
