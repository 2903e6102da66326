"""The French words that the scope rules rest on; the words themselves are in data/lexicon/mots.yml."""

from __future__ import annotations

from typing import Protocol


class ScopeWords(Protocol):
    """Lists of words, and of phrases as tuples of words, all folded."""

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

    @property
    def breaks(self) -> frozenset[str]:
        """« et », « car »..., after which a negation no longer holds."""

    @property
    def resumptions(self) -> frozenset[str]:
        """« de », « que »: « ni bleus et de fugues », the negation goes on."""

    @property
    def subjects(self) -> frozenset[str]:
        """« elle », « je »..., a new subject, which stops a negation too."""

    @property
    def opinion_verbs(self) -> frozenset[str]:
        """« crois », « constate »..., whose negation passes over a subject."""

    @property
    def factive_verbs(self) -> frozenset[str]:
        """« explique », « cache »..., whose negation leaves true what follows."""

    @property
    def definite(self) -> frozenset[str]:
        """« son », « sa », « le »..., before what is known to be."""

    @property
    def possessives(self) -> frozenset[str]:
        """« son », « sa », « ses »."""

    @property
    def being(self) -> frozenset[str]:
        """« est », « était »..."""

    @property
    def null_subjects(self) -> frozenset[str]:
        """« rien », « personne », which deny with « ne » alone."""

    @property
    def not_happened(self) -> tuple[tuple[str, ...], ...]:
        """« loin d'être », « refuse de »..., said right before what did not happen."""

    @property
    def negation_inside(self) -> frozenset[str]:
        """« pas », « ni »..., between the words of a sign."""

    @property
    def negation_after(self) -> frozenset[str]:
        """« pas », « jamais », right after a sign."""

    @property
    def nothing(self) -> frozenset[str]:
        """« rien », « non »..., at the end of a clause."""

    @property
    def about(self) -> frozenset[str]:
        """« côté », « de »..., after « rien »."""

    @property
    def after_no_more(self) -> frozenset[str]:
        """« depuis », « maintenant »..., after « plus »."""

    @property
    def no_more_of(self) -> frozenset[str]:
        """« de », « aucun »..., after a « plus » that opens a clause."""

    @property
    def over(self) -> tuple[tuple[str, ...], ...]:
        """« plus maintenant », « c'est fini »..."""

    @property
    def past(self) -> frozenset[str]:
        """« avant », « autrefois »."""

    @property
    def untrue(self) -> tuple[tuple[str, ...], ...]:
        """« c'est faux », « elle ne l'est pas »..."""

    @property
    def refusals(self) -> tuple[tuple[str, ...], ...]:
        """« non », « aucune », « pas que je sache »..., a whole clause that answers no."""

    @property
    def asking_verbs(self) -> frozenset[str]:
        """« demande », « savoir »..., before « si »."""

    @property
    def conditions(self) -> frozenset[str]:
        """« si », « s »."""

    @property
    def before_if(self) -> frozenset[str]:
        """« même », « comme », after which « si » supposes nothing."""

    @property
    def questions(self) -> tuple[tuple[str, ...], ...]:
        """« est-ce qu'elle », « a-t-elle »..."""

    @property
    def prepositions(self) -> frozenset[str]:
        """« avec », « chez »..., before a noun that is no subject."""

    @property
    def determiners(self) -> frozenset[str]:
        """« sa », « une », « petite »..., before a noun."""

    @property
    def other(self) -> frozenset[str]:
        """« autre », « autres »."""

    @property
    def same_group(self) -> tuple[tuple[str, ...], ...]:
        """« de sa », « de son », after someone of the young person's circle."""

    @property
    def pronouns(self) -> frozenset[str]:
        """« elle », « il »..."""

    @property
    def stressed(self) -> tuple[tuple[str, ...], ...]:
        """« elle », « lui »..., set between commas."""

    @property
    def without_subject(self) -> frozenset[str]:
        """« se », « est »..., a clause that opens so keeps the subject of the one before."""

    @property
    def links(self) -> frozenset[str]:
        """« que », « quand »..., after which the subject changes."""

    @property
    def conjunctions(self) -> frozenset[str]:
        """« et », « ou », « ni »."""

    @property
    def have(self) -> frozenset[str]:
        """« a », « ont »..., after « l' »."""

    @property
    def objects(self) -> frozenset[str]:
        """« la », « lui »..., when the young person is the object."""

    @property
    def with_her(self) -> tuple[tuple[str, ...], ...]:
        """« avec elle », « d'elle »: what another does concerns the young person."""

    @property
    def reports(self) -> tuple[str, ...]:
        """Beginnings of « trouver », « raconter »...: a relative who reports speaks of the young person."""

    @property
    def report_words(self) -> frozenset[str]:
        """« dit », « voit »...: the same, whole words."""

    @property
    def peers(self) -> frozenset[str]:
        """« sœur », « copine »..., whose things are not the young person's."""

    @property
    def belongs(self) -> frozenset[str]:
        """« appartient »..."""

    @property
    def speaker(self) -> frozenset[str]:
        """« je », « j »."""

    @property
    def speaker_verbs(self) -> frozenset[str]:
        """« suis », « ai »..., after « je »."""

    @property
    def quotes(self) -> tuple[str, ...]:
        """Beginnings of « dire », « écrire »...: « je » is then quoted."""
