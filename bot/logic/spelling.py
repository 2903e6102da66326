"""Recognise a misspelt place name: one slip, two in a long name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.logic.communes import Candidate
from bot.logic.gazetteer import Gazetteer, settle

SHORTEST = 6  # letters of a name that may be corrected
LONG_NAME = 10  # letters from which two slips are allowed
FLOOR = 1_000  # inhabitants of a commune reached by a correction
_LETTERS = "abcdefghijklmnopqrstuvwxyz "


def corrections(words: Sequence[str], gazetteer: Gazetteer, thorough: bool) -> tuple[str, ...]:
    """Département codes of the place that `words` misspell; the small communes only when `thorough`."""
    text = " ".join(words)
    if len(text) < SHORTEST or any(word in gazetteer.cues.never_corrected for word in words):
        return ()
    near = one_slip(text)
    for names in (near & gazetteer.major_names, {name for name in near if thorough and name in gazetteer.communes}):
        codes = _codes(names, gazetteer)
        if codes:
            return codes
    if len(text) < LONG_NAME:
        return ()
    return _codes({name for name in _similar_length(text, gazetteer) if distance(text, name, 2) <= 2}, gazetteer)


def distance(left: str, right: str, limit: int) -> int:
    """Number of slips (letter added, lost, changed, two swapped) between two words; `limit` + 1 when above `limit`."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for row, letter in enumerate(left, start=1):
        current = [row]
        for column, other in enumerate(right, start=1):
            cost = min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return previous[-1]


def one_slip(text: str) -> set[str]:
    """Everything that one slip makes of `text`: a letter lost, added or changed, two swapped."""
    halves = [(text[:index], text[index:]) for index in range(len(text) + 1)]
    found = {head + tail[1:] for head, tail in halves if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in halves if len(tail) > 1}
    found |= {head + letter + tail[1:] for head, tail in halves if tail for letter in _LETTERS}
    found |= {head + letter + tail for head, tail in halves for letter in _LETTERS}
    return found - {text}


def _similar_length(text: str, gazetteer: Gazetteer) -> Iterator[str]:
    letters = set(text)
    for name in gazetteer.major_names:
        if abs(len(name) - len(text)) <= 2 and len(name) >= LONG_NAME and len(letters ^ set(name)) <= 4:
            yield name


def _codes(names: set[str], gazetteer: Gazetteer) -> tuple[str, ...]:
    """Codes of the names: a département or an alias first, then towns settled by their population."""
    territories = [
        gazetteer.aliases.get(name) or (gazetteer.department_names[name],)
        for name in sorted(names)
        if name in gazetteer.aliases or name in gazetteer.department_names
    ]
    if territories:
        return tuple(dict.fromkeys(code for codes in territories for code in codes))
    regions = [gazetteer.regions[name] for name in sorted(names) if name in gazetteer.regions]
    if regions:
        return regions[0]
    towns: list[Candidate] = [one for name in names for one in gazetteer.communes.named(name)]
    return settle(one for one in towns if one[1] >= FLOOR)
