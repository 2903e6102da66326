"""What is kept of a session for a group's summary: readings and counts, no word of the trainee, no name, no hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.logic.debrief import debrief
from bot.logic.practice import Session
from bot.logic.scenario import HIGHEST, LOWEST, STEPS

FORMAT = 1
FEWEST = 3  # sessions of a summary: below, one would recognise somebody
_ENDINGS = ("fin", "depart", "pause", "arret")


@dataclass(frozen=True)
class Record:
    """One session: steps covered, well or only clumsily, kinds used, moods (trust, openness, fear) from the start."""

    scenario: str
    day: str
    ended: str
    steps: frozenset[int]
    clumsy_steps: frozenset[int]
    kinds: Mapping[str, int]
    moods: tuple[tuple[int, int, int], ...]
    facts: int


def record(session: Session, day: date) -> dict[str, Any]:
    """`session` as it is saved (JSON): see Record."""
    seen = debrief(session)
    moods = [session.scenario.young.mood, *(turn.mood for turn in session.turns)]
    return {
        "vigie_formation": FORMAT,
        "scenario": session.scenario.id,
        "jour": day.isoformat(),
        "fin": session.ended or "arret",
        "etapes": [step.number for step in seen.steps if step.covered],
        "etapes_maladroites": [step.number for step in seen.steps if step.lines and not step.covered],
        "formulations": dict(Counter(kind for turn in session.turns for kind in sorted(turn.acts))),
        "humeurs": [[mood.trust, mood.openness, mood.fear] for mood in moods],
        "faits": len(session.said),
    }


def read_record(raw: Any) -> Record:
    """A Record from what a file holds; raises ValueError when it is none."""
    try:
        if raw["vigie_formation"] != FORMAT or set(raw) != _KEYS:
            raise ValueError("unknown format")
        moods = tuple((int(trust), int(openness), int(fear)) for trust, openness, fear in raw["humeurs"])
        found = Record(
            scenario=_name(raw["scenario"]),
            day=date.fromisoformat(raw["jour"]).isoformat(),
            ended=raw["fin"],
            steps=frozenset(map(int, raw["etapes"])),
            clumsy_steps=frozenset(map(int, raw["etapes_maladroites"])),
            kinds={_name(kind): int(count) for kind, count in raw["formulations"].items()},
            moods=moods,
            facts=int(raw["faits"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a saved session") from error
    known = frozenset(range(1, STEPS + 1))
    within = all(LOWEST <= value <= HIGHEST for mood in moods for value in mood)
    if not moods or not within or not (found.steps | found.clumsy_steps) <= known or found.ended not in _ENDINGS:
        raise ValueError("values out of range")
    return found


_KEYS = {
    "vigie_formation",
    "scenario",
    "jour",
    "fin",
    "etapes",
    "etapes_maladroites",
    "formulations",
    "humeurs",
    "faits",
}


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.replace("_", "").isalnum() or len(value) > 80:
        raise ValueError("an id is expected")
    return value
