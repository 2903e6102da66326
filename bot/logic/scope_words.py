"""The French words that the analysis of a sentence rests on; the words themselves are in data/lexicon/mots.yml."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SmallWords:
    """Function words, all folded: lists of words, and of phrases as tuples of words."""

    # « le », « de », « très »...
    ignored: frozenset[str]
    # « ne », « n ».
    negation_first: frozenset[str]
    # « pas », « plus », « jamais »...
    negation_second: frozenset[str]
    # « sans », « aucun »..., said before what they deny.
    negation_before: frozenset[str]
    # « plus en plus », « pas mal »...
    not_negations: tuple[tuple[str, ...], ...]
    # « soeur », « mere »...
    other_people: frozenset[str]
    # « elle », « eleve »...
    young_person: frozenset[str]
    # « comment », « est ce »..., which begin a question, or ask within it when they are several words.
    question_words: tuple[tuple[str, ...], ...]
    # « et », « car »..., after which a negation no longer holds.
    breaks: frozenset[str]
    # « de », « que »: « ni bleus et de fugues », the negation goes on.
    resumptions: frozenset[str]
    # « elle », « je »..., a new subject, which stops a negation too.
    subjects: frozenset[str]
    # « crois », « constate »..., whose negation passes over a subject.
    opinion_verbs: frozenset[str]
    # « explique », « cache »..., whose negation leaves true what follows.
    factive_verbs: frozenset[str]
    # « son », « sa », « le »..., before what is known to be.
    definite: frozenset[str]
    # « son », « sa », « ses ».
    possessives: frozenset[str]
    # « est », « était »...
    being: frozenset[str]
    # « rien », « personne », which deny with « ne » alone.
    null_subjects: frozenset[str]
    # « loin d'être », « refuse de »..., said right before what did not happen.
    not_happened: tuple[tuple[str, ...], ...]
    # « pas », « ni »..., between the words of a sign.
    negation_inside: frozenset[str]
    # « pas », « jamais », right after a sign.
    negation_after: frozenset[str]
    # « rien », « non »..., at the end of a clause.
    nothing: frozenset[str]
    # « côté », « de »..., after « rien ».
    about: frozenset[str]
    # « depuis », « maintenant »..., after « plus ».
    after_no_more: frozenset[str]
    # « de », « aucun »..., after a « plus » that opens a clause.
    no_more_of: frozenset[str]
    # « plus maintenant », « c'est fini »...
    over: tuple[tuple[str, ...], ...]
    # « avant », « autrefois ».
    past: frozenset[str]
    # « c'est faux », « elle ne l'est pas »...
    untrue: tuple[tuple[str, ...], ...]
    # « non », « aucune », « pas que je sache »..., a whole clause that answers no.
    refusals: tuple[tuple[str, ...], ...]
    # « demande », « savoir »..., before « si ».
    asking_verbs: frozenset[str]
    # « si », « s ».
    conditions: frozenset[str]
    # « même », « comme », after which « si » supposes nothing.
    before_if: frozenset[str]
    # « est-ce qu'elle », « a-t-elle »...
    questions: tuple[tuple[str, ...], ...]
    # « avec », « chez »..., before a noun that is no subject.
    prepositions: frozenset[str]
    # « sa », « une », « petite »..., before a noun.
    determiners: frozenset[str]
    # « autre », « autres ».
    other: frozenset[str]
    # « de sa », « de son », after someone of the young person's circle.
    same_group: tuple[tuple[str, ...], ...]
    # « elle », « il »...
    pronouns: frozenset[str]
    # « elle », « lui »..., set between commas.
    stressed: tuple[tuple[str, ...], ...]
    # « se », « est »..., a clause that opens so keeps the subject of the one before.
    without_subject: frozenset[str]
    # « que », « quand »..., after which the subject changes.
    links: frozenset[str]
    # « et », « ou », « ni ».
    conjunctions: frozenset[str]
    # « a », « ont »..., after « l' ».
    have: frozenset[str]
    # « la », « lui »..., when the young person is the object.
    objects: frozenset[str]
    # « avec elle », « d'elle »: what another does concerns the young person.
    with_her: tuple[tuple[str, ...], ...]
    # Beginnings of « trouver », « raconter »...: a relative who reports speaks of the young person.
    reports: tuple[str, ...]
    # « dit », « voit »...: the same, whole words.
    report_words: frozenset[str]
    # « sœur », « copine »..., whose things are not the young person's.
    peers: frozenset[str]
    # « appartient »...
    belongs: frozenset[str]
    # « je », « j ».
    speaker: frozenset[str]
    # « suis », « ai »..., after « je ».
    speaker_verbs: frozenset[str]
    # Beginnings of « dire », « écrire »...: « je » is then quoted.
    quotes: tuple[str, ...]
