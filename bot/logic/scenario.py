"""What a training scenario is made of, whoever plays it (data/scenarios; its format: docs/guide-formateur.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.logic.own_distress import OwnDistress

LOWEST, HIGHEST = 0, 5  # of each of the three moods
STEPS = 8  # of the interview


@dataclass(frozen=True)
class Change:
    """What is added to each mood."""

    trust: int = 0
    openness: int = 0
    fear: int = 0

    def __add__(self, other: Change) -> Change:
        """Both changes."""
        return Change(self.trust + other.trust, self.openness + other.openness, self.fear + other.fear)

    def __bool__(self) -> bool:
        """Whether something changes."""
        return self != Change()

    @property
    def for_the_better(self) -> int:
        """How much better the young person feels: fear counts the other way round."""
        return self.trust + self.openness - self.fear


@dataclass(frozen=True)
class Mood:
    """How the young person feels, each from 0 to 5."""

    trust: int
    openness: int
    fear: int

    def moved(self, change: Change) -> Mood:
        """The mood after `change`, kept from 0 to 5."""
        return Mood(
            _kept(self.trust + change.trust),
            _kept(self.openness + change.openness),
            _kept(self.fear + change.fear),
        )

    def since(self, before: Mood) -> Change:
        """What really changed since `before`."""
        return Change(self.trust - before.trust, self.openness - before.openness, self.fear - before.fear)

    @property
    def manner(self) -> str:
        """How the young person answers when no reply is written for the line: "ferme", "neutre" or "ouvert"."""
        if self.trust <= 1 or self.fear >= 4:
            return "ferme"
        return "ouvert" if self.trust >= 3 else "neutre"


@dataclass(frozen=True)
class Bound:
    """A mood from `least` to `most`, both included; `mood` is the field of Mood."""

    mood: str
    least: int = LOWEST
    most: int = HIGHEST

    def holds(self, mood: Mood) -> bool:
        """Whether `mood` is within it."""
        return bool(self.least <= getattr(mood, self.mood) <= self.most)


@dataclass(frozen=True)
class When:
    """What must hold, all of it, for a reply to be given; what is empty asks nothing."""

    acts: frozenset[str] = frozenset()  # any of them
    without_acts: frozenset[str] = frozenset()  # none of them
    steps: frozenset[int] = frozenset()  # any of them
    after: frozenset[str] = frozenset()  # facts already said
    before: frozenset[str] = frozenset()  # facts not yet said
    bounds: tuple[Bound, ...] = ()

    def holds(self, acts: frozenset[str], steps: frozenset[int], said: frozenset[str], mood: Mood) -> bool:
        """Whether it holds for a line with `acts` that touches `steps`, once the facts `said` are known."""
        return (
            (not self.acts or bool(self.acts & acts))
            and not self.without_acts & acts
            and (not self.steps or bool(self.steps & steps))
            and self.after <= said
            and not self.before & said
            and all(bound.holds(mood) for bound in self.bounds)
        )


@dataclass(frozen=True)
class Reply:
    """Lines of the young person, each used once, in order."""

    when: When
    says: tuple[str, ...]
    reveals: str | None = None
    change: Change = Change()
    place: int = 0  # line of the file


@dataclass(frozen=True)
class Practice:
    """The young person who answers by rules; `otherwise` has lines for "ferme", "neutre" and "ouvert"."""

    opening: str
    replies: tuple[Reply, ...]
    otherwise: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, str]
    most_lines: int
    leaves: tuple[Bound, ...]  # empty: never
    farewell: str = ""  # said on top of the answer when leaving early


@dataclass(frozen=True)
class Young:
    """The young person, invented."""

    name: str
    age: int
    situation: str
    fears: tuple[str, ...]
    words: tuple[str, ...]
    mood: Mood


@dataclass(frozen=True)
class Beat:
    """A moment of the play; `kind` is "recit", "jeune", "pro", "pro2" or "pause".

    `hints` are shown after a pause, `notes` to the trainer only; `clumsy` marks a line that is an example to avoid.
    """

    kind: str
    text: str
    step: int | None = None
    notes: str = ""
    hints: tuple[str, ...] = ()
    clumsy: bool = False


@dataclass(frozen=True)
class Expected:
    """What a turn of Vigie must hold; None asks nothing."""

    answers: tuple[str, ...] = ()  # one of these keys; "topic/..." takes the whole topic
    contains: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    source: bool | None = None
    alert: bool | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Message:
    """A message of the professional to Vigie, and what is expected of the answer; `place` is its line in the file."""

    says: str
    expected: Expected
    place: int = 0


@dataclass(frozen=True)
class Note:
    """Something to say or to ask in the debriefing; sources are ids of data/sources.yml."""

    text: str = ""
    sources: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """One file of data/scenarios; `id` is its name."""

    id: str
    title: str
    audience: tuple[str, ...]
    minutes: int
    family: str
    summary: str
    goals: tuple[str, ...]
    setting: str
    young: Young
    play: tuple[Beat, ...]
    practice: Practice
    replay: tuple[Message, ...]
    debriefing: tuple[Note, ...]

    def young_lines(self) -> Iterator[str]:
        """Every line that the young person may say when one practises."""
        yield self.practice.opening
        for reply in self.practice.replies:
            yield from reply.says
        for lines in self.practice.otherwise.values():
            yield from lines


@dataclass(frozen=True)
class Effect:
    """What a kind of formulation does: to the moods, and which steps of the interview it covers."""

    change: Change
    steps: frozenset[int] = frozenset()
    # A gain of trust is felt once: said again at once, it is no longer heard.
    lasting: bool = False


@dataclass(frozen=True)
class Advice:
    """What to try next time: a step not covered (`lacks`), kinds of which none was used, or a kind used (`excess`)."""

    id: str
    text: str
    sources: tuple[str, ...]
    lacks: int | None = None
    absent: frozenset[str] | None = None
    excess: str | None = None
    weight: int = 1


@dataclass(frozen=True)
class Rules:
    """data/formation/regles.yml: what the lines of a trainee do to the young person.

    `special` holds the changes of the cases that depend on the order of the lines, by name; `most_gain` is the most
    trust or openness that one line may bring; `interrupts` the patterns, on folded text, that stop it, by kind.
    """

    effects: Mapping[str, Effect]
    special: Mapping[str, Change]
    most_gain: int
    settles: frozenset[str]  # kinds expected before the first question
    questions: frozenset[str]  # kinds that ask something
    insists: frozenset[str]  # kinds that weigh more when they come again
    named: tuple[re.Pattern[str], ...]  # on folded text: the young person has named it
    commands: Mapping[str, str]  # a line that is only this, folded -> kind of interruption
    interrupts: Mapping[str, tuple[re.Pattern[str], ...]]
    not_oneself: tuple[re.Pattern[str], ...]  # taken out of a line before the interruptions are looked for
    own_distress: OwnDistress
    rewordings: Mapping[str, str] = field(default_factory=dict)  # by kind; {mot} is a word of the young person
    advice: tuple[Advice, ...] = ()
    steps: tuple[str, ...] = field(default=())  # titles of the eight steps


def _kept(value: int) -> int:
    return max(LOWEST, min(HIGHEST, value))
