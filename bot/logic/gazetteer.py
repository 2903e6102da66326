"""The places of France as lookup tables: départements, communes, postal codes, hand-written aliases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.logic.communes import Candidate, Communes, starting_with
from bot.logic.normalisation import fold

LARGE_TOWN = 20_000  # inhabitants: above it, a name may win over homonyms, and a typing slip is corrected
PREFIX_TOWN = 5_000  # inhabitants: towns that may be named by their first words ("Corbeil" for Corbeil-Essonnes)
HOMONYM_TOWN = 10_000  # inhabitants: a town that rivals the département of the same name (Vienne)
DOMINANCE = 20  # times more inhabitants than a homonym for the homonym to be forgotten

_WRITTEN_OUT = {"st": "saint", "ste": "sainte", "ht": "haut", "hts": "hauts", "hte": "haute", "htes": "hautes"}


@dataclass(frozen=True)
class Department:
    """A département, or (`overseas`) a collectivité that has no départemental cell known here."""

    code: str
    name: str
    region: str = ""
    overseas: bool = False


@dataclass(frozen=True)
class Cues:
    """The words that decide whether a name or a number is meant as a place; all folded."""

    fillers: frozenset[str]
    locatives: frozenset[str]
    strong_locatives: frozenset[str]
    not_locative_after: Mapping[str, frozenset[str]]
    number_cues: frozenset[str]
    weak_number_cues: frozenset[str]
    units: frozenset[str]
    territory_cues: frozenset[str]
    followers_refused: frozenset[str]
    common_words: frozenset[str]
    never_corrected: frozenset[str]
    reserved_numbers: frozenset[str]


@dataclass(frozen=True)
class Gazetteer:
    """Folded name -> what it may designate."""

    departments: Mapping[str, Department]
    department_names: Mapping[str, str]
    regions: Mapping[str, tuple[str, ...]]
    aliases: Mapping[str, tuple[str, ...]]
    communes: Communes
    postal_exceptions: Mapping[str, tuple[str, ...]]
    cues: Cues
    first_words: frozenset[str] = field(repr=False)
    towns: tuple[str, ...] = field(repr=False)
    major_names: frozenset[str] = field(repr=False)

    def __contains__(self, name: object) -> bool:
        """Whether the folded `name` designates at least one place."""
        return name in self.communes or name in self.department_names or name in self.aliases or name in self.regions

    def department_of_number(self, token: str) -> str:
        """Code of the département written `token` ("93", "2a", "974"), or ""."""
        code = token.upper()
        return code if code in self.departments else ""

    def departments_of_postal(self, token: str) -> tuple[str, ...]:
        """Codes of the départements of a five-digit postal code; empty when there is none."""
        if len(token) != 5 or not token.isdigit():
            return ()
        found = self.postal_exceptions.get(token) or prefix_departments(token)
        return tuple(code for code in found if code in self.departments)

    def towns_starting_with(self, name: str) -> tuple[Candidate, ...]:
        """Towns above PREFIX_TOWN whose name continues `name` with other words."""
        return tuple(
            candidate
            for town in starting_with(name + " ", self.towns)
            for candidate in self.communes.named(town)
            if candidate[1] >= PREFIX_TOWN
        )


def prefix_departments(postal_code: str) -> tuple[str, ...]:
    """Départements told by the first digits of a postal code; two for an undecided Corsican one."""
    if postal_code.startswith(("97", "98")):
        return (postal_code[:3],)
    if postal_code.startswith("20"):
        return {"0": ("2A",), "1": ("2A",), "2": ("2B",), "4": ("2B",), "6": ("2B",)}.get(
            postal_code[2:3], ("2A", "2B")
        )
    return (postal_code[:2],)


def place_words(text: str) -> list[str]:
    """Folded words of `text`, with the abbreviations of place names ("st", "hte") written out."""
    return [_WRITTEN_OUT.get(word, word) for word in fold(text).split()]


def place_key(text: str) -> str:
    """The form under which a place name is looked up."""
    return " ".join(place_words(text))


def build_gazetteer(
    departments: Iterable[Department],
    communes: Communes,
    postal_exceptions: Mapping[str, tuple[str, ...]],
    aliases: Mapping[str, tuple[str, ...]],
    cues: Cues,
) -> Gazetteer:
    """Gazetteer of départements, communes, postal exceptions (code -> départements) and aliases (name -> codes)."""
    by_code = {department.code: department for department in departments}
    regions: dict[str, list[str]] = defaultdict(list)
    for department in by_code.values():
        if department.region:
            regions[place_key(department.region)].append(department.code)
    department_names = {place_key(department.name): department.code for department in by_code.values()}
    folded_aliases = {place_key(alias): codes for alias, codes in aliases.items()}
    territories = {*department_names, *regions, *folded_aliases}
    towns = tuple(communes.above(PREFIX_TOWN))
    large = [town for town in towns if any(people >= LARGE_TOWN for _, people in communes.named(town))]
    return Gazetteer(
        departments=by_code,
        department_names=department_names,
        regions={name: tuple(codes) for name, codes in regions.items()},
        aliases=folded_aliases,
        communes=communes,
        postal_exceptions=postal_exceptions,
        cues=cues,
        first_words=frozenset(name.split(" ", 1)[0] for name in (*territories, *communes)),
        towns=towns,
        major_names=frozenset({*territories, *large}),
    )


def settle(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """Département codes still possible among homonyms, most inhabited first.

    One code when one population is above LARGE_TOWN and DOMINANCE times every other.
    """
    best: dict[str, int] = {}
    for code, population in candidates:
        best[code] = max(population, best.get(code, 0))
    ranked = sorted(best.items(), key=lambda item: -item[1])
    if not ranked:
        return ()
    top = ranked[0][1]
    if top > LARGE_TOWN:
        ranked = [item for item in ranked if item[1] * DOMINANCE > top]
    return tuple(code for code, _ in ranked)
