"""The fields of one scenario, read strictly: a wrong one gives a harmless value, its line and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from bot.content.faults import Fault
from bot.content.formation import kind_ids
from bot.content.located import Located
from bot.logic.scenario import HIGHEST, LOWEST, Bound, Change

MOODS = {"confiance": "trust", "ouverture": "openness", "peur": "fear"}
_BOUND = re.compile(r"(>=|<=|=)?\s*([0-5])")
_LONGEST_LIST = 300  # characters of names in one message; beyond, the nearest ones

T = TypeVar("T")


class Reader:
    """Reads one file and gathers its faults: a wrong field gives a harmless value and a fault."""

    def __init__(self, file: Path, data: Path) -> None:
        self.file, self.data = file, data
        self.found: list[tuple[int, str]] = []
        self.kinds = kind_ids(data)

    def fault(self, line: int, what: str) -> None:
        """A fault at `line`: what is wrong and the remedy."""
        self.found.append((line, what))

    def told(self) -> Iterator[Fault]:
        """The faults in the order of the file, each once."""
        under_data = self.file.is_relative_to(self.data.parent)
        where = self.file.relative_to(self.data.parent) if under_data else self.file
        yield from (Fault(f"{where}, ligne {line}", what) for line, what in sorted(set(self.found)))

    def fields(self, at: Located, needed: Sequence[str], optional: Sequence[str] = (), what: str = "") -> bool:
        """Whether `at` is a mapping; its unknown, missing and repeated keys are faults."""
        known = (*needed, *optional)
        if not isinstance(at.value, dict):
            self.fault(at.line, f"{what or 'ici'} : des clés sont attendues ({', '.join(known)})")
            return False
        for key, line in at.keys.items():
            if key not in known:
                self.fault(line, f"clé inconnue « {key} »{near(key, known)} ; les clés sont : {', '.join(known)}")
        for key, line in at.twice:
            self.fault(line, f"« {key} » est écrit deux fois : n'en garder qu'un")
        misspelt = {close for key in at.keys if key not in known for close in _closest(key, known)}
        for key in needed:
            if key not in at.value and key not in misspelt:
                self.fault(at.line, f"il manque « {key} »{f' dans {what}' if what else ''} : l'ajouter")
        return True

    def text(self, at: Located, key: str, default: str = "", longest: int = 0) -> str:
        """The text under `key`, shorter than `longest` characters."""
        one = under(at, key)
        if one is None:
            return default
        if not isinstance(one.value, str) or not one.value.strip():
            self.fault(one.line, f"« {key} » doit être un texte : le mettre entre guillemets")
            return default
        if longest and len(one.value.strip()) >= longest:
            self.fault(one.line, f"« {key} » : {len(one.value.strip())} caractères, moins de {longest} sont permis")
        return one.value.strip()

    def texts(self, at: Located, key: str, least: int = 1, most: int = 0) -> tuple[str, ...]:
        """The list of `least` to `most` texts under `key`."""
        one = under(at, key)
        if one is None:
            return ()
        if not isinstance(one.value, list):
            self.fault(one.line, f'« {key} » doit être une liste : ["...", "..."] ou une ligne par texte avec un tiret')
            return ()
        for item in one.value:
            if not isinstance(item.value, str) or not item.value.strip():
                self.fault(item.line, f"« {key} » : chaque élément est un texte, entre guillemets")
        if len(one.value) < least:
            self.fault(one.line, f"« {key} » : il en faut au moins {least}")
        if most and len(one.value) > most:
            self.fault(one.line, f"« {key} » : {most} au plus")
        return tuple(item.value.strip() for item in one.value if isinstance(item.value, str))

    def among(self, at: Located, key: str, known: Sequence[str], what: str, where: str = "") -> frozenset[str]:
        """The ids under `key`, each of them one of `known`, all of which are in the file `where`."""
        found = self.texts(at, key)
        one = under(at, key)
        for item in one.value if one and isinstance(one.value, list) else ():
            if isinstance(item.value, str) and item.value not in known:
                self.fault(item.line, f"{what} « {item.value} » : inconnu{_names(item.value, known, where)}")
        return frozenset(found)

    def number(self, at: Located, key: str, least: int, most: int, default: int) -> int:
        """The whole number under `key`."""
        one = under(at, key)
        if one is None:
            return default
        if not isinstance(one.value, int) or isinstance(one.value, bool) or not least <= one.value <= most:
            self.fault(one.line, f"« {key} » doit être un nombre entier de {least} à {most}, sans guillemets")
            return default
        return one.value

    def flag(self, at: Located, key: str) -> bool | None:
        """True or false as `key` says, None when it says nothing."""
        one = under(at, key)
        if one is None:
            return None
        if not isinstance(one.value, bool):
            self.fault(one.line, f"« {key} » vaut true ou false, sans guillemets")
            return None
        return one.value

    def items(self, at: Located, key: str, least: int = 1) -> list[Located]:
        """The elements of the list under `key`."""
        one = under(at, key)
        if one is None:
            return []
        if not isinstance(one.value, list) or len(one.value) < least:
            self.fault(one.line, f"« {key} » doit être une liste d'au moins {least} élément(s), un tiret devant chacun")
            return []
        return one.value

    def moods(self, at: Located, key: str, build: Callable[[str, Located], T | None]) -> tuple[T, ...]:
        """What `build` makes of each mood under `key`."""
        one = under(at, key)
        if one is None or not self.fields(one, (), tuple(MOODS), f"« {key} »"):
            return ()
        built = (build(MOODS[name], value) for name, value in one.value.items() if name in MOODS)
        return tuple(item for item in built if item is not None)

    def bound(self, mood: str, at: Located) -> Bound | None:
        """A condition on a mood, ">=3", "<=2" or "3"."""
        if at.value is None:  # already a fault
            return None
        found = _BOUND.fullmatch(str(at.value).strip()) if not isinstance(at.value, bool) else None
        if not found:
            self.fault(at.line, f'« {at.value} » : écrire ">=3", "<=2" ou "3", entre guillemets, de 0 à 5')
            return None
        value = int(found[2])
        least = value if found[1] != "<=" else LOWEST
        most = value if found[1] != ">=" else HIGHEST
        return Bound(mood, least, most)

    def change(self, at: Located, key: str) -> Change:
        """Changes of moods, from -2 to +2 each."""

        def build(mood: str, value: Located) -> tuple[str, int] | None:
            if not isinstance(value.value, int) or isinstance(value.value, bool) or not -2 <= value.value <= 2:
                self.fault(value.line, "un changement est un nombre de -2 à +2, sans guillemets, comme +1")
                return None
            return mood, value.value

        return Change(**dict(self.moods(at, key, build)))


def under(at: Located, key: str) -> Located | None:
    """What stands under `key`, None when there is nothing."""
    return at.value.get(key) if isinstance(at.value, dict) else None


def _closest(word: str, known: Sequence[str]) -> list[str]:
    """The name of `known` that `word` looks like, if any."""
    return difflib.get_close_matches(word.lower(), known, 1, 0.6)


def near(word: str, known: Sequence[str]) -> str:
    """The question « did you mean ... », when a name of `known` looks like `word`."""
    close = _closest(word, known)
    return f", vouliez-vous dire « {close[0]} » ?" if close else ""


def _names(word: str, known: Sequence[str], where: str) -> str:
    """What to write instead of `word`: the name that it looks like, and all of them, or the nearest."""
    listed: Sequence[str] = known
    if len(", ".join(known)) > _LONGEST_LIST:
        parts = [part for part in re.split(r"\W|_", word.lower()) if len(part) > 3]
        alike = [name for name in known if any(part in name for part in parts)]
        listed = list(dict.fromkeys([*difflib.get_close_matches(word.lower(), known, 5, 0.4), *alike]))[:5]
    told = f" ; {'les noms' if listed is known else 'des noms proches'} : {', '.join(listed)}" if listed else ""
    return f"{near(word, known)}{told}{f' (tous : {where})' if where and listed is not known else ''}"
