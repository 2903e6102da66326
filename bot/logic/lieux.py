"""Find the département that a French text speaks of: by number, postal code, name, town or alias."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.logic.communes import Candidate
from bot.logic.gazetteer import HOMONYM_TOWN, LARGE_TOWN, Gazetteer, place_words, settle
from bot.logic.place_numbers import codes_of_number, number_in_sentence, whole_number
from bot.logic.spelling import corrections

Outcome = Literal["none", "department", "ambiguous", "overseas"]

FLOOR_WHOLE = 1_000  # inhabitants for a message that is only the name of a town
FLOOR_LOCATIVE = 5_000  # after "à", "de", "sur"...
FLOOR_SURE_LOCATIVE = 500  # after "habite à", "ville de"...
SHORT_MESSAGE = 4  # words: up to there an unexpected message may be one misspelt place
LONGEST_NAME = 8  # words
MOST_WORDS = 120  # of a message; the rest is not read


@dataclass(frozen=True)
class Choice:
    """A département to offer; `label` reads "Seine-Saint-Denis (93)"."""

    code: str
    label: str


@dataclass(frozen=True)
class Place:
    """What was found; `choices` holds the candidates of an ambiguous place, likeliest first."""

    outcome: Outcome
    code: str = ""
    name: str = ""
    choices: tuple[Choice, ...] = ()


NOWHERE = Place("none")
_DISTRICT = re.compile(r"\d{1,2}(?:e|er|eme|ieme)?|arrondissement")


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    codes: tuple[str, ...]


def find_place(text: str, gazetteer: Gazetteer, expected: bool = False) -> Place:
    """Place of which `text` speaks; `expected` when the text answers the question "which département?"."""
    words = place_words(text)[:MOST_WORDS]
    if not words:
        return NOWHERE
    codes = _whole_message(words, gazetteer, expected)
    if codes:
        return _place(codes, gazetteer)
    core = _core(words, gazetteer)
    may_be_misspelt = expected or (len(words) <= SHORT_MESSAGE and "?" not in text)
    if len(core) <= SHORT_MESSAGE and may_be_misspelt:
        # Before the names inside the sentence: "haut savoie" is Haute-Savoie misspelt, not Savoie.
        codes = corrections(core, gazetteer, thorough=expected)
        if codes:
            return _place(codes, gazetteer)
    return _place(_combine(_narrowed(_hits(words, gazetteer, expected), words, gazetteer)), gazetteer)


def _place(codes: Sequence[str], gazetteer: Gazetteer) -> Place:
    known = [gazetteer.departments[code] for code in codes if code in gazetteer.departments]
    if not known:
        return NOWHERE
    if len(known) > 1:
        choices = tuple(Choice(one.code, f"{one.name} ({one.code})") for one in known)
        return Place("ambiguous", choices=choices)
    return Place("overseas" if known[0].overseas else "department", known[0].code, known[0].name)


def _core(words: list[str], gazetteer: Gazetteer) -> list[str]:
    """The words without the empty ones around them."""
    fillers = gazetteer.cues.fillers
    start, end = 0, len(words)
    while start < end and words[start] in fillers:
        start += 1
    while end > start and words[end - 1] in fillers:
        end -= 1
    return words[start:end]


def _whole_message(words: list[str], gazetteer: Gazetteer, expected: bool) -> tuple[str, ...]:
    """Codes when the message, empty words put aside, is a place and nothing else."""

    def may_surround(word: str) -> bool:
        return word in gazetteer.cues.fillers or _is_district(word) or bool(codes_of_number(word, gazetteer))

    ends = [len(words)]
    while ends[-1] > 1 and may_surround(words[ends[-1] - 1]):
        ends.append(ends[-1] - 1)
    for start in range(len(words)):
        for end in ends:
            if end <= start or end - start > LONGEST_NAME:
                continue
            codes = _whole_name(words, start, end, gazetteer, expected)
            if codes:
                return next(_narrowed([_Hit(start, end, codes)], words, gazetteer))
        if not may_surround(words[start]):
            break
    return ()


def _whole_name(words: list[str], start: int, end: int, gazetteer: Gazetteer, expected: bool) -> tuple[str, ...]:
    if end - start == 1 and words[start][0].isdigit():
        if sum(word[0].isdigit() for word in words) > 1:  # "01 43 93 10 35"
            return ()
        return whole_number(words[start], gazetteer, expected, alone=len(words) == 1)
    prior = start > 0 and any(word in gazetteer.cues.territory_cues for word in words[max(0, start - 2) : start])
    town_only = start > 0 and words[start - 1] == "a"
    for name in _with_article(words, start, end):
        codes = _territory(name, gazetteer, prior, town_only)
        if codes:
            return codes
        found = gazetteer.communes.named(name)
        largest = max((population for _, population in found), default=0)
        common = name in gazetteer.cues.common_words and not (start == 0 or town_only or expected)
        common = common or (name in gazetteer.cues.common_words and largest < HOMONYM_TOWN)
        if found and (expected or largest >= FLOOR_WHOLE) and not common:
            return settle(_with_longer_names(name, found, largest, gazetteer))
        short = expected or end - start == len(words)
        if not found and short and len(name) > 3 and name not in gazetteer.cues.common_words:
            codes = settle(gazetteer.towns_starting_with(name))
            if codes:
                return codes
    return ()


def _with_longer_names(
    name: str, found: Sequence[Candidate], largest: int, gazetteer: Gazetteer
) -> Iterator[Candidate]:
    """Homonyms, and the large towns that people call by the first words of their name."""
    yield from found
    if largest <= LARGE_TOWN:
        yield from (other for other in gazetteer.towns_starting_with(name) if other[1] > LARGE_TOWN)


def _territory(name: str, gazetteer: Gazetteer, prior: bool, town_only: bool = False) -> tuple[str, ...]:
    """Codes of an alias, a département or a region called `name`; a rival town of that name is added."""
    if name in gazetteer.aliases:
        return gazetteer.aliases[name]
    code = gazetteer.department_names.get(name)
    if code is None:
        return gazetteer.regions.get(name, ())
    rivals = tuple(
        other for other, population in gazetteer.communes.named(name) if other != code and population >= HOMONYM_TOWN
    )
    if town_only and rivals:
        return rivals
    return (code,) if prior else (code, *rivals)


def _with_article(words: list[str], start: int, end: int) -> Iterator[str]:
    """The name, then the name with the article hidden in "au", "du", "aux", "des" ("au Mans" -> "le mans")."""
    name = " ".join(words[start:end])
    yield name
    article = {"au": "le", "du": "le", "aux": "les", "des": "les"}.get(words[start - 1] if start else "")
    if article:
        yield f"{article} {name}"


def _is_district(word: str) -> bool:
    """Whether `word` may be the number of an arrondissement ("18", "3e", "1er", "arrondissement")."""
    return _DISTRICT.fullmatch(word) is not None


def _hits(words: list[str], gazetteer: Gazetteer, expected: bool) -> Iterator[_Hit]:
    """Places named inside a sentence, longest names first."""
    position = 0
    while position < len(words):
        hit = _hit_at(words, position, gazetteer, expected)
        if hit:
            yield hit
        position = hit.end if hit else position + 1


def _hit_at(words: list[str], start: int, gazetteer: Gazetteer, expected: bool) -> _Hit | None:
    word = words[start]
    if word[0].isdigit():
        codes = number_in_sentence(words, start, gazetteer)
        if codes:
            return _Hit(start, start + 1, codes)
    after_article = start > 0 and words[start - 1] in ("au", "du", "aux", "des")
    if word not in gazetteer.first_words and not after_article:
        return None
    for end in range(min(len(words), start + LONGEST_NAME), start, -1):
        for name in _with_article(words, start, end):
            if name not in gazetteer:
                continue
            codes = _name_in_sentence(name, words, start, end, gazetteer, expected)
            if codes:
                return _Hit(start, end, codes)
    return None


def _name_in_sentence(
    name: str, words: list[str], start: int, end: int, gazetteer: Gazetteer, expected: bool
) -> tuple[str, ...]:
    cues = gazetteer.cues
    prior = any(word in cues.territory_cues for word in words[max(0, start - 2) : start])
    single = end - start == 1
    refused = single and end < len(words) and words[end] in cues.followers_refused
    common = name in cues.common_words
    locative = _locative_floor(words, start, gazetteer)
    digits = name[0].isdigit()  # "9 3" may be a piece of a telephone number
    if not ((common or digits) and not (prior or _announced(words, start, gazetteer))) and not (refused and common):
        codes = _territory(name, gazetteer, prior, town_only=start > 0 and words[start - 1] == "a")
        if codes and not (digits and _beside_number(words, start, end)):
            return codes
    found = gazetteer.communes.named(name)
    if not found or common or len(name) < 3:
        return ()
    floor = FLOOR_WHOLE if expected else None
    if locative is not None:
        floor = 0 if expected else locative
    if floor is None or max(population for _, population in found) < floor:
        return ()
    return settle(found)


def _announced(words: list[str], start: int, gazetteer: Gazetteer) -> bool:
    before = words[start - 1] if start else ""
    return before in gazetteer.cues.number_cues or before in gazetteer.cues.weak_number_cues


def _beside_number(words: list[str], start: int, end: int) -> bool:
    before = start > 0 and words[start - 1].isdigit()
    return before or (end < len(words) and words[end].isdigit())


def _locative_floor(words: list[str], start: int, gazetteer: Gazetteer) -> int | None:
    """Fewest inhabitants that a commune named after these words must have; None without a locative."""
    cues = gazetteer.cues
    if start == 0:
        return None
    before = words[start - 1]
    if before in cues.strong_locatives:
        return FLOOR_SURE_LOCATIVE
    if before not in cues.locatives:
        return None
    earlier = words[start - 2] if start > 1 else ""
    if earlier in cues.not_locative_after.get(before, ()):
        return None
    return FLOOR_SURE_LOCATIVE if earlier in cues.strong_locatives else FLOOR_LOCATIVE


def _narrowed(hits: Iterable[_Hit], words: list[str], gazetteer: Gazetteer) -> Iterator[tuple[str, ...]]:
    """The codes of each hit, reduced by the number written beside it ("Saint-Denis 93", "Vienne (38)")."""
    for hit in hits:
        beside = [words[index] for index in (hit.start - 1, hit.end) if 0 <= index < len(words)]
        numbers = {code for word in beside for code in codes_of_number(word, gazetteer)}
        yield tuple(code for code in hit.codes if code in numbers) or hit.codes


def _combine(found: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The codes on which all the hits agree, or else every code that was named."""
    groups = list(found)
    if not groups:
        return ()
    shared = tuple(code for code in groups[0] if all(code in group for group in groups))
    return shared or tuple(dict.fromkeys(code for group in groups for code in group))
