"""Whose sign it is, and whether it is denied: the scope of what was found in a clause."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

_REACH = 4  # words that count between a negation and what it denies
_NE_REACH = 7
_AFTER = 3
_NEAR = 3  # words between a person and the « qui » that takes up this person
# Conjunctions after which a negation said before no longer holds.
_BREAKS = frozenset(
    "et mais car donc alors parce puisque pourtant sinon depuis pourquoi comment quoi combien ou".split()
)
# A new subject too, except after a verb of knowing: « je ne crois pas qu'elle boive ».
_SUBJECTS = frozenset("elle il elles ils on je j qui ca c".split())
_KNOWING = frozenset(
    "crois croit croyons pense pensons sais sait savons vu vois voit voyons constate constatons remarque remarquons note "
    "observe observons dit signale sache connaissance connait impression semble trouve confirme prouve indique avere".split()
)
# Inside an expression that holds no negation: « boit pas d'alcool ».
_INSIDE = frozenset("pas jamais ni aucun aucune aucuns aucunes".split())
_NOTHING = frozenset("rien neant ras non".split())
_OF_WHAT = frozenset("a de d concernant cote sur niveau qui comme question".split())
_CLOSERS = frozenset("du depuis maintenant aujourd jamais".split())
# « plus maintenant », « c'est fini »: said after the sign, in its clause or the next.
_OVER = (
    "plus maintenant|plus aujourd|plus depuis|plus le cas|pas le cas|plus du tout|histoire ancienne|c est fini|c est termine|"
    "c est regle|c est du passe|c etait avant|a arrete depuis|a tout arrete|a tout stoppe|s est arrete|s est calme"
)
_OVER_WORDS = tuple(tuple(phrase.split()) for phrase in _OVER.split("|"))
_PAST = frozenset("avant autrefois jadis".split())
_REFUSALS = frozenset("non rien ras aucun aucune jamais neant zero negatif negative".split())
_PREPOSITIONS = frozenset(
    "avec de d du a au aux chez par pour contre sur selon apres sans envers entre vers devant comme contrairement".split()
)
_DETERMINERS = frozenset(
    "sa son ses la le les l un une des mon ma mes notre nos leur leurs cette ce cet ces autre autres grande grand grands grandes "
    "petite petit petites petits meilleure meilleur jeune nouvelle nouvel nouvelles ancienne anciennes deux plusieurs certaines "
    "certains belle beau beaux demi premiere".split()
)
_OTHER = frozenset(("autre", "autres"))
_PRONOUNS = frozenset("elle il elles ils".split())
_LINKS = frozenset("que qu si mais car puis quand lorsque comme est alors parce puisque depuis pendant".split())
_JOINED = frozenset("et ou ni".split())
_HAVE = frozenset("a ont avait avaient aurait auraient".split())
_OBJECTS = frozenset("l la le les lui".split())
# A relative who reports or finds something speaks of the young person: « sa mère a trouvé des couteaux ».
_REPORTS = tuple(
    "trouv retrouv decouv remarqu signal constat rapport racont expliqu evoqu decri confirm crain soupconn entend appren appris "
    "inquiet plain surpris alert parl pens croi disen disai".split()
)
_REPORT_WORDS = frozenset("vu voit voient dit note notent sait savent".split())
_PEERS = frozenset(
    "soeur soeurs copine copines amie amies cousine cousines voisine voisines camarade camarades coloc colocataire collegue".split()
)
_OWNS = frozenset("appartient appartiennent appartenait".split())


class ScopeWords(Protocol):
    """The function words that decide (see data/lexicon/mots.yml)."""

    @property
    def ignored(self) -> frozenset[str]:
        """« le », « de », « très »..."""

    @property
    def negation_first(self) -> frozenset[str]:
        """« ne », « n »."""

    @property
    def negation_second(self) -> frozenset[str]:
        """« pas », « plus », « jamais »..."""

    @property
    def negation_before(self) -> frozenset[str]:
        """« sans », « aucun »..., said before what they deny."""

    @property
    def not_negations(self) -> tuple[tuple[str, ...], ...]:
        """« plus en plus », « pas mal »..."""

    @property
    def other_people(self) -> frozenset[str]:
        """« soeur », « mere »..."""

    @property
    def young_person(self) -> frozenset[str]:
        """« elle », « eleve »..."""


def is_said(
    parts: Sequence[Sequence[str]], index: int, start: int, end: int, vocabulary: ScopeWords, absence: bool = False
) -> bool:
    """True when what stands in `parts[index][start:end]` is affirmed, today, of the young person.

    `absence`: the expression holds a negation of its own (« ne vient plus en cours »), which denies nothing.
    """
    clause, earlier = parts[index], parts[:index]
    if is_denied(clause, start, end, vocabulary, absence) or _is_denied_list(clause, start, earlier, vocabulary):
        return False
    if _is_withdrawn(parts[index + 1 : index + 3], clause[:start], vocabulary):
        return False
    return not (
        _is_the_speaker(clause, start, earlier) or is_about_someone_else(clause, start, vocabulary, earlier, end)
    )


def is_denied(clause: Sequence[str], start: int, end: int, vocabulary: ScopeWords, absence: bool | None = None) -> bool:
    """True when `clause[start:end]` is under a negation or over: « elle ne fugue plus », « sans argent », « fini l'alcool »."""
    clause = _without_false_negations(clause, vocabulary)
    inside = () if absence else clause[start:end]
    return (
        _denied_before(clause, start, end, inside, vocabulary)
        or (absence is False and any(word in _INSIDE for word in inside))
        or _denied_after(clause, end)
        or _is_over(clause[end:])
        or (clause[0] in _PAST and any(word.endswith(("ait", "aient")) for word in clause[start:end]))
    )


def is_about_someone_else(
    clause: Sequence[str],
    start: int,
    vocabulary: ScopeWords,
    earlier: Sequence[Sequence[str]] = (),
    end: int | None = None,
) -> bool:
    """True when the subject before `start` is not the young person: « sa sœur boit », « c'est sa sœur qui boit »."""
    if end is not None and _belongs_to_another(clause[end:], vocabulary):
        return True
    before = list(clause[:start])
    if earlier and clause[0] in ("qui", "et", "dont") and "qui" in clause[:2]:
        # « sa sœur, qui boit » and « c'est sa sœur, pas elle, qui boit »
        previous = earlier[-2] if len(earlier) > 1 and _is_not_her(earlier[-1]) else earlier[-1]
        before = [*previous, *before]
    return _subject_is_other(before, vocabulary)


def _denied_before(clause: Sequence[str], start: int, end: int, inside: Sequence[str], vocabulary: ScopeWords) -> bool:
    counted, knowing, broken = 0, False, False
    for i in range(start - 1, -1, -1):
        word = clause[i]
        if word in vocabulary.negation_first:
            following = [*clause[i + 1 : start], *inside, *clause[end : end + _AFTER]]
            return (not broken or knowing) and any(w in vocabulary.negation_second for w in following)
        if not broken and counted < _REACH and _denies(clause, i, start, vocabulary):
            return True
        if word == "qui" and i > 1 and clause[i - 1] in _PRONOUNS | {"lui"} and clause[i - 2] == "pas":
            return True  # « c'est pas elle qui boit »
        if (
            word in _BREAKS
            and not (word == "et" and clause[i + 1] in ("de", "d"))
            and not (word == "ou" and counted < 2)
        ):
            return False
        broken = broken or word in _SUBJECTS
        knowing = knowing or word in _KNOWING
        if knowing and broken and word in ("pas", "jamais") and i + 1 < start:
            return True  # « je crois pas qu'elle boive »
        counted += word not in vocabulary.ignored
        if counted > _NE_REACH:
            return False
    return False


def _denies(clause: Sequence[str], i: int, start: int, vocabulary: ScopeWords) -> bool:
    """True when the word `i`, said before what it denies, is a negation."""
    word, following = clause[i], clause[i + 1] if i + 1 < start else ""
    if word in vocabulary.negation_before:
        return True
    if word == "rien":
        return following in _OF_WHAT
    return word == "plus" and i == 0 and following in ("de", "d", "aucun", "aucune", "jamais")


def _denied_after(clause: Sequence[str], end: int) -> bool:
    """« elle boit pas », « elle fume plus », « côté fugues rien »."""
    if end >= len(clause):
        return False
    word, rest = clause[end], clause[end + 1 :]
    if word in ("pas", "jamais"):
        return True
    if word == "plus":
        return not rest or rest[0] in _CLOSERS
    return word in _NOTHING and len(rest) <= _AFTER


def _is_over(words: Sequence[str]) -> bool:
    over = _by_first_word(_OVER_WORDS)
    return any(tuple(words[i : i + len(p)]) == p for i, word in enumerate(words) for p in over.get(word, ()))


def _is_denied_list(
    clause: Sequence[str], start: int, earlier: Sequence[Sequence[str]], vocabulary: ScopeWords
) -> bool:
    """« pas d'alcool, de drogue, ni de fugue »."""
    if not earlier or clause[0] not in ("de", "d", "ni") or start > _AFTER or clause[1:2] in (["la"], ["l"]):
        return False
    previous = _without_false_negations(earlier[-1], vocabulary)
    return any(word in vocabulary.negation_before for word in previous) or _is_denied_list(
        earlier[-1], 0, earlier[:-1], vocabulary
    )


def _is_withdrawn(following: Sequence[Sequence[str]], before: Sequence[str], vocabulary: ScopeWords) -> bool:
    """The next words take the sign back: « elle buvait, plus maintenant », « des fugues, pas elle, sa copine », « alcool : non »."""
    if not following:
        return False
    first = following[0]
    if _is_not_her(first) or (len(first) == 1 and first[0] in _REFUSALS) or _is_over(first[:6]):
        return True
    # « l'argent, c'est sa sœur qui en a »
    topic = not any(word in vocabulary.young_person for word in before)
    return (
        topic
        and tuple(first[:2]) == ("c", "est")
        and _subject_is_other(first[: first.index("qui")] if "qui" in first else (), vocabulary)
    )


def _is_not_her(clause: Sequence[str]) -> bool:
    """« pas elle », « enfin pas lui »."""
    return len(clause) <= _NEAR and len(clause) > 1 and clause[-2] == "pas" and clause[-1] in ("elle", "lui")


def _is_the_speaker(clause: Sequence[str], start: int, earlier: Sequence[Sequence[str]]) -> bool:
    """« je suis épuisée » is said of the professional, unless it is quoted: « elle dit : je suis nulle »."""
    near = clause[max(0, start - 2) : start]
    if not near or not (
        near[-1] in ("je", "j")
        or (near[0] in ("je", "j") and near[-1] in ("suis", "ai", "me", "m", "ne", "n", "etais"))
    ):
        return False
    said = [*(earlier[-1] if earlier else ()), *clause[:start]]
    return not any(
        word.startswith(("dit", "dis", "ecri", "repet", "repond", "confi", "lach", "racont", "avou")) for word in said
    )


def _belongs_to_another(after: Sequence[str], vocabulary: ScopeWords) -> bool:
    """« le couteau de sa sœur », « la lingerie appartient à sa camarade »."""
    for i, word in enumerate(after[:6]):
        if word in _OWNS:
            return any(w in vocabulary.other_people or w in _PEERS for w in after[i : i + 5])
    if not after or after[0] not in ("de", "d", "sur"):
        return False
    i = 1
    while i < len(after) and after[i] in _DETERMINERS:
        i += 1
    return 1 < i < len(after) and after[i] in _PEERS


def _subject_is_other(words: Sequence[str], vocabulary: ScopeWords) -> bool:
    """Reads `words` from the left: the last subject named is someone else than the young person."""
    other, has_subject = False, False
    mention, mention_is_other = -9, False
    for i, word in enumerate(words):
        if word in _LINKS:
            has_subject = False
        if word == "qui":
            other = mention_is_other if i - mention <= _NEAR else other
        elif word in _PRONOUNS:
            doubled = other and mention == i - 1  # « sa sœur elle boit »
            if not doubled and (i == 0 or words[i - 1] not in _PREPOSITIONS):
                other, has_subject = False, True
        elif word in vocabulary.other_people or word in vocabulary.young_person:
            noun_before, is_other = _before_noun(words, i), word in vocabulary.other_people or _is_other_one(words, i)
            if i + 1 < len(words) and words[i + 1] in vocabulary.other_people:
                continue  # « petite sœur »
            joined = noun_before > 0 and words[noun_before] in _JOINED and mention == noun_before - 1
            mention, mention_is_other = i, is_other
            governed = noun_before >= 0 and words[noun_before] in _PREPOSITIONS
            if not (governed or joined or has_subject):
                other, has_subject = is_other, not is_other
        elif other and (_is_object(words, i, mention) or word.startswith(_REPORTS) or word in _REPORT_WORDS):
            other = False
    return other


def _before_noun(words: Sequence[str], i: int) -> int:
    """Position of the word before the noun `i` and its determiners, -1 when there is none."""
    i -= 1
    while i >= 0 and words[i] in _DETERMINERS:
        i -= 1
    return i


def _is_other_one(words: Sequence[str], i: int) -> bool:
    return any(word in _OTHER for word in words[max(0, i - 2) : i])


def _is_object(words: Sequence[str], i: int, mention: int) -> bool:
    """« sa mère l'a mise dehors », « sa sœur lui donne »: the young person is the object."""
    word = words[i]
    if word == "lui":
        return words[i - 1] not in _PREPOSITIONS
    if word == "l" and i + 1 < len(words) and words[i + 1] in _HAVE:
        return True
    return word in _OBJECTS and mention == i - 1


def _without_false_negations(clause: Sequence[str], vocabulary: ScopeWords) -> Sequence[str]:
    by_first = _by_first_word(vocabulary.not_negations)
    cleaned: list[str] | None = None
    for i, word in enumerate(clause):
        for phrase in by_first.get(word, ()):
            if tuple(clause[i : i + len(phrase)]) == phrase:
                cleaned = list(clause) if cleaned is None else cleaned
                cleaned[i : i + len(phrase)] = ["_"] * len(phrase)
    return clause if cleaned is None else cleaned


@lru_cache(maxsize=8)
def _by_first_word(phrases: tuple[tuple[str, ...], ...]) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in phrases:
        found.setdefault(phrase[0], []).append(phrase)
    return found
