"""The 37 000 names of communes, kept as columns: built in some hundredths of a second at start-up."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.logic.normalisation import fold

Candidate = tuple[str, int]  # département code, population


@dataclass(frozen=True)
class Communes:
    """Folded commune name -> the départements where it exists, each with its population."""

    codes: Sequence[str] = field(repr=False)
    populations: Sequence[str] = field(repr=False)
    last_row: Mapping[str, int] = field(repr=False)
    homonyms: Mapping[str, Sequence[int]] = field(repr=False)

    def __contains__(self, name: object) -> bool:
        """Whether a commune is called `name`."""
        return name in self.last_row

    def __iter__(self) -> Iterator[str]:
        """The folded names, each once."""
        return iter(self.last_row)

    def named(self, name: str) -> tuple[Candidate, ...]:
        """The communes called `name`; population 0 for a former commune."""
        rows = self.homonyms.get(name)
        if rows is None:
            row = self.last_row.get(name)
            rows = () if row is None else (row,)
        return tuple((self.codes[row], int(self.populations[row] or 0)) for row in rows)

    def above(self, population: int) -> list[str]:
        """Names, sorted, that a commune of at least `population` inhabitants bears."""
        digits = len(str(population))
        rows = {row for row, text in enumerate(self.populations) if len(text) >= digits and int(text) >= population}
        return sorted(
            name
            for name, last in self.last_row.items()
            if last in rows or (name in self.homonyms and rows.intersection(self.homonyms[name]))
        )


def build_communes(names: Sequence[str], codes: Sequence[str], populations: Sequence[str]) -> Communes:
    """Table of three columns of the same length; an empty population is unknown."""
    folded = fold_names(names)
    last_row = dict(zip(folded, range(len(names)), strict=bool(names)))
    homonyms: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(folded):
        last = last_row.get(name, row)
        if last != row:
            homonyms[name].append(row)
    for name, rows in homonyms.items():
        rows.append(last_row[name])
    return Communes(codes, populations, last_row, dict(homonyms))


def fold_names(names: Iterable[str]) -> list[str]:
    """The same as `fold` on each name, for thousands of names at once: each character is folded once."""
    text = "\n".join(names)
    for character in set(text) - {"\n"}:
        folded = fold(character) or " "
        if folded != character:
            text = text.replace(character, folded)
    return text.split("\n")


def starting_with(prefix: str, names: Sequence[str]) -> Iterator[str]:
    """The names, among sorted ones, that start with `prefix`."""
    for index in range(bisect.bisect_left(names, prefix), len(names)):
        if not names[index].startswith(prefix):
            return
        yield names[index]
