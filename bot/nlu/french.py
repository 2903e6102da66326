"""Words and stems of a French message, and the spaCy matchers of the lexicons over them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import Stemmer
from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from bot.logic.normalisation import fold, words

GAP = "~"
LONGEST_GAP = 3
_UNKNOWN = "_"
# Nouns and adjectives in -ent, which is otherwise a plural verb's ending ("fuguent").
_NOT_A_VERB = (
    *(
        "ment",
        "client",
        "parent",
        "violent",
        "argent",
        "absent",
        "present",
        "agent",
        "accident",
        "adolescent",
        "urgent",
    ),
    *("different", "patient", "innocent", "souvent", "content", "evident", "recent", "president", "incident", "talent"),
    *("frequent", "consequent", "insolent", "referent", "dependent", "precedent", "serpent", "ardent", "arpent"),
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


def clauses(text: str, abbreviations: Mapping[str, str]) -> list[list[str]]:
    """Folded words of each clause of `text`: negation and subject do not cross a comma."""
    found = (words(part, abbreviations) for part in _CLAUSE_END.split(text))
    return [clause for clause in found if clause]


class LexiconMatcher:
    """Finds the expressions of one lexicon; the grammar of an expression is explained in data/lexicon/signes.yml."""

    def __init__(self, entries: Iterable[tuple[str, str]], ignored: frozenset[str]) -> None:
        """Compile `entries`, pairs (label, expression)."""
        self._ignored = ignored
        self._vocab = Vocab()
        self._known: set[str] = set()
        self._phrases = PhraseMatcher(self._vocab)
        # One matcher per first word: a message meets a handful of them, not the hundreds of expressions of a lexicon.
        self._gapped: dict[str, Matcher] = {}
        phrases: dict[str, list[Doc]] = {}
        gapped: dict[str, dict[str, list[list[dict[str, object]]]]] = {}
        for label, expression in entries:
            slots = self._parse(expression)
            if not slots:
                continue
            if GAP in slots:
                for first in slots[0]:
                    gapped.setdefault(first, {}).setdefault(label, []).append(_gapped_pattern(slots))
            else:
                alternatives = [slot for slot in slots if isinstance(slot, tuple)]
                phrases.setdefault(label, []).extend(
                    Doc(self._vocab, words=list(choice)) for choice in itertools.product(*alternatives)
                )
        for label, docs in phrases.items():
            self._phrases.add(label, docs)
        for first, by_label in gapped.items():
            self._gapped[first] = Matcher(self._vocab, validate=False)
            for label, patterns in by_label.items():
                self._gapped[first].add(label, patterns)

    def __call__(self, clause: list[str]) -> list[Match]:
        """Matches in `clause`, positions counted in its words."""
        kept = [(i, stem(word)) for i, word in enumerate(clause) if word not in self._ignored]
        if not any(stemmed in self._known for _, stemmed in kept):
            return []
        # Unknown words become one placeholder: spaCy keeps every string it meets, users' words must not stay in memory.
        doc = Doc(self._vocab, words=[s if s in self._known else _UNKNOWN for _, s in kept])
        firsts = {s for _, s in kept if s in self._gapped}
        found = itertools.chain(self._phrases(doc), *(self._gapped[first](doc) for first in firsts))
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


def _gapped_pattern(slots: list[tuple[str, ...] | str]) -> list[dict[str, object]]:
    pattern: list[dict[str, object]] = []
    for slot in slots:
        if isinstance(slot, tuple):
            pattern.append({"ORTH": slot[0]} if len(slot) == 1 else {"ORTH": {"IN": list(slot)}})
        else:
            pattern.extend({"OP": "?"} for _ in range(LONGEST_GAP))
    return pattern
