"""What the safety layer concludes from what was read in a message: a danger, a doubt, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

MINOR = "mineur_ecrit"
# What a minor tells of herself or himself; in the other kinds, words of a minor are an adult's.
_TOLD_BY_MINORS = frozenset({MINOR, "danger_immediat", "risque_suicidaire", "disparition"})


@dataclass(frozen=True)
class Verdict:
    """The danger told, if any; a `doubt` that deserves a line of precaution; whether a minor is writing.

    `plausible` are the kinds that cannot be ruled out, told or not.
    """

    danger: str | None = None
    doubt: bool = False
    minor: bool = False
    plausible: frozenset[str] = frozenset()


def conclude(
    named: Collection[str],
    scores: Mapping[str, float],
    urgency: Sequence[str],
    alarm: Mapping[str, float],
    doubt: float,
    doubtful: Collection[str],
    plausible_from: float,
) -> Verdict:
    """The verdict on a message.

    `named` are the kinds that the lexicon recognised, `scores` how much each kind outweighs an ordinary message (0 is
    even), `urgency` the kinds from the most urgent. From its `alarm` a kind is a danger; from `doubt`, for the
    `doubtful` kinds, it is not told but deserves a line of precaution; from `plausible_from` a button may name it.
    """
    told = {kind for kind, score in scores.items() if score >= alarm[kind]}
    best = max(told, key=lambda kind: scores[kind], default=None)
    found = {*named, *([best] if best else ())}
    danger = next((kind for kind in urgency if kind in found), None)
    unsure = danger is None and any(scores.get(kind, doubt - 1) >= doubt for kind in doubtful)
    minor = MINOR in named or (MINOR in told and best in _TOLD_BY_MINORS)
    plausible = frozenset(kind for kind, score in scores.items() if score >= plausible_from)
    return Verdict(danger, unsure, minor, plausible)
