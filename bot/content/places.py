"""Read the place tables of data/directory into a Gazetteer."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from bot.content.location import load_yaml
from bot.logic.communes import Communes, build_communes
from bot.logic.gazetteer import Cues, Department, Gazetteer, build_gazetteer
from bot.logic.normalisation import fold

OVERSEAS = "collectivite"


def load_departments(directory: Path) -> tuple[Department, ...]:
    """The départements and the overseas collectivités of departements.csv."""
    return tuple(
        Department(code, name, region, kind == OVERSEAS)
        for code, name, region, kind in _rows(directory / "departements.csv")
    )


def load_postal_exceptions(directory: Path) -> dict[str, tuple[str, ...]]:
    """Postal code -> départements, for the codes whose first digits do not tell the one département."""
    return {code: tuple(found.split("|")) for code, found in _rows(directory / "codes_postaux.csv")}


def load_gazetteer(directory: Path) -> Gazetteer:
    """Gazetteer of departements.csv, communes.csv, codes_postaux.csv and lieux.yml in `directory`."""
    places = load_yaml(directory / "lieux.yml")
    return build_gazetteer(
        departments=load_departments(directory),
        communes=_communes(directory / "communes.csv"),
        postal_exceptions=load_postal_exceptions(directory),
        aliases={str(alias): tuple(codes) for alias, codes in places["alias"].items()},
        cues=_cues(places["mots"]),
    )


def _communes(path: Path) -> Communes:
    """The big table, cut into columns at once: its cells hold no comma and no quote (communes_build checks it)."""
    header, _, body = path.read_text(encoding="utf-8").rstrip("\n").partition("\n")
    width = header.count(",") + 1
    cells = body.replace("\n", ",").split(",")
    return build_communes(cells[0::width], cells[1::width], cells[2::width])


def _cues(words: dict[str, Any]) -> Cues:
    return Cues(
        fillers=_set(words["remplissage"]),
        locatives=_set(words["locatifs"]),
        strong_locatives=_set(words["locatifs_surs"]),
        not_locative_after={word: _set(after) for word, after in words["jamais_locatif_apres"].items()},
        number_cues=_set(words["annonce_numero"]),
        weak_number_cues=_set(words["annonce_numero_faible"]),
        units=_set(words["unites"]),
        territory_cues=_set(words["annonce_territoire"]),
        followers_refused=_set(words["suites_refusees"]),
        common_words=frozenset(fold(name) for name in words["mots_courants"]),
        never_corrected=_set(words["jamais_corriges"]),
        reserved_numbers=_set(words["numeros_reserves"]),
    )


def _set(text: str) -> frozenset[str]:
    return frozenset(fold(text).split())


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        return list(rows)
