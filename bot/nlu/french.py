"""Words and stems of a French message, and the spaCy matchers of the lexicons over them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import Stemmer
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.logic.correction import Correction
from bot.logic.normalisation import fold, words, written_out

GAP = "~"
LONGEST_GAP = 3
_UNKNOWN = "_"
# Words of almost every message: an expression is looked for by another of its words.
_EVERYWHERE = frozenset(
    "elle el il ils elles on je me nous est suis sont ai avec qui que ki ke pas ne plus fille jeune".split()
)
# Nouns and adjectives in -ent, which is otherwise a plural verb's ending ("fuguent").
_NOT_A_VERB = tuple(
    "ment client parent violent argent absent present agent accident adolescent urgent different patient innocent "
    "souvent content evident recent president incident talent frequent consequent insolent referent dependent "
    "precedent serpent ardent arpent".split()
)
_CLAUSE_END = re.compile(r"[.,;:!?…()\n]+|\bmais\b", re.IGNORECASE)


@dataclass(frozen=True)
class Match:
    """An expression of a lexicon found in `words[start:end]` of a clause."""

    label: str
    start: int
    end: int


def stem(word: str) -> str:
    """One form for plural, feminine and verb endings of a folded word ("fuguees", "fuguent" -> "fugu")."""
    if len(word) > 4 and word[-1] in "sx":
        word = word[:-1]
    if len(word) > 5 and word.endswith("ent") and not word.endswith(_NOT_A_VERB):
        word = word[:-3]
    return str(_stemmer().stemWord(_stemmer().stemWord(word)))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("french")


def clauses(text: str, abbreviations: Mapping[str, str], correct: Correction | None = None) -> list[list[str]]:
    """Folded words of each clause of `text`, corrected: negation and subject do not cross a comma."""
    found = (words(part) for part in _CLAUSE_END.split(text))
    if correct:
        found = ([right for word in clause for right in correct(word)] for clause in found)
    return [written_out(clause, abbreviations) for clause in found if clause]


def passages(parts: Sequence[Sequence[str]], length: int) -> Iterator[tuple[int, int]]:
    """From each clause on, where the clauses begin and end that hold `length` words, or all that are left."""
    for start in range(len(parts)):
        words = 0
        for end in range(start, len(parts)):
            words += len(parts[end])
            if words >= length:
                break
        yield start, end + 1


class LexiconMatcher:
    """Finds the expressions of one lexicon; the grammar of an expression is explained in data/lexicon/signes.yml."""

    def __init__(self, entries: Iterable[tuple[str, str]], ignored: frozenset[str]) -> None:
        """Compile `entries`, pairs (label, expression)."""
        self._ignored = ignored
        self._vocab = Vocab()
        self._known: set[str] = set()
        self._phrases = PhraseMatcher(self._vocab)
        # Expressions with a gap or alternatives, by the word that tells them apart: a message meets a handful of these
        # matchers, not the hundreds of expressions of a lexicon.
        self._patterns: dict[str, Matcher] = {}
        phrases: dict[str, list[Doc]] = {}
        patterns: dict[str, dict[str, list[list[dict[str, object]]]]] = {}
        for label, expression in entries:
            slots = self._parse(expression)
            choices = [slot for slot in slots if isinstance(slot, tuple)]
            if not choices:
                continue
            if len(choices) == len(slots) and all(len(choice) == 1 for choice in choices):
                phrases.setdefault(label, []).append(Doc(self._vocab, words=[choice[0] for choice in choices]))
            else:
                pattern = _pattern(slots)
                for key in min(choices, key=_commonness):
                    patterns.setdefault(key, {}).setdefault(label, []).append(pattern)
        for label, docs in phrases.items():
            self._phrases.add(label, docs)
        for key, by_label in patterns.items():
            self._patterns[key] = Matcher(self._vocab, validate=False)
            for label, found in by_label.items():
                self._patterns[key].add(label, found)

    def __call__(self, clause: list[str]) -> list[Match]:
        """Matches in `clause`, positions counted in its words."""
        kept = [(i, stem(word)) for i, word in enumerate(clause) if word not in self._ignored]
        if not any(stemmed in self._known for _, stemmed in kept):
            return []
        # Unknown words become one placeholder: spaCy keeps every string it meets, users' words must not stay in memory.
        doc = Doc(self._vocab, words=[s if s in self._known else _UNKNOWN for _, s in kept])
        keys = {s for _, s in kept if s in self._patterns}
        found = itertools.chain(self._phrases(doc), *(self._patterns[key](doc) for key in keys))
        return [
            Match(self._vocab.strings[label], kept[start][0], kept[end - 1][0] + 1)
            for label, start, end in sorted(found, key=lambda m: (m[1], -m[2]))
        ]

    def _parse(self, expression: str) -> list[tuple[str, ...] | str]:
        slots: list[tuple[str, ...] | str] = []
        for part in expression.split():
            if part == GAP:
                if slots:
                    slots.append(GAP)
                continue
            # A hyphen or an apostrophe inside an alternative makes several words: keep the phrase in order.
            choices = [fold(choice).split() for choice in part.split("|")]
            if len(choices) == 1:
                for word in choices[0]:
                    if word not in self._ignored:
                        slots.append((stem(word),))
            else:
                stems = tuple(dict.fromkeys(stem(c[-1]) for c in choices if c and c[-1] not in self._ignored))
                if stems:
                    slots.append(stems)
        while slots and slots[-1] == GAP:
            slots.pop()
        self._known.update(s for slot in slots if isinstance(slot, tuple) for s in slot)
        return slots


def _commonness(choice: tuple[str, ...]) -> tuple[bool, int]:
    """Sorts the words of an expression: those that few messages hold first."""
    return any(word in _EVERYWHERE for word in choice), len(choice)


def _pattern(slots: list[tuple[str, ...] | str]) -> list[dict[str, object]]:
    pattern: list[dict[str, object]] = []
    for slot in slots:
        if isinstance(slot, tuple):
            pattern.append({"ORTH": slot[0]} if len(slot) == 1 else {"ORTH": {"IN": list(slot)}})
        else:
            pattern.extend({"OP": "?"} for _ in range(LONGEST_GAP))
    return pattern
