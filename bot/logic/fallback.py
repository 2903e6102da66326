"""What to offer when a message is not understood: never a dead end, never an intent's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.logic.comprehension import Choice

MOST_CHOICES = 3
# Who writes is recognised, never guessed; welcome and navigation are no readings of a question.
NEVER_OFFERED = (
    "urgence/mineur_ecrit",
    "urgence/jeune_",
    "urgence/proche_",
    "urgence/demande_interdite",
    "urgence/contenu_sexuel",
    "accueil/",
    "naviguer/",
)
PLAUSIBLE = 0.04  # confidence under which a candidate is not worth reading


@dataclass(frozen=True)
class Proposal:
    """The answer to give and its choices."""

    answer: str
    choices: tuple[Choice, ...]


def offer(ranking: Sequence[tuple[str, float]], titles: Mapping[str, str], failed_before: bool) -> Proposal:
    """Candidates at the first failure; the menu at the second, or when no candidate is plausible."""
    choices = tuple(
        Choice(titles[key], key)
        for key, sure in ranking
        if key in titles and sure >= PLAUSIBLE and not key.startswith(NEVER_OFFERED)
    )
    if not choices:
        return Proposal("accueil/hors_sujet", ())
    if failed_before:
        return Proposal("accueil/pas_compris", ())
    return Proposal("accueil/proposer", choices[:MOST_CHOICES])


def failed_before(events: Sequence[Mapping[str, Any]], action: str) -> bool:
    """True when the turn before the current one ended in `action` too; `events` are the tracker's, oldest first."""
    turns = [i for i, event in enumerate(events) if event.get("event") == "user"]
    if len(turns) < 2:
        return False
    return any(e.get("event") == "action" and e.get("name") == action for e in events[turns[-2] : turns[-1]])
