"""Practise: the trainee writes, the scripted young person answers by rules. No text is generated, nothing is random."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.logic.formulation import GRAVE, IMPROVE, KEEP, Formulations, Found, Kind, Reading, Weights
from bot.logic.normalisation import fold
from bot.logic.scenario import Change, Effect, Mood, Reply, Rules, Scenario

SILENCE_KIND = "laisser_place"
TAKING_UP = "reprise"
NAMING = "oser"

# Endings of a session.
ENDED, LEFT, PAUSED = "fin", "depart", "pause"
DISTRESS = "detresse"

_SILENCE = re.compile(r"[\s.…]*(?:[(\[*]?\s*silence\s*[)\]*]?)?[\s.…]*", re.I)
_QUOTED = re.compile(r"«[^»]*»|\"[^\"]*\"|“[^”]*”")
_SMALL_WORDS = frozenset(
    "mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs le la les l un une des du de d je j tu t me m te"
    " se s".split()
)
_SHORTEST_STEM = 4
_MOST_REWORDED = 2
_ENDING = 3  # letters that a word of the young person may lose or change: travailler, travailles


@dataclass(frozen=True)
class Reason:
    """Why the mood changed: a kind of formulation or a special case (a key of Rules.special), and by how much."""

    id: str
    change: Change
    special: bool = False


@dataclass(frozen=True)
class Turn:
    """One line of the trainee and its answer; `number` is that of its file, or counts the turns from 1.

    `change` is what really changed in the mood, `reasons` what the rules say of it, `steps` those that the line covers,
    `revealed` the fact that the answer tells. `from_rules` is False when no reply was written for such a line.
    """

    number: int
    line: str
    reading: Reading
    acts: frozenset[str]
    reasons: tuple[Reason, ...]
    change: Change
    mood: Mood
    reply: str
    steps: frozenset[int]
    revealed: str | None
    from_rules: bool


@dataclass(frozen=True)
class SetAside:
    """A line that is no turn: its number and why (a kind of interruption, or "fin" once it was over), no word of it."""

    number: int
    why: str


@dataclass(frozen=True)
class Session:
    """A whole session. `ended`: None while it goes on, or "fin" (no more lines), "depart" (left early), "pause".

    `interruption` is the kind of a pause ("demande", "aide", "detresse", "danger"), None without one. `set_aside` has
    the lines of a file that were not played.
    """

    scenario: Scenario
    rules: Rules
    kinds: Mapping[str, Kind]
    turns: tuple[Turn, ...]
    mood: Mood
    ended: str | None = None
    interruption: str | None = None
    set_aside: tuple[SetAside, ...] = ()

    @property
    def said(self) -> frozenset[str]:
        """The facts told by the young person."""
        return frozenset(turn.revealed for turn in self.turns if turn.revealed)


def practise(
    scenario: Scenario,
    rules: Rules,
    formulations: Formulations,
    lines: Sequence[str],
    numbers: Sequence[int] | None = None,
) -> Session:
    """The session that `lines` make: the same lines always make the same one.

    A line that pauses (asked for, or the trainee's own distress) is no turn and is kept nowhere; lines after it go on.
    With `numbers`, one for each line, turns bear them and the numbers of the lines that are no turn are kept.
    """
    play = _Play(scenario, rules, formulations)
    interruption = None
    aside = []
    for index, line in enumerate(lines):
        if play.ended:
            aside += [SetAside(number, ENDED) for number in (numbers or ())[index:]]
            break
        interruption = interruption_of(line, rules)
        if interruption is None and line.strip():
            play.hear(line.strip(), numbers[index] if numbers else None)
        elif interruption and numbers:
            aside.append(SetAside(numbers[index], interruption))
    ended = PAUSED if interruption else play.ended
    turns = tuple(play.turns)
    return Session(scenario, rules, formulations.kinds, turns, play.mood, ended, interruption, tuple(aside))


def interruption_of(line: str, rules: Rules) -> str | None:
    """Why `line` stops the exercise (asked for, distress of the trainee, real danger), None when it does not."""
    said = fold(line)
    if said in rules.commands:
        return rules.commands[said]
    # What is quoted to the young person, or told of her or him, is not the trainee's own distress.
    unquoted = _QUOTED.sub(" ", line)
    own = fold(unquoted)
    for pattern in rules.not_oneself:
        own = pattern.sub(" ", own)
    found = next((kind for kind, ones in rules.interrupts.items() if any(one.search(own) for one in ones)), None)
    return found or (DISTRESS if rules.own_distress.told_in(unquoted) else None)


def never_said(scenario: Scenario) -> tuple[str, ...]:
    """The words of the young person that no line of the practice says: nobody can take them up."""
    lines = [fold(line).split() for line in scenario.young_lines()]
    return tuple(word for word in scenario.young.words if not any(_holds(line, _key(word)) for line in lines))


def to_reword(session: Session, turn: Turn) -> tuple[Found, ...]:
    """What is to be said otherwise in a line, the gravest first: two at most, more would not be read."""
    faults = [one for one in turn.reading.found if session.kinds[one.kind_id].verdict == IMPROVE]
    return tuple(sorted(faults, key=lambda one: one.kind_id not in GRAVE)[:_MOST_REWORDED])


def better_wordings(session: Session, turn: Turn, kind: Kind) -> tuple[str, ...]:
    """Other wordings for `kind` in `turn`: one that takes up the young person's words takes those of this scenario."""
    template = session.rules.rewordings.get(kind.id)
    if template is None:
        return kind.better
    # Words given as the young person's own are between quotation marks: they may not be this one's.
    neutral = tuple(text for text in kind.better if "«" not in text)
    word = _first_said(session, turn)
    return ((template.format(mot=word),) if word else ()) + neutral or kind.better


def _first_said(session: Session, turn: Turn) -> str | None:
    """The first of the young person's words that she or he has said before `turn`, None without."""
    replies = [one.reply for one in session.turns if one.number < turn.number]
    said = [fold(text).split() for text in (session.scenario.practice.opening, *replies)]
    return next((word for word in session.scenario.young.words if any(_holds(one, _key(word)) for one in said)), None)


def early_facts(scenario: Scenario, rules: Rules, script: Iterable[str]) -> frozenset[str]:
    """The facts told to someone whose lines carry the kinds of `script`, all of them to keep, one a line."""
    play = _Play(scenario, rules, _Written())
    for kind in script:
        play.hear(kind)
    return frozenset(turn.revealed for turn in play.turns if turn.revealed)


class _Written(Formulations):
    """Reads the kind to keep that a line names."""

    def __init__(self) -> None:
        super().__init__({}, {}, Weights())

    def read(self, line: str, named: bool = False) -> Reading:
        """The kind that `line` names."""
        return Reading((Found(line),), KEEP)


class _Play:
    """One session under way."""

    def __init__(self, scenario: Scenario, rules: Rules, formulations: Formulations) -> None:
        self.scenario, self.rules, self.formulations = scenario, rules, formulations
        self.mood = scenario.young.mood
        self.turns: list[Turn] = []
        self.ended: str | None = None
        self._last = scenario.practice.opening
        self._keys = [(word, _key(word)) for word in scenario.young.words]
        self._own: list[str] = []  # the words of `keys` that the young person has said
        self._used = [0] * len(scenario.practice.replies)
        self._next = dict.fromkeys(scenario.practice.otherwise, 0)
        self._named = False
        self._asked = False
        self._answered(scenario.practice.opening)

    def hear(self, line: str, number: int | None = None) -> None:
        """Add the turn of `line`, the next one or the one of that number."""
        reading = self._read(line)
        acts = reading.kinds()
        reasons = tuple(self._reasons(line, reading, acts))
        before = self.mood
        self.mood = before.moved(self._sum(reasons, reading))
        steps = frozenset(step for act in acts for step in self._effect(act).steps)
        reply = self._reply(acts, steps)
        if reply:
            self.mood = self.mood.moved(reply.change)
            text = self._say(reply)
        else:
            text = self._otherwise()
        practice = self.scenario.practice
        if practice.leaves and all(bound.holds(self.mood) for bound in practice.leaves):
            self.ended = LEFT
            text = f"{text} {practice.farewell}".strip()
        elif len(self.turns) + 1 >= practice.most_lines:
            self.ended = ENDED
        revealed = reply.reveals if reply and reply.reveals not in self._said else None
        self.turns.append(
            Turn(
                number or len(self.turns) + 1,
                line,
                reading,
                acts,
                reasons,
                self.mood.since(before),
                self.mood,
                text,
                steps,
                revealed,
                reply is not None,
            )
        )
        self._answered(text)
        self._named = self._named or (NAMING in acts and reading.verdict == KEEP)
        self._asked = self._asked or bool(acts & self.rules.questions)

    @property
    def _said(self) -> frozenset[str]:
        return frozenset(turn.revealed for turn in self.turns if turn.revealed)

    def _read(self, line: str) -> Reading:
        if _SILENCE.fullmatch(line):
            return Reading((Found(SILENCE_KIND),), KEEP)
        reading = self.formulations.read(line, self._named)
        if reading.kinds() & GRAVE:
            # A line that blames, threatens or promises is not praised for the rest of it.
            return replace(reading, found=tuple(one for one in reading.found if self._verdict(one.kind_id) == IMPROVE))
        word = self._taken_up(line)
        if word and all(found.kind_id != TAKING_UP for found in reading.found):
            # The verdict stays: a line that is not understood is not praised for a word.
            reading = replace(reading, found=(*reading.found, Found(TAKING_UP, word)))
        return reading

    def _answered(self, text: str) -> None:
        """Remember what the young person has just said."""
        self._last = text
        folded = fold(text)
        self._named = self._named or any(pattern.search(folded) for pattern in self.rules.named)
        words = folded.split()
        self._own += [word for word, key in self._keys if word not in self._own and _holds(words, key)]

    def _taken_up(self, line: str) -> str | None:
        """The word of the young person, already said by her or him, that `line` takes up."""
        words = fold(line).split()
        return next((word for word, key in self._keys if word in self._own and _holds(words, key)), None)

    def _reasons(self, line: str, reading: Reading, acts: frozenset[str]) -> Iterator[Reason]:
        special, earlier = self.rules.special, [turn.acts for turn in self.turns]
        if _SILENCE.fullmatch(line):
            again = bool(self.turns) and _SILENCE.fullmatch(self.turns[-1].line) is not None
            name = "silence_qui_dure" if again else "silence"
            yield Reason(name, special[name], special=True)
            return
        if any(fold(turn.line) == fold(line) for turn in self.turns):
            yield Reason("phrase_repetee", special["phrase_repetee"], special=True)
            acts = frozenset(act for act in acts if self._verdict(act) == IMPROVE)
        for act in sorted(acts):
            change = self._effect(act).change
            if earlier and act in earlier[-1] and not self._effect(act).lasting and change.for_the_better > 0:
                continue
            yield Reason(act, change)
        settled = any(acts & self.rules.settles for acts in (*earlier, acts))
        if acts & self.rules.questions and not self._asked and not settled:
            yield Reason("question_avant_cadre", special["question_avant_cadre"], special=True)
        if acts & self.rules.insists and any(one & acts & self.rules.insists for one in earlier):
            yield Reason("insistance", special["insistance"], special=True)

    def _sum(self, reasons: Iterable[Reason], reading: Reading) -> Change:
        """All the changes together. Trust comes in small steps, and a line that hurts brings none."""
        total = sum((reason.change for reason in reasons), Change())
        most = 0 if reading.verdict == IMPROVE else self.rules.most_gain
        return Change(
            max(-2, min(most, total.trust)), max(-2, min(most, total.openness)), max(-min(most, 1), min(2, total.fear))
        )

    def _reply(self, acts: frozenset[str], steps: frozenset[int]) -> Reply | None:
        for index, reply in enumerate(self.scenario.practice.replies):
            used = self._used[index]
            if used >= len(reply.says) or (not used and reply.reveals in self._said):
                continue
            if reply.when.holds(acts, steps, self._said, self.mood):
                return reply
        return None

    def _say(self, reply: Reply) -> str:
        index = next(i for i, one in enumerate(self.scenario.practice.replies) if one is reply)
        self._used[index] += 1
        return reply.says[self._used[index] - 1]

    def _otherwise(self) -> str:
        manner = self.mood.manner
        texts = self.scenario.practice.otherwise[manner]
        if texts[self._next[manner] % len(texts)] == self._last:
            self._next[manner] += 1
        self._next[manner] += 1
        return texts[(self._next[manner] - 1) % len(texts)]

    def _effect(self, kind: str) -> Effect:
        return self.rules.effects[kind]

    def _verdict(self, kind: str) -> str:
        return self.formulations.kinds[kind].verdict


def _key(word: str) -> tuple[str, ...]:
    """What is looked for of a word of the young person: « mon copain » is also « ton copain »."""
    parts = fold(word).split()
    return tuple(part for part in parts if part not in _SMALL_WORDS) or tuple(parts)


def _holds(words: Sequence[str], key: Sequence[str]) -> bool:
    """Whether `key` stands in `words`, one word after the other, whatever their endings."""
    starts = range(len(words) - len(key) + 1)
    return any(all(_same(words[start + i], part) for i, part in enumerate(key)) for start in starts)


def _same(word: str, other: str) -> bool:
    if word == other:
        return True
    stem = max(_SHORTEST_STEM, len(other) - _ENDING)
    return min(len(word), len(other)) >= stem and word[:stem] == other[:stem] and abs(len(word) - len(other)) <= _ENDING
