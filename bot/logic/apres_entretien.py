"""Whom to write to after the interview: three short questions, then a route. Never a score."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.logic.parcours import Path, Position, enter

FACTS = {"faits_prostitution": "prostitution", "faits_autre": "autre", "faits_inconnus": "inconnus"}
DANGER = {"danger_oui": "oui", "danger_non": "non", "danger_inconnu": "inconnu"}
PROFESSION = "profession_"
DECIDE = "decider"


@dataclass(frozen=True)
class Case:
    """What the professional has said of the situation, each None until it is said; no identity, no detail."""

    facts: str | None = None
    danger: str | None = None
    profession: str | None = None


def understand(key: str, case: Case) -> Case | None:
    """`case` with the answer that `key` gives ("faits_autre"), None when the key is not an answer to a question."""
    if key in FACTS:
        return replace(case, facts=FACTS[key])
    if key in DANGER:
        return replace(case, danger=DANGER[key])
    if key.startswith(PROFESSION):
        return replace(case, profession=key.removeprefix(PROFESSION))
    return None


def next_answer(case: Case) -> str:
    """The next question, or the route once enough is known.

    The prostitution of a minor, even only feared, goes to the procureur with a copy to the CRIP (guide régional 2022,
    CVM 2022); another worry is an information préoccupante; danger under way comes before everything.
    """
    if case.danger == "oui":
        return "issue_urgence"
    if case.facts is None:
        return "question_faits"
    if case.danger is None:
        return "question_danger"
    if case.profession is None:
        return "question_profession"
    return {"prostitution": "issue_signalement", "autre": "issue_information_preoccupante"}.get(
        case.facts, "issue_conseil"
    )


@dataclass(frozen=True)
class Outcome:
    """The answers to give in order, where one stands, what is known and what is expected next."""

    answers: tuple[str, ...]
    position: Position
    case: Case
    expected: str | None


def respond(name: str, case: Case, path: Path, position: Position, chosen: bool = True) -> Outcome:
    """Answer the request `name`: a question's answer moves the decision on, `decider` starts it anew."""
    answered = understand(name, case)
    if answered is None:
        move = enter(path, name, position, chosen)
        # The answer `decider` asks the first question itself; only the profession, said once, is kept.
        return Outcome(move.answers, move.position, Case(profession=case.profession) if name == DECIDE else case, None)
    upcoming = next_answer(answered)
    expected = "profession" if upcoming == "question_profession" else None
    return Outcome((f"{path.name}/{upcoming}",), enter(path, DECIDE, position).position, answered, expected)
