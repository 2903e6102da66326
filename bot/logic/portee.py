"""Whose sign it is, and whether it is denied: the scope of what was found in a clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.logic.scope_words import SmallWords

Words = Sequence[str]
_REACH = 4  # words that count between a negation and what it denies
_NE_REACH = 7
_AFTER = 3
_NEAR = 3  # words between a person and the « qui » that takes up this person
_ANSWER = 10  # words of the next clause in which a sign is taken back
_SHORT = 4  # words of a clause that only announces the next: « d'après sa mère »
_NOWHERE = -9


@dataclass(frozen=True)
class _Found:
    """What stands in `clause[start:end]`, between the clauses `earlier` and `later`."""

    clause: Words
    start: int
    end: int
    earlier: Sequence[Words]
    later: Sequence[Words]
    absence: bool

    @property
    def before(self) -> Words:
        """The words of the clause before it."""
        return self.clause[: self.start]

    @property
    def inside(self) -> Words:
        """Its own words, or none when it holds a negation of its own."""
        return () if self.absence else self.clause[self.start : self.end]

    @property
    def after(self) -> Words:
        """The words of the clause after it."""
        return self.clause[self.end :]


def is_said(
    parts: Sequence[Words], index: int, start: int, end: int, vocabulary: SmallWords, absence: bool = False
) -> bool:
    """True when what stands in `parts[index][start:end]` is affirmed, today, of the young person.

    `absence`: the expression holds a negation of its own (« ne vient plus en cours »), which denies nothing.
    """
    clause = _without_false_negations(parts[index], vocabulary)
    if not absence and _opens_with_a_person(clause[start:end], vocabulary):
        start = end - 1
    found = _Found(clause, start, end, parts[:index], parts[index + 1 : index + 3], absence)
    return not (
        _is_denied(found, vocabulary)
        or _is_asked(found, vocabulary)
        or _is_withdrawn(found, vocabulary)
        or _is_the_speaker(found, vocabulary)
        or _is_about_someone_else(found, vocabulary)
    )


def _opens_with_a_person(inside: Words, vocabulary: SmallWords) -> bool:
    """« elle (…) drogue »: the words of the gap, a negation perhaps, are to be read as said before the sign."""
    openings = (vocabulary.young_person, vocabulary.null_subjects, vocabulary.being)
    return len(inside) > 1 and any(inside[0] in opening for opening in openings)


def _is_denied(found: _Found, vocabulary: SmallWords) -> bool:
    """« elle ne fugue plus », « sans argent », « elle boit pas », « fini l'alcool »."""
    return (
        _is_under_negation(found, vocabulary)
        or _did_not_happen(found.before, vocabulary)
        or _is_cleft_denied(found.before, vocabulary)
        or any(word in vocabulary.negation_inside for word in found.inside)
        or _is_denied_after(found.after, vocabulary)
        or _is_past(found, vocabulary)
        or _continues_a_denied_list(found.clause, found.start, found.earlier, vocabulary)
    )


def _is_under_negation(found: _Found, vocabulary: SmallWords) -> bool:
    governing = _since_break(found.before, vocabulary)
    subject = max((i for i, word in enumerate(governing) if word in vocabulary.subjects), default=-1)
    main, own = governing[: subject + 1], _last(governing[subject + 1 :], _NE_REACH, vocabulary)
    if _is_taken_for_granted(found, own, vocabulary):
        return False
    return (
        _has_ne(found, own, vocabulary)
        or _has_negation_before(found, _last(own, _REACH, vocabulary), vocabulary)
        or _is_opinion_denied(main, vocabulary)
    )


def _since_break(before: Words, vocabulary: SmallWords) -> Words:
    """The words that may govern what follows: those after the last « et », « car »..."""
    for i in range(len(before) - 1, -1, -1):
        following = before[i + 1 : i + 2]
        resumed = before[i] in vocabulary.conjunctions and any(word in vocabulary.resumptions for word in following)
        alternative = before[i] == "ou" and len(_counting(before[i + 1 :], vocabulary)) < 2
        if before[i] in vocabulary.breaks and not resumed and not alternative:
            return before[i + 1 :]
    return before


def _is_taken_for_granted(found: _Found, own: Words, vocabulary: SmallWords) -> bool:
    """« elle n'explique pas ses bleus »: she has bruises."""
    definite = bool(found.before) and found.before[-1] in vocabulary.definite
    return definite and any(word in vocabulary.factive_verbs for word in own)


def _has_ne(found: _Found, own: Words, vocabulary: SmallWords) -> bool:
    """« elle ne fugue plus », « personne ne l'a vue ivre », « aucune voiture ne l'attend »."""
    for i in range(len(own) - 1, -1, -1):
        if own[i] in vocabulary.negation_first:
            following = [*own[i + 1 :], *found.inside, *found.after[:_AFTER]]
            return _has_nobody(own[:i], vocabulary) or any(word in vocabulary.negation_second for word in following)
    return False


def _has_nobody(words: Words, vocabulary: SmallWords) -> bool:
    """« personne », « aucune voiture », but not « quelqu'un que personne (ne connaît) »."""
    return any(
        word in vocabulary.negation_before or (word in vocabulary.null_subjects and words[i - 1 : i] != ["que"])
        for i, word in enumerate(words)
    )


def _has_negation_before(found: _Found, near: Words, vocabulary: SmallWords) -> bool:
    """« sans argent », « rien côté alcool », « plus de fugues »."""
    if any(word in vocabulary.negation_before for word in near):
        return True
    if any(word == "rien" and after in vocabulary.about for word, after in pairwise(near)):
        return True
    opens = len(near) == len(found.before) and len(found.clause) > 1
    return opens and found.clause[0] == "plus" and found.clause[1] in vocabulary.no_more_of


def _did_not_happen(before: Words, vocabulary: SmallWords) -> bool:
    """« loin d'être isolée », « elle refuse de boire ou de fumer »."""
    counting = _counting(before, vocabulary)
    joined = [i - 1 for i, word in enumerate(counting) if i and word in vocabulary.conjunctions]
    return any(
        tuple(counting[max(0, end - len(phrase)) : end]) == phrase
        for end in (len(counting), *joined)
        for phrase in vocabulary.not_happened
    )


def _is_opinion_denied(main: Words, vocabulary: SmallWords) -> bool:
    """« je ne crois pas qu'elle », « rien ne laisse penser qu'elle »."""
    for i, word in enumerate(main):
        if word in vocabulary.opinion_verbs:
            around = [*_since_subject(main[max(0, i - _NEAR) : i], vocabulary), *main[i + 1 : i + 2]]
            if any(w in vocabulary.negation_first or w in vocabulary.negation_inside for w in around):
                return True
    return False


def _is_cleft_denied(before: Words, vocabulary: SmallWords) -> bool:
    """« c'est pas elle qui boit »."""
    return any(
        before[i] == "pas" and before[i + 2] == "qui" and _is_pronoun(before[i + 1], vocabulary)
        for i in range(len(before) - 2)
    )


def _is_denied_after(after: Words, vocabulary: SmallWords) -> bool:
    """« elle boit pas », « elle fume plus », « côté fugues rien », « fugues, c'est fini »."""
    if not after:
        return False
    word, rest = after[0], after[1:]
    if word in vocabulary.negation_after or _holds(after, vocabulary.over) or _holds(after, vocabulary.untrue):
        return True
    if word == "plus":
        return not rest or rest[0] in vocabulary.after_no_more
    return word in vocabulary.nothing and len(rest) <= _AFTER


def _is_past(found: _Found, vocabulary: SmallWords) -> bool:
    """« avant elle buvait »."""
    return found.clause[0] in vocabulary.past and any(map(_is_imperfect, found.clause[found.start : found.end]))


def _continues_a_denied_list(clause: Words, start: int, earlier: Sequence[Words], vocabulary: SmallWords) -> bool:
    """« pas d'alcool, de drogue, ni de fugue »."""
    if not earlier or clause[0] not in ("de", "d", "ni") or start > _AFTER or clause[1:2] in (["la"], ["l"]):
        return False
    previous = _without_false_negations(earlier[-1], vocabulary)
    return any(word in vocabulary.negation_before for word in previous) or _continues_a_denied_list(
        earlier[-1], 0, earlier[:-1], vocabulary
    )


def _is_asked(found: _Found, vocabulary: SmallWords) -> bool:
    """« je ne sais pas si elle boit », « si elle fuguait », « est-ce qu'elle boit », « boit-elle »."""
    if found.before and found.before[-1] in vocabulary.possessives:
        return False
    return _is_supposed(found, vocabulary) or _is_question(found, vocabulary)


def _is_supposed(found: _Found, vocabulary: SmallWords) -> bool:
    before = found.before
    for i in range(len(before) - 2, -1, -1):
        if before[i] in vocabulary.conditions and before[i + 1] in vocabulary.subjects:
            asked = any(word in vocabulary.asking_verbs for word in before[:i])
            unreal = any(map(_is_imperfect, found.clause[i + 2 : found.end]))
            conceded = any(word in vocabulary.before_if for word in before[max(0, i - 1) : i])
            another = any(word in vocabulary.subjects for word in before[i + 2 :])
            return (asked or unreal) and not conceded and not another
    return False


def _is_question(found: _Found, vocabulary: SmallWords) -> bool:
    before, after = found.before, found.after
    opening = before[1:] if before and before[0] in vocabulary.conjunctions else before
    if any(tuple(opening[: len(phrase)]) == phrase for phrase in vocabulary.questions):
        return not any(word in vocabulary.subjects for word in opening[4:])
    inverted = after[1:] if after and after[0] == "t" else after
    return len(before) <= 1 and len(inverted) == 1 and inverted[0] in vocabulary.pronouns


def _is_withdrawn(found: _Found, vocabulary: SmallWords) -> bool:
    """The next words take it back: « elle buvait, plus maintenant », « des fugues, pas elle », « alcool : non »."""
    if not found.later:
        return False
    first = found.later[0]
    answers = found.later if len(first) <= _SHORT else found.later[:1]
    return (
        _is_not_her(first, vocabulary)
        or _is_refusal(first, vocabulary)
        or _holds(first[:_ANSWER], vocabulary.over)
        or any(_holds(answer[:_ANSWER], vocabulary.untrue) for answer in answers)
        or _is_given_to_another(found.before, first, vocabulary)
    )


def _is_not_her(clause: Words, vocabulary: SmallWords) -> bool:
    """« pas elle », « enfin pas lui », « la jeune non »."""
    if not 1 < len(clause) <= _NEAR:
        return False
    who, no = (clause[-1], clause[-2]) if clause[-2] in vocabulary.negation_after else (clause[-2], clause[-1])
    refused = no in vocabulary.negation_after or no == "non"
    return refused and (_is_pronoun(who, vocabulary) or who in vocabulary.young_person)


def _is_refusal(clause: Words, vocabulary: SmallWords) -> bool:
    """« non », « aucune », « aucune depuis mars »."""
    if tuple(clause) in _by_first_word(vocabulary.refusals).get(clause[0], ()):
        return True
    return len(clause) > 1 and clause[0] in vocabulary.nothing and clause[1] in vocabulary.after_no_more


def _is_given_to_another(before: Words, following: Words, vocabulary: SmallWords) -> bool:
    """« l'argent, c'est sa sœur qui en a »."""
    if any(word in vocabulary.young_person for word in before) or tuple(following[:2]) != ("c", "est"):
        return False
    return "qui" in following and _subject_is_other(following[: list(following).index("qui")], vocabulary)


def _is_the_speaker(found: _Found, vocabulary: SmallWords) -> bool:
    """« je suis épuisée » is said of the professional, unless it is quoted: « elle dit : je suis nulle »."""
    near = found.before[-2:]
    if not near or not (
        near[-1] in vocabulary.speaker or (near[0] in vocabulary.speaker and near[-1] in vocabulary.speaker_verbs)
    ):
        return False
    said = [*(found.earlier[-1] if found.earlier else ()), *found.before]
    return not any(word.startswith(vocabulary.quotes) for word in said)


def _is_about_someone_else(found: _Found, vocabulary: SmallWords) -> bool:
    """« sa sœur boit », « c'est sa sœur qui boit », « le couteau de sa sœur »."""
    if _holds(found.clause[found.start :], vocabulary.with_her) or _has_object(
        found.clause[max(0, found.start - 1) : found.end]
    ):
        return False
    before = [*_carried_over(found, vocabulary), *found.before]
    return _belongs_to_another(found.after, vocabulary) or _subject_is_other(before, vocabulary)


def _carried_over(found: _Found, vocabulary: SmallWords) -> Words:
    """The earlier words that hold the subject of the clause: « sa sœur, qui boit », « sa sœur, elle, boit »."""
    clause, earlier = found.clause, found.earlier
    relative = clause[0] in ("qui", "et", "dont") and "qui" in clause[:2]
    if not earlier:
        return ()
    if _is_aside(earlier[-1], vocabulary) and len(earlier) > 1:
        named = not relative and any(word in vocabulary.subjects for word in found.before)
        return () if named else earlier[-2]
    if relative or (clause[0] == "c" and "lui" in found.before):
        return earlier[-1]  # « son frère boit, c'est lui qui a le couteau »
    return _last_subject(earlier, vocabulary) if clause[0] in vocabulary.without_subject else ()


def _last_subject(earlier: Sequence[Words], vocabulary: SmallWords) -> Words:
    """« sa sœur » in « sa sœur, Léa, est placée, boit »."""
    for part in reversed(earlier[-_NEAR:]):
        if part[0] in vocabulary.determiners:
            return part
        if len(part) > 1 and part[0] not in vocabulary.without_subject:
            break
    return ()


def _is_aside(clause: Words, vocabulary: SmallWords) -> bool:
    """« elle », « pas elle », « chez qui elle vit », set between commas."""
    relative = clause[0] in vocabulary.prepositions and tuple(clause[1:2]) == ("qui",)
    return relative or tuple(clause) in vocabulary.stressed or _is_not_her(clause, vocabulary)


def _belongs_to_another(after: Words, vocabulary: SmallWords) -> bool:
    """« le couteau de sa sœur », « la lingerie appartient à sa camarade »."""
    for i, word in enumerate(after[:6]):
        if word in vocabulary.belongs:
            return any(w in vocabulary.other_people for w in after[i : i + 5])
    if not after or after[0] not in ("de", "d", "sur"):
        return False
    i = 1
    while i < len(after) and after[i] in vocabulary.determiners:
        i += 1
    return 1 < i < len(after) and after[i] in vocabulary.peers


def _subject_is_other(words: Words, vocabulary: SmallWords) -> bool:
    """True when the last subject named in `words` is someone else than the young person."""
    subject = _Subject(words, vocabulary)
    for i in range(len(words)):
        subject.read(i)
    return subject.other


class _Subject:
    """Reads the words from the left and keeps who the subject is."""

    def __init__(self, words: Words, vocabulary: SmallWords) -> None:
        self.other = False
        self._words = words
        self._vocabulary = vocabulary
        self._known = False  # the young person is the subject of this part of the sentence
        self._mention = _NOWHERE  # where the last person was named
        self._mention_is_other = False

    def read(self, i: int) -> None:
        """Take the word `i` into account."""
        word, vocabulary = self._words[i], self._vocabulary
        if word in vocabulary.links:
            self._known = False
        if word == "qui":
            self.other = self._mention_is_other if i - self._mention <= _NEAR else self.other
        elif word in vocabulary.pronouns:
            self._read_pronoun(i)
        elif word in vocabulary.other_people or word in vocabulary.young_person:
            self._read_noun(i)
        elif self.other and (self._is_object(i) or self._reports(i)):
            self.other = False

    def _read_pronoun(self, i: int) -> None:
        if self._is_in_a_relative(i):
            self.other, self._known = True, False
            return
        doubled = self.other and self._mention == i - 1  # « sa sœur elle boit »
        if not doubled and (i == 0 or self._words[i - 1] not in self._vocabulary.prepositions):
            self.other, self._known = False, True

    def _is_in_a_relative(self, i: int) -> bool:
        """« le garçon avec qui elle sort (boit) »."""
        words = self._words
        told = words[i - 1] == "qui" and words[i - 2] in self._vocabulary.prepositions and self._mention == i - 3
        return told and i + 1 < len(words)

    def _read_noun(self, i: int) -> None:
        words, vocabulary = self._words, self._vocabulary
        if i + 1 < len(words) and words[i + 1] in vocabulary.other_people:
            return  # « petite sœur »
        previous = self._before_noun(i)
        introduced = words[previous] if previous >= 0 else ""
        joined = introduced in vocabulary.conjunctions and self._mention == previous - 1
        circle = self._of_her_circle(i)
        company = introduced == "avec" and self._known  # « elle traîne avec une fille qui boit »
        is_other = words[i] in vocabulary.other_people or self._is_another(i) or circle
        self._mention, self._mention_is_other = i + 2 * circle, is_other or company
        if not (introduced in vocabulary.prepositions or joined or self._known):
            self.other, self._known = is_other, not is_other

    def _before_noun(self, i: int) -> int:
        """Position of the word before the noun `i` and its determiners, -1 when there is none."""
        i -= 1
        while i >= 0 and self._words[i] in self._vocabulary.determiners:
            i -= 1
        return i

    def _is_another(self, i: int) -> bool:
        return any(word in self._vocabulary.other for word in self._words[max(0, i - 2) : i])

    def _of_her_circle(self, i: int) -> bool:
        """« une élève de sa classe »."""
        return tuple(self._words[i + 1 : i + 3]) in self._vocabulary.same_group

    def _is_object(self, i: int) -> bool:
        """« sa mère l'a mise dehors », « sa sœur lui donne »: the young person is the object."""
        words, word = self._words, self._words[i]
        if word == "lui":
            return words[i - 1] not in self._vocabulary.prepositions and tuple(words[i - 2 : i]) != ("c", "est")
        if word == "l" and i + 1 < len(words) and words[i + 1] in self._vocabulary.have:
            return True
        if words[i - 1] not in self._vocabulary.prepositions and _has_object(words[i : i + 2]):
            return True
        return word in self._vocabulary.objects and (self._mention == i - 1 or words[i - 1] == "qui")

    def _reports(self, i: int) -> bool:
        word = self._words[i]
        if self._words[i - 1] in self._vocabulary.subjects:
            return False  # « c'est lui qu'on voit »
        return word.startswith(self._vocabulary.reports) or word in self._vocabulary.report_words


def _has_object(words: Words) -> bool:
    """« son copain vient la chercher »."""
    return any(word in ("la", "le") and verb.endswith("er") for word, verb in pairwise(words))


def _is_pronoun(word: str, vocabulary: SmallWords) -> bool:
    return word in vocabulary.pronouns or word == "lui"


def _is_imperfect(word: str) -> bool:
    return word.endswith(("ait", "aient"))


def _counting(words: Words, vocabulary: SmallWords) -> Words:
    return [word for word in words if word not in vocabulary.ignored]


def _last(words: Words, reach: int, vocabulary: SmallWords) -> Words:
    """The end of `words`, with no more than `reach` words that count after its first word."""
    counted = 0
    for i in range(len(words) - 1, -1, -1):
        if counted >= reach:
            return words[i + 1 :]
        counted += words[i] not in vocabulary.ignored
    return words


def _since_subject(words: Words, vocabulary: SmallWords) -> Words:
    subject = max((i for i, word in enumerate(words) if word in vocabulary.subjects), default=-1)
    return words[subject + 1 :]


def _holds(words: Words, phrases: tuple[tuple[str, ...], ...]) -> bool:
    """True when `words` contain one of `phrases`."""
    by_first = _by_first_word(phrases)
    return any(tuple(words[i : i + len(p)]) == p for i, word in enumerate(words) for p in by_first.get(word, ()))


def _without_false_negations(clause: Words, vocabulary: SmallWords) -> Words:
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
