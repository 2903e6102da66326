"""Read data/lexicon into frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.location import load_yaml
from bot.content.readings import remember
from bot.logic.reconnaitre_signes import NamedSign
from bot.logic.scope_words import SmallWords

_FAMILY_ANSWERS = {"vulnerabilite": "vulnerabilites"}  # a family and its answer bear one name, but for this one


@dataclass(frozen=True)
class Sign:
    """A sign that free text may show: `nature` is "atteinte" or "vulnerabilite", `name` is said back to the user."""

    id: str
    family: str
    nature: str
    name: str
    sources: tuple[str, ...]
    expressions: tuple[str, ...]


@dataclass(frozen=True)
class Danger:
    """A kind of danger with the expressions that mean it and those that cancel it; `id` is the key of its answer.

    `messages` mean it when they are all that is written.
    """

    id: str
    expressions: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Term:
    """A profession or a need: its id, its title and how people say it."""

    id: str
    title: str
    expressions: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """Everything in data/lexicon."""

    families: tuple[tuple[str, str], ...]
    signs: tuple[Sign, ...]
    dangers: tuple[Danger, ...]
    general_exceptions: tuple[str, ...]
    professions: tuple[Term, ...]
    needs: tuple[Term, ...]
    small_words: SmallWords
    abbreviations: dict[str, str]


@remember
def read_lexicon(folder: Path) -> Lexicon:
    """Read the lexicons of `folder` (data/lexicon).

    Raises OSError or yaml.YAMLError when a file is missing or broken, KeyError when a field is.
    """
    signs, dangers = load_yaml(folder / "signes.yml"), load_yaml(folder / "dangers.yml")
    return Lexicon(
        families=tuple((f["id"], f["titre"]) for f in signs["familles"]),
        signs=tuple(
            Sign(s["id"], s["famille"], s["nature"], s["nom"], _names(s["source"]), _texts(s["expressions"]))
            for s in signs["signes"]
        ),
        dangers=tuple(
            Danger(d["id"], _texts(d["expressions"]), _texts(d.get("sauf")), _texts(d.get("messages")))
            for d in dangers["dangers"]
        ),
        general_exceptions=_texts(dangers.get("sauf_general")),
        professions=_terms(load_yaml(folder / "professions.yml")["professions"]),
        needs=_terms(load_yaml(folder / "besoins.yml")["besoins"]),
        small_words=_small_words(load_yaml(folder / "mots.yml")),
        abbreviations={str(k): str(v) for k, v in load_yaml(folder / "abreviations.yml")["abreviations"].items()},
    )


@remember
def read_signs(folder: Path) -> Mapping[str, NamedSign]:
    """The signs of `folder`/signes.yml as they are said back, by id."""
    raw = load_yaml(folder / "signes.yml")
    titles = {f["id"]: f["titre"] for f in raw["familles"]}
    return {s["id"]: NamedSign(s["id"], titles[s["famille"]], s["nature"], s["nom"]) for s in raw["signes"]}


@remember
def family_answers(folder: Path) -> Mapping[str, str]:
    """Key of the answer that opens the family of each sign, by the sign's id."""
    return {
        sign.id: f"reconnaitre_signes/{_FAMILY_ANSWERS.get(sign.family, sign.family)}"
        for sign in read_lexicon(folder).signs
    }


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _texts(value: list[Any] | None) -> tuple[str, ...]:
    return tuple(str(item) for item in value or ())


def _terms(rows: list[dict[str, Any]]) -> tuple[Term, ...]:
    return tuple(Term(row["id"], row["titre"], _texts(row["expressions"])) for row in rows)


def _phrases(value: list[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(item.split()) for item in value)


def _small_words(raw: dict[str, list[str]]) -> SmallWords:
    return SmallWords(
        ignored=frozenset(_texts(raw["petits_mots"])),
        negation_first=frozenset(raw["negation_ne"]),
        negation_second=frozenset(raw["negation_suite"]),
        negation_before=frozenset(raw["negation_avant"]),
        not_negations=_phrases(raw["pas_une_negation"]),
        other_people=frozenset(raw["autres_personnes"]),
        young_person=frozenset(raw["jeune"]),
        question_words=_phrases(raw["interrogatifs"]),
        breaks=frozenset(raw["coupures"]),
        resumptions=frozenset(raw["reprises"]),
        subjects=frozenset(raw["sujets"]),
        opinion_verbs=frozenset(raw["verbes_opinion"]),
        factive_verbs=frozenset(raw["verbes_sans_effet"]),
        definite=frozenset(raw["definis"]),
        possessives=frozenset(raw["possessifs"]),
        being=frozenset(raw["etre"]),
        null_subjects=frozenset(raw["sujets_nuls"]),
        not_happened=_phrases(raw["pas_arrive"]),
        negation_inside=frozenset(raw["negation_dedans"]),
        negation_after=frozenset(raw["negation_apres"]),
        nothing=frozenset(raw["riens"]),
        about=frozenset(raw["objets_de_rien"]),
        after_no_more=frozenset(raw["suites_de_plus"]),
        no_more_of=frozenset(raw["debuts_de_plus"]),
        over=_phrases(raw["c_est_fini"]),
        past=frozenset(raw["avant"]),
        untrue=_phrases(raw["c_est_faux"]),
        refusals=_phrases(raw["reponses_negatives"]),
        asking_verbs=frozenset(raw["verbes_demande"]),
        conditions=frozenset(raw["si"]),
        before_if=frozenset(raw["avant_si"]),
        questions=_phrases(raw["questions"]),
        prepositions=frozenset(raw["prepositions"]),
        determiners=frozenset(raw["determinants"]),
        other=frozenset(raw["autre"]),
        same_group=_phrases(raw["de_son_groupe"]),
        pronouns=frozenset(raw["pronoms"]),
        stressed=_phrases(raw["pronoms_toniques"]),
        without_subject=frozenset(raw["sans_sujet"]),
        links=frozenset(raw["liens"]),
        conjunctions=frozenset(raw["coordinations"]),
        have=frozenset(raw["avoir"]),
        objects=frozenset(raw["objets"]),
        with_her=_phrases(raw["avec_elle"]),
        reports=_texts(raw["rapporter"]),
        report_words=frozenset(raw["rapporter_mots"]),
        peers=frozenset(raw["pairs"]),
        belongs=frozenset(raw["appartenir"]),
        speaker=frozenset(raw["moi"]),
        speaker_verbs=frozenset(raw["moi_suite"]),
        quotes=_texts(raw["citer"]),
    )
