"""What kinds of formulations a professional's line to a young person carries: rules first, then linear scores.

Kinds, rules and weights are data (data/formation, models/formulations.json); here is only how they are combined. The
verdict is learned on whole lines; the pieces only show which words carry a kind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from bot.logic.normalisation import fold

Verdict = Literal["garder", "ameliorer", "inconnu"]
KEEP: Verdict = "garder"
IMPROVE: Verdict = "ameliorer"
UNKNOWN: Verdict = "inconnu"

# A line that may carry one of these is never praised, even when the kind itself is not found.
GRAVE = frozenset({"jugement", "promesse", "pression", "mot_trop_tot"})
TOO_EARLY = "mot_trop_tot"
SEVERAL = "multiple"

_LONGEST = 2000  # characters read of a line: a planned sentence is shorter
_MOST_FAULTS_WORDS = 14  # words of the part at fault; beyond, nothing is quoted
_TOKEN = re.compile(r"[^\W\d_]+|\d+|\?|!|\.\.\.|…|[.,;:()«»\"“”\n]|-")
_QUOTES = {"«": "«", "»": "»", '"': '"', "“": "«", "”": "»"}
_QUOTED = re.compile(r"(?<=\w)(?P<before>[\s:,(]*)(?:«[^«»]{1,60}»|\"[^\"]{1,60}\"|“[^“”]{1,60}”)")
_OUTER = re.compile(r"^\s*[«\"“'‘](?P<inside>.*)[»\"”'’]\s*[.!?]?\s*$", re.S)
_END = frozenset({"?", "!", ".", "...", "…", ";", "\n", ":"})
_NEGATIONS = frozenset({"pas", "jamais", "rien", "aucun", "aucune", "personne", "plus", "ni", "sans"})
_FEWEST_KNOWN = 0.4  # share of the words; with fewer, the weights have nothing to go by
_REACH = 4  # words that a negation colours
_CITED = "motcite"
# Verbs in « vous » whose « tu » is not made by changing the ending.
_TU = {
    "vous": "tu", "te": "tu", "t": "tu", "toi": "tu", "votre": "ton", "ta": "ton", "tes": "ton", "vos": "ton",
    "avez": "as",
    "etes": "es", "pouvez": "peux", "voulez": "veux", "devez": "dois", "allez": "vas", "faites": "fais", "dites": "dis",
    "savez": "sais", "venez": "viens", "sentez": "sens", "prenez": "prends", "voyez": "vois", "croyez": "crois",
    "mettez": "mets", "comprenez": "comprends", "connaissez": "connais", "soyez": "sois", "ayez": "aies",
    "rendez": "rends", "dormez": "dors", "sortez": "sors", "partez": "pars", "vivez": "vis", "recevez": "recois",
    "tenez": "tiens", "repondez": "reponds", "attendez": "attends", "perdez": "perds", "mentez": "mens",
    "subissez": "subis", "choisissez": "choisis", "finissez": "finis", "reflechissez": "reflechis",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A kind of formulation: its title, its verdict, why, better wordings, ids of sources."""

    id: str
    title: str
    verdict: Verdict
    why: str
    better: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A kind seen in a line; `words` is the part of the line that carries it, "" when it is the whole or too long."""

    kind_id: str
    words: str = ""


@dataclass(frozen=True)
class Reading:
    """The kinds of a line, those to improve first, and the verdict."""

    found: tuple[Found, ...]
    verdict: Verdict

    def kinds(self) -> frozenset[str]:
        """Ids of the kinds found."""
        return frozenset(one.kind_id for one in self.found)


@dataclass(frozen=True)
class Rule:
    """Patterns on the plain line: `surely` finds the kind, `perhaps` only forbids to praise, `unless` cancels both.

    `hints` are features like others, weighed by the training. `erased` is taken out of the line before all of these;
    `always` holds even when the young person has said the word.
    """

    hints: tuple[re.Pattern[str], ...] = ()
    surely: tuple[re.Pattern[str], ...] = ()
    perhaps: tuple[re.Pattern[str], ...] = ()
    unless: tuple[re.Pattern[str], ...] = ()
    erased: tuple[re.Pattern[str], ...] = ()
    always: tuple[re.Pattern[str], ...] = ()

    def kept(self, text: str) -> str:
        """`text` with blanks in place of what is `erased`: the places do not move."""
        for pattern in self.erased:
            text = pattern.sub(lambda match: " " * len(match[0]), text)
        return text


@dataclass(frozen=True)
class Weights:
    """Linear scores (margins): for each feature how rare it is and its (row, weight) pairs, and the bias of each row.

    A row per kind, in the order of `kinds`, then one for « to improve » whatever the kind. `found` is the score from
    which a kind is found, `doubt` the one from which a grave kind forbids to praise, `least` the one below which the
    best kind is not even named; `lean` is the border between the two verdicts.
    """

    kinds: tuple[str, ...] = ()
    features: Mapping[str, tuple[float, tuple[tuple[int, float], ...]]] = field(default_factory=dict)
    bias: tuple[float, ...] = ()
    found: float = 0.0
    doubt: float = 0.0
    least: float = 0.0
    lean: float = 0.0


@dataclass(frozen=True)
class _Word:
    form: str
    start: int
    end: int


@dataclass(frozen=True)
class _Line:
    """A plain line (`text`, words separated by one space) and where each word stood in what was typed."""

    text: str
    words: tuple[_Word, ...]
    typed: str

    def where(self, start: int, end: int) -> str:
        """What was typed for the characters `start` to `end` of `text`."""
        at = 0
        inside: list[_Word] = []
        for word in self.words:
            if at < end and at + len(word.form) > start:
                inside.append(word)
            at += len(word.form) + 1
        return self.typed[inside[0].start : inside[-1].end].strip() if inside else ""


def unquoted(text: str) -> str:
    """`text` without the quotation marks around the whole of it."""
    inside = _OUTER.match(text)
    if not inside or any(mark in inside["inside"] for mark in '«»“”"'):
        return text
    return inside["inside"]


def pieces(text: str) -> list[str]:
    """The clauses of `text`, as typed."""
    return [line.typed for line in _pieces(_line(text))]


class Formulations:
    """The kinds of formulations and how a line is read."""

    def __init__(self, kinds: Mapping[str, Kind], rules: Mapping[str, Rule], weights: Weights) -> None:
        """Without weights the rules alone decide."""
        self.kinds = kinds
        self._rules = rules
        self._weights = weights
        self._order = {kind: at for at, kind in enumerate(kinds)}

    def read(self, line: str, named: bool = False) -> Reading:
        """Read `line`; `named` when the young person has said the word prostitution (or such) before."""
        whole = _line(line[:_LONGEST])
        if not any(word.form.isalpha() for word in whole.words):
            return Reading((), UNKNOWN)
        parts = _pieces(whole)
        found: dict[str, str] = {}
        doubted: set[str] = set()
        self._by_weights(whole, parts, found, doubted)
        self._by_rules(whole, found, doubted, named)
        if named:
            kept = any(p.search(whole.text) for p in self._rules.get(TOO_EARLY, Rule()).always)
            if not kept:
                found.pop(TOO_EARLY, None)
                doubted.discard(TOO_EARLY)
        return self._decided(found, doubted)

    def features(self, text: str) -> list[str]:
        """Distinct features of `text`: words, pairs, triples, negated words, pieces of words, signs, hints.

        The training learns on these, and the reading weighs these.
        """
        return list(self._features(_line(text)))

    def scores(self, line: str) -> tuple[float, ...]:
        """The margin of each row of the weights for the whole of `line`."""
        return tuple(self._scored(_line(line[:_LONGEST])))

    def _features(self, line: _Line) -> dict[str, None]:
        seen = _features(tuple(word.form for word in line.words))
        for kind, rule in self._rules.items():
            text = rule.kept(line.text)
            if text != line.text:
                seen[f"not:{kind}"] = None
            for at, pattern in enumerate(rule.hints):
                if pattern.search(text):
                    seen[f"hint:{kind}"] = None
                    seen[f"hint:{kind}:{at}"] = None
        return seen

    def _by_weights(self, whole: _Line, parts: Sequence[_Line], found: dict[str, str], doubted: set[str]) -> None:
        weights = self._weights
        words = [word.form for word in whole.words if word.form.isalpha()]
        if not weights.kinds or sum(word in weights.features for word in words) < len(words) * _FEWEST_KNOWN:
            return
        lines = [whole, *parts] if len(parts) > 1 else [whole]
        scored = [self._scored(line) for line in lines]
        best = [max(one[at] for one in scored) for at in range(len(weights.kinds))]
        # The scores of a piece, cut out of what explains it, would find fault with most lines.
        wanted = IMPROVE if scored[0][-1] > weights.lean else KEEP
        ranked = sorted(range(len(best)), key=lambda at: -best[at])
        first = next(at for at in ranked if self.kinds[weights.kinds[at]].verdict == wanted)
        for at, kind in enumerate(weights.kinds):
            is_fault = self.kinds[kind].verdict == IMPROVE
            if scored[0][at] >= weights.doubt:
                doubted.add(kind)
            if is_fault and wanted == KEEP:
                continue
            if best[at] >= weights.found or (at == first and best[at] >= weights.least):
                carriers = [line for line, one in zip(lines[1:], scored[1:], strict=False) if one[at] >= weights.found]
                found[kind] = _short((carriers[0] if carriers else whole).typed) if is_fault else ""

    def _scored(self, line: _Line) -> list[float]:
        weights = self._weights
        sums = [0.0] * len(weights.bias)
        length = 0.0
        for one in self._features(line):
            rarity, pairs = weights.features.get(one, (0.0, ()))
            length += rarity * rarity
            for at, weight in pairs:
                sums[at] += weight * rarity
        scale = 1 / math.sqrt(length or 1.0)
        return [value * scale + bias for value, bias in zip(sums, weights.bias, strict=True)]

    def _by_rules(self, whole: _Line, found: dict[str, str], doubted: set[str], named: bool) -> None:
        for kind, rule in self._rules.items():
            text = rule.kept(whole.text)
            if any(pattern.search(text) for pattern in rule.unless):
                found.pop(kind, None)
                doubted.discard(kind)
                continue
            for pattern in (*rule.always, *rule.surely):
                match = pattern.search(text)
                if match:
                    found[kind] = found.get(kind) or _short(whole.where(match.start(), match.end()))
                    break
            if kind not in found and any(pattern.search(text) for pattern in rule.perhaps):
                doubted.add(kind)

    def _decided(self, found: Mapping[str, str], doubted: set[str]) -> Reading:
        def rank(kind: str) -> tuple[bool, int]:
            return (self.kinds[kind].verdict == KEEP, self._order[kind])

        kinds = tuple(Found(kind, found[kind]) for kind in sorted(found.keys() & self.kinds.keys(), key=rank))
        if any(self.kinds[one.kind_id].verdict == IMPROVE for one in kinds):
            return Reading(kinds, IMPROVE)
        if not kinds or doubted & GRAVE:
            return Reading(kinds, UNKNOWN)
        return Reading(kinds, KEEP)


def _short(words: str) -> str:
    text = words.strip(' \t\n,;:.!«»"“”()-')
    return text if len(text.split()) <= _MOST_FAULTS_WORDS else ""


def _line(text: str) -> _Line:
    typed = unquoted(text)
    # A quotation inside a line is the young person's word, or someone else's: one token, whatever it says.
    masked = _QUOTED.sub(lambda m: m["before"] + _CITED[:1] + "\u0002" * (len(m[0]) - len(m["before"]) - 1), typed)
    words = []
    at = 0
    for match in re.finditer(r"m\u0002+|" + _TOKEN.pattern, masked):
        form = _CITED if "\x02" in match[0] else _form(match[0])
        at = match.end()
        if form:
            words.append(_Word(form, match.start(), at))
    return _Line(" ".join(word.form for word in words), tuple(words), typed)


@lru_cache(maxsize=8192)
def _form(token: str) -> str:
    if token in _END or token == ",":
        return "." if token in ("...", "…", ";", "\n", "!") else token
    if token in _QUOTES:
        return ""
    return _to_tu(re.sub(r"([a-z])\1{2,}", r"\1", fold(token)).replace(" ", ""))


def _pieces(line: _Line) -> list[_Line]:
    """Clauses of `line`: sentences, and what follows « mais », « sinon », « alors »."""
    cuts: list[list[_Word]] = [[]]
    for word in line.words:
        if word.form in ("mais", "sinon") and len(cuts[-1]) > 2:
            cuts.append([])
        cuts[-1].append(word)
        if word.form in (".", "?", ":"):
            cuts.append([])
    found = []
    for words in cuts:
        if any(word.form.isalpha() for word in words):
            typed = line.typed[words[0].start : words[-1].end]
            found.append(_Line(" ".join(word.form for word in words), tuple(words), typed))
    return found


def _features(forms: tuple[str, ...]) -> dict[str, None]:
    """Insertion-ordered set, so that the same line always gives the same sums."""
    seen: dict[str, None] = {}
    for one in _words_and_pairs(forms):
        seen[one] = None
    negated = 0
    for word in forms:
        if word in (".", "?", ",", ":"):
            negated = 0
        elif word in _NEGATIONS:
            negated = _REACH
        elif negated:
            negated -= 1
            seen["non:" + word] = None
        if len(word) > 3:
            whole = f"_{word}_"
            for size in (4, 5):
                for at in range(len(whole) - size + 1):
                    seen["#" + whole[at : at + size]] = None
    return seen


def _words_and_pairs(plain: Sequence[str]) -> Iterator[str]:
    asked = plain.count("?")
    if asked:
        yield f"asked:{min(asked, 3)}"
    framed = ["^", *plain, "$"]
    for at, word in enumerate(framed):
        yield word
        if at + 1 < len(framed):
            yield f"{word} {framed[at + 1]}"
        if at + 2 < len(framed):
            yield f"{word} {framed[at + 1]} {framed[at + 2]}"
            yield f"{word} _ {framed[at + 2]}"


def _to_tu(word: str) -> str:
    """« vous avez » counts as « tu as »: what is said is the same."""
    if word in _TU:
        return _TU[word]
    if len(word) > 5 and word.endswith("iez"):
        return word[:-3] + "ais"
    if len(word) > 4 and word.endswith("ez") and word != "assez":
        return word[:-2] + "es"
    return word
