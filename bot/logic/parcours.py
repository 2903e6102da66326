"""Guided paths: an ordered line of steps, and how one moves along it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

_OUTSIDE = {
    "recommencer": "naviguer/recommence",
    "affirmer": "accueil/oui_sans_question",
    "refuser": "accueil/oui_sans_question",
    "quitter": "naviguer/quitte",
}
_SHIFT = {"suivant": 1, "affirmer": 1, "precedent": -1}
_NOTHING_MORE = {"exemple": "naviguer/pas_d_exemple", "pourquoi": "naviguer/pas_de_pourquoi"}


@dataclass(frozen=True)
class Step:
    """A step of a path; `id` is the key of its answer within the topic."""

    id: str
    title: str


@dataclass(frozen=True)
class Path:
    """A path: its topic, its title, its line of steps, and the answers that hang at a step off the line."""

    name: str
    title: str
    steps: tuple[Step, ...]
    annexes: Mapping[str, str]

    def step_at(self, key: str) -> Step | None:
        """The step on the line where the answer `key` belongs, None when it is not of this path."""
        wanted = self.annexes.get(key, key)
        return next((step for step in self.steps if step.id == wanted), None)


@dataclass(frozen=True)
class Position:
    """Where the user is: `path` and `step` are None outside any path; `paused` keeps the place without insisting."""

    path: str | None = None
    step: str | None = None
    paused: bool = False


@dataclass(frozen=True)
class Move:
    """Where one is after a move, the answers to give in order ("naviguer/debut"), and what is expected next."""

    position: Position
    answers: tuple[str, ...]
    expected: str | None = None


REMINDER = "naviguer/reprise"


def enter(path: Path, key: str, position: Position, chosen: bool = True) -> Move:
    """Show the answer `key` of `path` and stand at its step; an answer of no step leaves the place as it is.

    A question whose answer belongs to another path than the one under way is answered there and then, unless it was
    `chosen` (a button, a step's name) or opens that path.
    """
    step = path.step_at(key)
    if step is None:
        return Move(position, (f"{path.name}/{key}",))
    elsewhere = position.path not in (None, path.name)
    if elsewhere and not chosen and key != path.steps[0].id:
        reminder = () if position.paused else (REMINDER,)
        return Move(position, (f"{path.name}/{key}", *reminder))
    return Move(Position(path.name, step.id), (f"{path.name}/{key}",))


def move(paths: Mapping[str, Path], position: Position, direction: str, answers: frozenset[str]) -> Move:
    """Move along the current path.

    `direction` is suivant, precedent, exemple, pourquoi, pause, reprendre, recommencer, effacer, quitter, affirmer or
    refuser;
    `answers` are the answers that exist, so that an example is offered only where one is written.
    """
    if direction == "effacer":
        return Move(Position(), ("naviguer/efface",))
    path = paths.get(position.path or "")
    step = path.step_at(position.step) if path and position.step else None
    if path is None or step is None:
        return Move(Position(), (_OUTSIDE.get(direction, "naviguer/pas_de_parcours"),))
    going_on = replace(position, paused=False)
    if direction in _NOTHING_MORE:
        key = f"{path.name}/{step.id}_{direction}"
        return Move(going_on, (key if key in answers else _NOTHING_MORE[direction],))
    if direction in ("pause", "refuser"):
        return Move(replace(position, paused=True), ("naviguer/pause",))
    if direction == "quitter":
        return Move(Position(), ("naviguer/quitte",))
    if direction == "recommencer":
        return enter(path, path.steps[0].id, position)
    target = path.steps.index(step) + _SHIFT.get(direction, 0)
    if target < 0:
        return Move(going_on, ("naviguer/debut",))
    if target >= len(path.steps):
        # The place is kept, so that one can look back; it is paused, so that nothing insists.
        return Move(replace(position, paused=True), ("naviguer/fin",))
    return enter(path, path.steps[target].id, position)


def step_title(paths: Mapping[str, Path], position: Position) -> str | None:
    """Title of the step where the user stands, None outside any path."""
    path = paths.get(position.path or "")
    step = path.step_at(position.step) if path and position.step else None
    return step.title if step else None


def forgets_everything(position: Position, direction: str) -> bool:
    """True when the conversation is to be forgotten: it was asked for, or there is no path to start again."""
    return direction == "effacer" or (direction == "recommencer" and position.path is None)
