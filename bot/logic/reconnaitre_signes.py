"""Name back the signs that a description shows, harm apart from vulnerability, family by family; no score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.logic.parcours import Position
from bot.logic.request import Request

HARM = "atteinte"
VULNERABILITY = "vulnerabilite"
DESCRIBE = "decrire"
PATH = "reconnaitre_signes"
_SHORTEST_STORY = 6  # words: below, "je veux décrire une situation" announces a story and tells none


@dataclass(frozen=True)
class NamedSign:
    """A recognised sign as it is said back: its family's title, its nature and its name."""

    id: str
    family: str
    nature: str
    name: str


@dataclass(frozen=True)
class Survey:
    """The answer to give ("releve_atteintes"...) and its two lists, ready to be read."""

    answer: str
    harm: str
    vulnerabilities: str


def survey(signs: Sequence[str], known: Mapping[str, NamedSign]) -> Survey:
    """Group the recognised `signs` (ids) by nature then family."""
    found = [known[sign] for sign in dict.fromkeys(signs) if sign in known]
    harm = _listed(sign for sign in found if sign.nature == HARM)
    vulnerabilities = _listed(sign for sign in found if sign.nature == VULNERABILITY)
    if harm and vulnerabilities:
        answer = "releve_les_deux"
    elif harm:
        answer = "releve_atteintes"
    elif vulnerabilities:
        answer = "releve_vulnerabilites"
    else:
        answer = "releve_rien"
    return Survey(answer, harm, vulnerabilities)


def _listed(signs: Iterable[NamedSign]) -> str:
    families: dict[str, list[str]] = {}
    for sign in signs:
        families.setdefault(sign.family, []).append(sign.name)
    return "\n".join(f"- {family} : {', '.join(names)}" for family, names in families.items())


def answer_description(request: Request, before: Sequence[str], known: Mapping[str, NamedSign]) -> Survey | None:
    """The survey of what is told in words, with the signs told `before`; None when nothing is told yet."""
    if request.name != DESCRIBE:
        return None
    signs = request.values("signe")
    if not signs and (request.chosen or len(request.text.split()) < _SHORTEST_STORY):
        return None
    return survey([*before, *signs] if signs else (), known)


def expects_description(name: str, position: Position) -> bool:
    """True when the answer `name` invites to describe and the user stands in this path."""
    return position.path == PATH and name in (DESCRIBE, "commencer")
