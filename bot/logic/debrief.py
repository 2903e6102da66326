"""What is said of a session at its end. It counts and points at lines; it never marks, scores or judges the trainee."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.logic.formulation import IMPROVE, KEEP, UNKNOWN
from bot.logic.practice import Session, Turn, better_wordings, to_reword
from bot.logic.scenario import STEPS, Advice, Note

_MOST_ADVICE = 3
_OPEN = ("question_ouverte", "reprise", "oser", "attentes")
_CLOSED = ("fermee", "suggestive", "multiple", "pourquoi", "enquete")


@dataclass(frozen=True)
class Step:
    """A step of the interview (1 to 8) and the lines that touched it; in the `clumsy` ones something was to improve."""

    number: int
    title: str
    lines: tuple[int, ...]
    clumsy: tuple[int, ...]

    @property
    def covered(self) -> bool:
        """Whether some line covered it without clumsiness."""
        return bool(set(self.lines) - set(self.clumsy))


@dataclass(frozen=True)
class Used:
    """A kind of formulation that was used, and where; `opens` tells the sorts of questions apart, None for the rest."""

    kind: str
    title: str
    verdict: str
    lines: tuple[int, ...]
    opens: bool | None = None


@dataclass(frozen=True)
class Better:
    """Words to avoid in `line`, why, and another wording; `words` is the part at fault, or the whole line."""

    line: int
    kind: str
    title: str
    words: str
    why: str
    better: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Turned:
    """A line that moved the young person most, one way or the other."""

    turn: Turn

    @property
    def line(self) -> int:
        """Its number."""
        return self.turn.number


@dataclass(frozen=True)
class ToTry:
    """An advice, and the lines that call for it (none when something lacked)."""

    advice: Advice
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Fact:
    """What could come out; `line` is the line whose answer told it, None when it was not told."""

    id: str
    text: str
    line: int | None


@dataclass(frozen=True)
class Debrief:
    """The whole debriefing of `session`; lines are numbers of turns, `unread` those that Vigie could not classify."""

    session: Session
    steps: tuple[Step, ...]
    good: tuple[Used, ...]
    to_improve: tuple[Used, ...]
    avoid: tuple[Better, ...]
    up: Turned | None
    down: Turned | None
    unread: tuple[int, ...]
    advice: tuple[ToTry, ...]
    facts: tuple[Fact, ...]
    notes: tuple[Note, ...]

    @property
    def open_questions(self) -> tuple[int, ...]:
        """Lines that hold a question that opens."""
        return _lines(self.good, opens=True)

    @property
    def closed_questions(self) -> tuple[int, ...]:
        """Lines that hold a question that closes, suggests or investigates."""
        return _lines(self.to_improve, opens=False)


def debrief(session: Session) -> Debrief:
    """The debriefing of `session`, whether it came to its end or not."""
    turns = session.turns
    steps = tuple(
        Step(
            number,
            session.rules.steps[number - 1],
            tuple(turn.number for turn in turns if number in turn.steps),
            tuple(turn.number for turn in turns if number in turn.steps and turn.reading.verdict == IMPROVE),
        )
        for number in range(1, STEPS + 1)
    )
    used = tuple(_used(session))
    best = max(turns, key=_gain, default=None)
    # A good line that frightens on the moment, such as daring the question, is not held against anyone.
    worst = min((turn for turn in turns if turn.reading.verdict != KEEP), key=_gain, default=None)
    return Debrief(
        session=session,
        steps=steps,
        good=tuple(one for one in used if one.verdict == KEEP),
        to_improve=tuple(one for one in used if one.verdict == IMPROVE),
        avoid=tuple(_avoid(session)),
        up=Turned(best) if best and _gain(best) > (0, 0) else None,
        down=Turned(worst) if worst and _gain(worst) < (0, 0) else None,
        unread=tuple(turn.number for turn in turns if turn.reading.verdict == UNKNOWN),
        advice=tuple(_to_try(session, steps, used)),
        facts=tuple(
            Fact(name, text, next((turn.number for turn in turns if turn.revealed == name), None))
            for name, text in session.scenario.practice.facts.items()
        ),
        notes=session.scenario.debriefing,
    )


def _gain(turn: Turn) -> tuple[int, int]:
    """Trust first, then everything: the order of the lines that move most."""
    return turn.change.trust, turn.change.for_the_better


def _used(session: Session) -> Iterable[Used]:
    for kind in session.kinds.values():
        # A line that Vigie is not sure of is not told as good: see `unread`.
        lines = tuple(one.number for one in session.turns if kind.id in one.acts and one.reading.verdict != UNKNOWN)
        if lines:
            opens = True if kind.id in _OPEN else False if kind.id in _CLOSED else None
            yield Used(kind.id, kind.title, kind.verdict, lines, opens)


def _avoid(session: Session) -> Iterable[Better]:
    """Each line to say otherwise, and how: not the same wording twice for a kind while there are others."""
    given: dict[str, int] = {}
    for turn in session.turns:
        for found in to_reword(session, turn):
            kind = session.kinds[found.kind_id]
            at = given.get(kind.id, 0)
            given[kind.id] = at + 1
            wordings = better_wordings(session, turn, kind)
            better = wordings[at % len(wordings)] if wordings else ""
            words = found.words or turn.line
            yield Better(turn.number, kind.id, kind.title, words, kind.why, better, kind.sources)


def _to_try(session: Session, steps: Iterable[Step], used: Iterable[Used]) -> Iterable[ToTry]:
    """At most three advices, those that lacked most or were most in excess first."""
    if not session.turns:
        return
    covered = {step.number for step in steps if step.covered}
    lines = {one.kind: one.lines for one in used}
    found: list[tuple[int, ToTry]] = []
    for advice in session.rules.advice:
        times = 1
        calling: tuple[int, ...] = ()
        if advice.excess:
            calling = lines.get(advice.excess, ())
            times = len(calling)
        elif advice.lacks:
            times = int(advice.lacks not in covered)
        elif advice.absent:
            times = int(advice.absent.isdisjoint(lines))
        if times:
            found.append((advice.weight + times - 1, ToTry(advice, calling)))
    yield from (one for _, one in sorted(found, key=lambda pair: -pair[0])[:_MOST_ADVICE])


def _lines(used: Iterable[Used], opens: bool) -> tuple[int, ...]:
    return tuple(sorted({line for one in used if one.opens is opens for line in one.lines}))
